// gather_gradient: adds slices into zeros at the places from which gather picked them.
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/gather_rules.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const Shape shape, gathered_shape(c, c.shape(2)));
  if (shape != c.shape(0)) return c.error(ErrorCode::kShapeMismatch, "g must have the shape {} (got {})", shape, c.shape(0));
  return std::vector<Shape>{c.shape(2)};
}

// Linear in g, and the transpose of gather.
std::vector<Value> gradient(const RuleContext& c) {
  return {call<Value>("gather", {c.grads[0], c.inputs[1]}, c.attributes), Value(), Value()};
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const GatherCase& one : gather_cases()) all.push_back({{{one.y}, one.indices, {one.x}}, one.attributes});
  return all;
}

// x's other axes come first, so that the picked slices are rows that ScatterND can add.
void emit(OnnxEmitter& e) {
  const int rank = e.input_type(2).shape.rank(), count = e.input_type(1).shape.rank();
  const std::int64_t attribute = e.attributes().integer("axis");
  const std::int64_t axis = attribute < 0 ? attribute + rank : attribute;
  std::vector<std::int64_t> forward = {axis}, backward(static_cast<std::size_t>(rank)), rows;
  for (std::int64_t i = 0; i < rank; ++i) {
    if (i != axis) forward.push_back(i);
  }
  for (std::size_t i = 0; i < forward.size(); ++i) backward[static_cast<std::size_t>(forward[i])] = static_cast<std::int64_t>(i);
  for (std::int64_t i = 0; i < count; ++i) rows.push_back(axis + i);
  for (std::int64_t i = 0; i < rank + count - 1; ++i) {
    if (i < axis || i >= axis + count) rows.push_back(i);
  }
  const std::string zeros = onnx_node(e, "Expand", {onnx_scalar(e, 0), onnx_node(e, "Shape", {e.input(2)})});
  const std::string table = onnx_node(e, "Transpose", {zeros}, {{"perm", forward}});
  const std::string indices = onnx_node(e, "Cast", {e.input(1)}, {{"to", DType::kI64}});
  const std::string tuples = onnx_node(e, "Unsqueeze", {indices, e.constant(Tensor::from<std::int64_t>({-1}, {1}))});
  const std::string updates = onnx_node(e, "Transpose", {e.input(0)}, {{"perm", rows}});
  const std::string sum = onnx_node(e, "ScatterND", {table, tuples, updates}, {{"reduction", "add"}});
  e.output(0, onnx_node(e, "Transpose", {sum}, {{"perm", backward}}));
}

}  // namespace

OpDef gather_gradient_op() {
  return {
      .name = "gather_gradient",
      .family = Family::kIndexing,
      .since = 1,
      .summary = "Gradient of gather: adds each slice into zeros at the place that its index names.",
      .formula = "dx[o, indices[i], k] += g[o, i, k]",
      .inputs = {{"g", kNumeric, "as the result of gather"},
                 {"indices", kIndices, "any shape"},
                 {.name = "like", .dtype = kAnyDtype, .doc = "gives the shape of x", .shape_only = true}},
      .outputs = {{"dx", like("g"), "as like"}},
      .attributes = gather_attributes(),
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 18, .emit = emit},
      .samples = samples,
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{5, 3}}, {{4}, 0, 2, DType::kI64}, {{2, 3}}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 1e-5},
  };
}

}  // namespace lepton::ops
