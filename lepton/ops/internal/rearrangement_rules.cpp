// Shared declarations of the rearranging operators and their gradients.
#include "lepton/ops/internal/rearrangement_rules.hpp"

namespace lepton::ops {

std::vector<InputDef> added_back_inputs() {
  return {{"g", kNumeric, "as the rearranged x"}, {.name = "like", .dtype = kAnyDtype, .doc = "gives the shape of x", .shape_only = true}};
}

std::vector<Sample> added_back_samples(std::string_view op) {
  const OpDef& forward = get_op(op);
  std::vector<Sample> samples;
  for (const Sample& sample : forward.samples()) {
    const SampleInput& x = sample.inputs[0];
    const Attributes attributes = complete_attributes(forward, sample.attributes).value();
    const TensorType types[] = {{x.dtype, x.shape}};
    const std::uint8_t presence[] = {1};
    const Shape y = infer_types(forward, types, presence, attributes, {}).value()[0].shape;
    samples.push_back({{{y, x.low, x.high, x.dtype}, {x.shape, x.low, x.high, x.dtype}}, sample.attributes});
  }
  return samples;
}

std::vector<Reject> reject_other_shape(const Attributes& attributes) {
  return {{{{{{7, 7}}, {{2, 3}}}, attributes}, ErrorCode::kShapeMismatch}};
}

std::string onnx_list(OnnxEmitter& emitter, const std::vector<std::int64_t>& values) {
  return emitter.constant(Tensor::from(values, {static_cast<std::int64_t>(values.size())}));
}

std::vector<AttributeDef> slice_attributes() {
  const std::vector<std::int64_t> none;
  return {{"starts", none, any_value, "first element along each axis; negative ones count from the end", true},
          {"ends", none, any_value, "one past the last element; beyond the axis means its end", true},
          {"axes", none, any_value, "axes that are cut; empty means the first ones"},
          {"steps", none, any_value, "distance between elements, negative to go backwards; empty means 1"}};
}

std::vector<AttributeDef> pad_attributes() {
  return {{"pads", std::vector<std::int64_t>{}, non_negative_integers, "elements before each axis, then after each axis", true},
          {"mode", "constant", any_value, "constant, reflect (without the edge itself) or edge"},
          {"value", 0.0, any_value, "what a constant pad is filled with"}};
}

std::vector<AttributeDef> tile_attributes() {
  return {{"repeats", std::vector<std::int64_t>{}, non_negative_integers, "how often, for each axis", true}};
}

}  // namespace lepton::ops
