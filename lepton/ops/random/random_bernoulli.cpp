// random_bernoulli: 1 with a given probability, else 0.
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/random_rules.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> body(const RuleContext& c) {
  const DType dtype = c.attributes.dtype("dtype");
  const Value uniform =
      random_uniform(c.inputs[0], c.attributes.integers("shape"), 0, 1, {.dtype = dtype, .stream = c.attributes.integer("stream")});
  return {cast(less(uniform, constant_like(uniform, c.attributes.number("probability"))), dtype)};
}

}  // namespace

OpDef random_bernoulli_op() {
  return {
      .name = "random_bernoulli",
      .family = Family::kRandom,
      .since = 1,
      .summary = "1 with a given probability, else 0.",
      .formula = "y[i] = u[i] < probability, u[i] uniform from (key, stream, i)",
      .inputs = {{"key", DType::kU64, "[2]: seed and step"}},
      .outputs = {{"y", from_attribute("dtype")}},
      .attributes = random_attributes({{"probability", 0.5, probability, "of a 1"}}),
      .infer = infer_random,
      .body = body,
      .traits = kRandomTrait,
      .samples =
          [] {
            return std::vector<Sample>{{{sample_key()}, {{"shape", {5, 3}}}},
                                       {{sample_key()}, {{"shape", {7}}, {"probability", 0.2}, {"stream", 3}, {"dtype", DType::kF64}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{sample_key()}, {{"shape", {2}}, {"probability", 1.5}}}, ErrorCode::kInvalidArgument}};
          },
  };
}

}  // namespace lepton::ops
