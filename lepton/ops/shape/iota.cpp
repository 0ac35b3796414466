// iota: 0, 1, 2 … along an axis, in the shape of another tensor, so that positions need no known size.
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(normalize_axis(c.attributes.integer("axis"), c.shape(0).rank(), c.op.name));
  return std::vector<Shape>{c.shape(0)};
}

// The numbers along the axis, turned to lie there, repeated over the rest.
void emit(OnnxEmitter& e) {
  const int rank = e.input_type(0).shape.rank();
  const std::int64_t axis = e.attributes().integer("axis");
  const std::int64_t place = axis < 0 ? axis + rank : axis;
  const auto number = [&](std::int64_t n) { return e.constant(Tensor::scalar(DType::kI64, static_cast<double>(n))); };
  const std::string shape = onnx_node(e, "Shape", {e.input(0)});
  const std::string range = onnx_node(e, "Range", {number(0), onnx_node(e, "Gather", {shape, number(place)}), number(1)});
  std::vector<std::int64_t> lying(static_cast<std::size_t>(rank), 1);
  lying[static_cast<std::size_t>(place)] = -1;
  const std::string turned = onnx_node(e, "Reshape", {range, e.constant(Tensor::from(lying, {rank}))});
  e.output(0, onnx_node(e, "Cast", {onnx_node(e, "Expand", {turned, shape})}, {{"to", e.output_type(0).dtype}}));
}

}  // namespace

OpDef iota_op() {
  return {
      .name = "iota",
      .family = Family::kShape,
      .since = 1,
      .summary = "0, 1, 2 … along an axis, in the shape of another tensor.",
      .formula = "y[…, i, …] = i",
      .inputs = {{.name = "like", .dtype = kAnyDtype, .doc = "gives the shape; at least 1 axis", .shape_only = true}},
      .outputs = {{"y", from_attribute("dtype")}},
      .attributes = {{"axis", std::int64_t{-1}, any_value, "axis along which to count"},
                     {"dtype", DType::kI64, any_value, "of the result"}},
      .infer = infer,
      .not_differentiable = "depends on the shape only",
      .traits = kConstantTrait,
      .onnx = {.opset = 13, .emit = emit},
      .samples =
          [] {
            return std::vector<Sample>{
                {{{{5}}}}, {{{{2, 3, 4}}}, {{"axis", 1}, {"dtype", DType::kF64}}}, {{{{3, 0}}}, {{"axis", 0}, {"dtype", DType::kI32}}}};
          },
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2}}}, {{"axis", 1}}}, ErrorCode::kInvalidArgument}, {{{{{}}}}, ErrorCode::kInvalidArgument}};
          },
  };
}

}  // namespace lepton::ops
