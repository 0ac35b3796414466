// Every operator of the table keeps its promises, and the checker finds a broken one.
#include <gtest/gtest.h>

#include "lepton/ops/elementwise.hpp"
#include "lepton/runtime/testing/conformance.hpp"

namespace lepton::runtime::testing {
namespace {

std::string text_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) text += "\n  [" + finding.check + "] " + finding.detail;
  return text;
}

class ConformanceTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ConformanceTest, KeepsItsPromises) {
  const std::vector<Finding> findings = check_op(ops::get_op(GetParam()));
  EXPECT_TRUE(findings.empty()) << text_of(findings);
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const OpDef& op : ops::all_ops()) names.emplace_back(op.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Ops, ConformanceTest, ::testing::ValuesIn(all_names()), [](const auto& param) { return param.param; });

TEST(ConformanceCheckerTest, FindsAWrongGradient) {
  OpDef wrong = ops::get_op("exp");
  wrong.gradient = [](const RuleContext& c) { return std::vector<Value>{ops::mul(c.grads[0], c.inputs[0])}; };
  const std::vector<Finding> findings = check_op(wrong);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].check, "gradient");
}

TEST(ConformanceCheckerTest, FindsAWrongSecondGradient) {
  // Right in itself, but made of an operator whose own gradient is wrong.
  static OpDef twisted = ops::get_op("exp");
  twisted.gradient = [](const RuleContext& c) { return std::vector<Value>{ops::neg(ops::mul(c.grads[0], c.outputs[0]))}; };
  OpDef wrong = ops::get_op("exp");
  wrong.gradient = [](const RuleContext& c) {
    return std::vector<Value>{ops::mul(c.grads[0], apply(twisted, std::span<const Value>(c.inputs.data(), 1), {})[0])};
  };
  const std::vector<Finding> findings = check_op(wrong);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].check, "second gradient");
}

TEST(ConformanceCheckerTest, FindsAMissingReject) {
  OpDef wrong = ops::get_op("exp");
  wrong.rejects = [] { return std::vector<Reject>{{{{{{2}}}}, ErrorCode::kShapeMismatch}}; };
  const std::vector<Finding> findings = check_op(wrong);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].check, "reject");
}

}  // namespace
}  // namespace lepton::runtime::testing
