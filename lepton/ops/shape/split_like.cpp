// split_like: parts a tensor along an axis into the sizes of other tensors: the gradient of concat.
#include "lepton/ops/internal/joining_rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<TensorType>> infer(const InferContext& c) {
  std::vector<TensorType> likes(c.inputs.begin() + 1, c.inputs.end());
  for (TensorType& type : likes) type.dtype = c.inputs[0].dtype;
  const std::vector<std::uint8_t> presence(likes.size(), 1);
  LEPTON_TRY(const Shape joined, joined_shape({c.op, likes, c.attributes, {}, presence}, 0));
  if (joined != c.shape(0)) return c.error(ErrorCode::kShapeMismatch, "x must have the shape {} (got {})", joined, c.shape(0));
  return likes;
}

void emit(OnnxEmitter& e) {
  const std::int64_t axis = e.attributes().integer("axis");
  const std::string place = e.constant(Tensor::from<std::int64_t>({axis < 0 ? axis + e.input_type(0).shape.rank() : axis}, {1}));
  std::vector<std::string> sizes;
  for (std::size_t i = 1; i < e.num_inputs(); ++i) sizes.push_back(onnx_node(e, "Gather", {onnx_node(e, "Shape", {e.input(i)}), place}));
  const std::string lengths = onnx_node(e, "Concat", std::move(sizes), {{"axis", 0}});
  const auto count = static_cast<int>(e.num_inputs()) - 1;
  const std::vector<std::string> parts = e.node("Split", {e.input(0), lengths}, {{"axis", axis}}, count);
  for (std::size_t i = 0; i < parts.size(); ++i) e.output(i, parts[i]);
}

std::vector<Sample> samples() {
  return {{{{{8}}, {{3}}, {{5}}}},
          {{{{2, 8}}, {{2, 3}}, {{2, 1}}, {{2, 4}}}, {{"axis", 1}}},
          {{{{2, 3}}, {{2, 3}}}},
          {{{{2, 3}}, {{0, 3}}, {{2, 3}}}}};
}

std::vector<Reject> rejects() {
  return {{{{{{8}}, {{3}}, {{4}}}}, ErrorCode::kShapeMismatch},
          {{{{{2, 4}}, {{2, 2}}, {{1, 2}}}, {{"axis", 1}}}, ErrorCode::kShapeMismatch}};
}

}  // namespace

OpDef split_like_op() {
  return {
      .name = "split_like",
      .family = Family::kShape,
      .since = 1,
      .summary = "Parts a tensor along an axis into the sizes that other tensors have there.",
      .inputs = {{"x", kAnyDtype, "any shape with the axis"},
                 {.name = "like", .dtype = kAnyDtype, .doc = "together as long as x", .variadic = true, .shape_only = true}},
      .outputs = {{"y", like("x"), "one for each like, of its shape"}},
      .attributes = {{"axis", std::int64_t{0}, any_value, "axis along which to part"}},
      .infer_types = infer,
      .gradient = joined_gradients,
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
