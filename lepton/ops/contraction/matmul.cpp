// matmul: batched matrix product.
#include "lepton/ops/contraction.hpp"

#include "lepton/ops/internal/rules.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

Result<std::vector<Shape>> infer(const InferContext& c) {
  const Shape &a = c.shape(0), &b = c.shape(1);
  if (a.rank() < 2 || b.rank() < 2) return c.error(ErrorCode::kShapeMismatch, "both inputs need at least 2 axes (a {}, b {})", a, b);
  const bool ta = c.attributes.flag("transpose_a"), tb = c.attributes.flag("transpose_b");
  const std::int64_t m = a[ta ? -1 : -2], k = a[ta ? -2 : -1], k2 = b[tb ? -1 : -2], n = b[tb ? -2 : -1];
  const auto batch = broadcast(Shape(Dims(a.begin(), a.end() - 2)), Shape(Dims(b.begin(), b.end() - 2)));
  if (k != k2 || !batch) {
    return c.error(ErrorCode::kShapeMismatch, "inner sizes must be equal and batch axes broadcast (a {}{}, b {}{})", a,
                   ta ? " transposed" : "", b, tb ? " transposed" : "");
  }
  Dims dims = batch->dims();
  dims.push_back(m);
  dims.push_back(n);
  return std::vector<Shape>{Shape(std::move(dims))};
}

// True if the last axis has elements, and a size that no run changes.
bool has_known_width(const Value& x) { return x.shape()[-1] > 0; }

// With C = A B: dA = G Bᵀ and dB = Aᵀ G; transposed operands exchange roles instead of being transposed in memory.
std::vector<Value> gradient(const RuleContext& c) {
  const Value &a = c.inputs[0], &b = c.inputs[1], &g = c.grads[0];
  const bool ta = c.attributes.flag("transpose_a"), tb = c.attributes.flag("transpose_b");
  Value da, db;
  if (c.needs(0)) {
    da = ta ? matmul(b, g, {.transpose_a = tb, .transpose_b = true}) : matmul(g, b, {.transpose_a = false, .transpose_b = !tb});
    da = unbroadcast(da, a);
  }
  if (c.needs(1)) {
    // Many stacks that meet one matrix are one long stack: no product for each of them, and no sum over the products.
    const bool one_stack = b.rank() == 2 && a.rank() > 2 && !ta && has_known_width(a) && has_known_width(g);
    const Value x = one_stack ? as_rows(a) : a, y = one_stack ? as_rows(g) : g;
    db = tb ? matmul(y, x, {.transpose_a = true, .transpose_b = ta}) : matmul(x, y, {.transpose_a = !ta, .transpose_b = false});
    db = unbroadcast(db, b);
  }
  return {da, db};
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      const Attributes attributes = {{"transpose_a", ta}, {"transpose_b", tb}};
      all.push_back({{{ta ? Shape{5, 4} : Shape{4, 5}}, {tb ? Shape{3, 5} : Shape{5, 3}}}, attributes});
      all.push_back({{{ta ? Shape{2, 5, 4} : Shape{2, 4, 5}}, {tb ? Shape{3, 1, 3, 5} : Shape{3, 1, 5, 3}}}, attributes});
    }
  }
  all.push_back({{{{2, 3, 4}}, {{4, 5}}}});
  all.push_back({{{{0, 4}}, {{4, 5}}}});
  all.push_back({{{{2, 0}}, {{0, 3}}}});
  all.push_back({{{{33, 70}}, {{70, 65}}}});
  return all;
}

void emit(OnnxEmitter& e) {
  // ONNX MatMul has no transpose flags: swap the last two axes first.
  std::vector<std::string> operands;
  for (std::size_t i = 0; i < 2; ++i) {
    std::string operand = e.input(i);
    if (e.attributes().flag(i == 0 ? "transpose_a" : "transpose_b")) {
      std::vector<std::int64_t> permutation;
      for (int axis = 0; axis < e.input_type(i).shape.rank(); ++axis) permutation.push_back(axis);
      std::swap(permutation[permutation.size() - 1], permutation[permutation.size() - 2]);
      operand = e.node("Transpose", {operand}, {{"perm", permutation}})[0];
    }
    operands.push_back(operand);
  }
  e.output(0, e.node("MatMul", operands, {})[0]);
}

}  // namespace

OpDef matmul_op() {
  return {
      .name = "matmul",
      .family = Family::kContraction,
      .since = 1,
      .summary = "Matrix product over the last two axes; axes before them broadcast.",
      .formula = "c[..., i, j] = sum over k of a[..., i, k] * b[..., k, j]",
      .inputs = {{"a", kFloats, "[..., M, K]"}, {"b", like("a"), "[..., K, N]"}},
      .outputs = {{"c", like("a")}},
      .attributes = {{"transpose_a", false, any_value, "read the last two axes of a exchanged"},
                     {"transpose_b", false, any_value, "read the last two axes of b exchanged"}},
      .infer = infer,
      .gradient = gradient,
      .traits = kContraction,
      .onnx = {.opset = 13, .emit = emit},
      .samples = samples,
      .rejects =
          [] {
            return std::vector<Reject>{{{{{{2, 3}}, {{4, 5}}}}, ErrorCode::kShapeMismatch}, {{{{{2}}, {{2}}}}, ErrorCode::kShapeMismatch}};
          },
      .tolerance = {.f32 = 2e-5},
  };
}

}  // namespace lepton::ops
