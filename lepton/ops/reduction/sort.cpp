// sort: orders elements along an axis.
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_CHECK_OK(normalize_axis(c.attributes.integer("axis"), c.shape(0).rank(), c.op.name));
  return std::vector<Shape>{c.shape(0), c.shape(0)};
}

std::vector<Value> gradient(const RuleContext& c) {
  if (!c.grads[0].defined()) return {Value()};
  return {scatter_add_along_axis(c.grads[0], c.outputs[1], c.inputs[0], c.attributes.integer("axis"))};
}

// TopK with all elements: it puts equal ones in order of their places, too.
void emit(OnnxEmitter& e) {
  const std::int64_t axis = e.attributes().integer("axis");
  const std::string place = e.constant(Tensor::from<std::int64_t>({axis < 0 ? axis + e.input_type(0).shape.rank() : axis}, {1}));
  const std::string size = onnx_node(e, "Gather", {onnx_node(e, "Shape", {e.input(0)}), place});
  const auto results =
      e.node("TopK", {e.input(0), size}, {{"axis", axis}, {"largest", e.attributes().flag("descending") ? 1 : 0}, {"sorted", 1}}, 2);
  e.output(0, results[0]);
  e.output(1, results[1]);
}

std::vector<Sample> samples() {
  return {{{{{17}}}},
          {{{{17}}}, {{"descending", true}}},
          {{{{3, 5, 2}}}, {{"axis", 1}}},
          {{{{0, 3}}}},
          {{{{4, 9}, 0, 4, DType::kI32}}, {{"descending", true}}, "equal elements"}};
}

std::vector<Reject> rejects() { return {{{{{{2, 3}}}, {{"axis", 2}}}, ErrorCode::kInvalidArgument}}; }

}  // namespace

OpDef sort_op() {
  return {
      .name = "sort",
      .family = Family::kReduction,
      .since = 1,
      .summary = "Orders elements along an axis, equal ones in order of their places; NaN counts as the largest.",
      .formula = "values[i] = x[indices[i]], values[i] <= values[i + 1] (descending: >=)",
      .inputs = {{"x", kNumeric, "at least 1 axis"}},
      .outputs = {{"values", like("x"), "x in order"}, {"indices", DType::kI64, "where each value was"}},
      .attributes = {{"axis", std::int64_t{-1}, any_value, "axis along which to sort"}, {"descending", false, any_value, "largest first"}},
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 11, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
