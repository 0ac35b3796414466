// slice: cuts a part out of x along axes, each with a start, an end and a step, as NumPy does.
#include "lepton/ops/internal/rearrangement_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

std::vector<Sample> samples() {
  return {{{{{10}}}, {{"starts", {2}}, {"ends", {7}}}},
          {{{{4, 6}}}, {{"starts", {-3, 5}}, {"ends", {100, 0}}, {"steps", {1, -2}}}},
          {{{{3, 4, 5}}}, {{"starts", {1}}, {"ends", {-1}}, {"axes", {-1}}, {"steps", {2}}}},
          {{{{5}}}, {{"starts", {4}}, {"ends", {2}}}, "nothing"},
          {{{{2, 3}}}, {{"starts", std::vector<std::int64_t>{}}, {"ends", std::vector<std::int64_t>{}}}},
          {{{{0, 3}}}, {{"starts", {0}}, {"ends", {9}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{4}}}, {{"starts", {0}}, {"ends", {4}}, {"steps", {0}}}}, ErrorCode::kInvalidArgument},
          {{{{{4}}}, {{"starts", {0, 1}}, {"ends", {4}}}}, ErrorCode::kInvalidArgument},
          {{{{{4, 2}}}, {{"starts", {0, 0}}, {"ends", {1, 1}}, {"axes", {0, 0}}}}, ErrorCode::kInvalidArgument},
          {{{{{4}}}, {{"starts", {0}}, {"ends", {1}}, {"axes", {1}}}}, ErrorCode::kInvalidArgument}};
}

void emit(OnnxEmitter& e) {
  const Attributes& a = e.attributes();
  std::vector<std::int64_t> axes = a.integers("axes"), steps = a.integers("steps");
  const std::size_t count = a.integers("starts").size();
  for (std::size_t i = axes.size(); i < count; ++i) axes.push_back(static_cast<std::int64_t>(i));
  steps.resize(count, 1);
  e.output(0, onnx_node(e, "Slice",
                        {e.input(0), onnx_list(e, a.integers("starts")), onnx_list(e, a.integers("ends")), onnx_list(e, axes),
                         onnx_list(e, steps)}));
}

}  // namespace

OpDef slice_op() {
  return {
      .name = "slice",
      .family = Family::kShape,
      .since = 1,
      .summary = "Cuts a part out of x along axes, each with a start, an end and a step, as NumPy does.",
      .formula = "y[i] = x[start + i * step]",
      .inputs = {{"x", kAnyDtype, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = slice_attributes(),
      .infer = infer_rearranged<Rearrangement::kSlice>,
      .gradient =
          [](const RuleContext& c) {
            return std::vector<Value>{call<Value>("slice_gradient", {c.grads[0], c.inputs[0]}, c.attributes)};
          },
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
