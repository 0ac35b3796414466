// roll: moves elements along axes; what leaves at one end comes back in at the other.
#include <limits>

#include "lepton/ops/internal/rearrangement_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

std::vector<Sample> samples() {
  return {{{{{7}}}, {{"shifts", {3}}}},
          {{{{3, 4}}}, {{"shifts", {-5, 1}}, {"axes", {1, 0}}}},
          {{{{2, 3}}}, {{"shifts", {100}}, {"axes", {-1}}}},
          {{{{0, 2}}}, {{"shifts", {1}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{4}}}, {{"shifts", {1, 2}}}}, ErrorCode::kInvalidArgument},
          {{{{{4, 4}}}, {{"shifts", {1}}, {"axes", {2}}}}, ErrorCode::kInvalidArgument}};
}

void emit(OnnxEmitter& e) {
  // One rotation after another: the part from `cut` on, then the part before it.
  const auto& shifts = e.attributes().integers("shifts");
  const auto& axes = e.attributes().integers("axes");
  std::string x = e.input(0);
  for (std::size_t i = 0; i < shifts.size(); ++i) {
    const auto axis = axes.empty() ? static_cast<std::int64_t>(i) : axes[i];
    const std::int64_t size = e.input_type(0).shape[static_cast<int>(axis)];
    const std::string place = onnx_list(e, {axis}), step = onnx_list(e, {1});
    // Without a known size, a negative place counts from the end.
    const std::int64_t cut = size > 0 ? ((-shifts[i]) % size + size) % size : -shifts[i];
    const std::string back =
        onnx_node(e, "Slice", {x, onnx_list(e, {cut}), onnx_list(e, {std::numeric_limits<std::int64_t>::max()}), place, step});
    const std::string front = onnx_node(e, "Slice", {x, onnx_list(e, {0}), onnx_list(e, {cut}), place, step});
    x = onnx_node(e, "Concat", {back, front}, {{"axis", axis}});
  }
  e.output(0, shifts.empty() ? onnx_node(e, "Identity", {x}) : x);
}

}  // namespace

OpDef roll_op() {
  return {
      .name = "roll",
      .family = Family::kShape,
      .since = 1,
      .summary = "Moves elements along axes; what leaves at one end comes back in at the other.",
      .formula = "y[(i + shift) mod size] = x[i]",
      .inputs = {{"x", kAnyDtype, "any shape"}},
      .outputs = {{"y", like("x")}},
      .attributes = {{"shifts", std::vector<std::int64_t>{}, any_value, "how far, for each of the axes", true},
                     {"axes", std::vector<std::int64_t>{}, any_value, "axes to roll; empty means the first ones"}},
      .infer = infer_rearranged<Rearrangement::kRoll>,
      .gradient =
          [](const RuleContext& c) {
            Attributes back = c.attributes;
            std::vector<std::int64_t> shifts = c.attributes.integers("shifts");
            for (std::int64_t& shift : shifts) shift = -shift;
            back.set("shifts", shifts);
            return std::vector<Value>{call<Value>("roll", {c.grads[0]}, back)};
          },
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
