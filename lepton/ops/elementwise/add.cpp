// add: the sum of two tensors.
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/internal/rules.hpp"

namespace lepton::ops {
namespace {

std::vector<Value> gradient(const RuleContext& c) { return {unbroadcast(c.grads[0], c.inputs[0]), unbroadcast(c.grads[0], c.inputs[1])}; }

std::vector<Reject> rejects() {
  return {{{{{{2, 3}}, {{2, 4}}}}, ErrorCode::kShapeMismatch}, {{{{{2}}, {{2}, 0, 9, DType::kI32}}}, ErrorCode::kDtypeMismatch}};
}

}  // namespace

OpDef add_op() {
  return {
      .name = "add",
      .family = Family::kElementwise,
      .since = 1,
      .summary = "Adds two tensors.",
      .formula = "z = x + y",
      .inputs = {{"x", kNumeric, "any shape"}, {"y", like("x"), "broadcasts with x"}},
      .outputs = {{"z", like("x")}},
      .infer = infer_broadcast,
      .gradient = gradient,
      .traits = kElementwise | kCommutative | kLayoutAgnostic,
      .onnx = {.name = "Add", .opset = 7},
      .samples = [] { return binary_samples(); },
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
