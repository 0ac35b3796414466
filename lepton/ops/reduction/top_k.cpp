// top_k: the k largest or smallest elements along an axis.
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/reduction.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  LEPTON_TRY(const int axis, normalize_axis(c.attributes.integer("axis"), c.shape(0).rank(), c.op.name));
  const std::int64_t k = c.attributes.integer("k");
  Shape shape = c.shape(0);
  if (k > shape[axis])
    return c.error(ErrorCode::kInvalidArgument, "k must not exceed the {} elements along the axis (k {})", shape[axis], k);
  shape[axis] = k;
  return std::vector<Shape>{shape, shape};
}

std::vector<Value> gradient(const RuleContext& c) {
  if (!c.grads[0].defined()) return {Value()};
  return {scatter_add_along_axis(c.grads[0], c.outputs[1], c.inputs[0], c.attributes.integer("axis"))};
}

void emit(OnnxEmitter& e) {
  const Attributes& a = e.attributes();
  const std::string k = e.constant(Tensor::from<std::int64_t>({a.integer("k")}, {1}));
  const auto results =
      e.node("TopK", {e.input(0), k}, {{"axis", a.integer("axis")}, {"largest", a.flag("largest") ? 1 : 0}, {"sorted", 1}}, 2);
  e.output(0, results[0]);
  e.output(1, results[1]);
}

std::vector<Sample> samples() {
  return {{{{{17}}}, {{"k", 5}}},
          {{{{17}}}, {{"k", 3}, {"largest", false}}},
          {{{{3, 5, 2}}}, {{"k", 2}, {"axis", 1}}},
          {{{{3, 5}}}, {{"k", 5}, {"axis", 1}}},
          {{{{0, 3}}}, {{"k", 2}}},
          {{{{4, 9}, 0, 4, DType::kI32}}, {{"k", 4}}, "equal elements"}};
}

std::vector<Reject> rejects() {
  return {{{{{{2, 3}}}, {{"k", 4}}}, ErrorCode::kInvalidArgument},
          {{{{{2, 3}}}, {{"k", 0}}}, ErrorCode::kInvalidArgument},
          {{{{{2, 3}}}, {{"k", 1}, {"axis", 2}}}, ErrorCode::kInvalidArgument}};
}

}  // namespace

OpDef top_k_op() {
  return {
      .name = "top_k",
      .family = Family::kReduction,
      .since = 1,
      .summary =
          "The k largest (or smallest) elements along an axis, best first, equal ones in order of their places; NaN counts as the largest.",
      .formula = "the first k elements of sort(x)",
      .inputs = {{"x", kNumeric, "at least 1 axis"}},
      .outputs = {{"values", like("x"), "the elements"}, {"indices", DType::kI64, "where each was"}},
      .attributes = {{"k", std::int64_t{1}, positive, "how many", true},
                     {"axis", std::int64_t{-1}, any_value, "axis along which to look"},
                     {"largest", true, any_value, "the largest, not the smallest"}},
      .infer = infer,
      .gradient = gradient,
      .onnx = {.opset = 11, .emit = emit},
      .samples = samples,
      .rejects = rejects,
  };
}

}  // namespace lepton::ops
