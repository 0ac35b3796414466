// The table of regularisers.
#include "lepton/nn/regularizer.hpp"

#include "lepton/ops/comparison.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

using Function = Value (*)(const Value&, const Attributes&);

Value scaled(const Value& x, double factor) { return ops::mul(x, ops::constant_like(x, factor)); }
Value l1(const Value& w, double factor) { return scaled(ops::sum(ops::abs(w)), factor); }
Value l2(const Value& w, double factor) { return scaled(ops::sum(ops::square(w)), factor); }

Value orthogonal(const Value& w, double factor, const std::string& mode) {
  const bool rows = mode == "rows";
  if (!rows && mode != "columns") fail(ErrorCode::kInvalidArgument, "the orthogonal regularizer's mode is rows or columns, got '{}'", mode);
  if (w.rank() != 2) fail(ErrorCode::kShapeMismatch, "the orthogonal regularizer expects a matrix (shape {})", w.shape());
  const std::int64_t count = w.dim(rows ? 0 : 1);
  const Value squares = ops::sum(ops::square(w), {.axes = {rows ? 1 : 0}, .keepdims = true});
  const Value unit = ops::mul(w, ops::rsqrt(ops::maximum(squares, ops::constant_like(w, 1e-14))));
  const Value products = ops::matmul(unit, unit, {.transpose_a = !rows, .transpose_b = rows});
  const Value diagonal = ops::equal(ops::iota(products, 0), ops::iota(products, 1));
  const Value others = ops::where(diagonal, ops::constant_like(w, 0), ops::abs(products));
  return scaled(ops::sum(others), factor / (static_cast<double>(count) * static_cast<double>(count - 1)));
}

const std::vector<SpecDef<Function>>& table() {
  static const std::vector<SpecDef<Function>> rows = {
      {"l1",
       "sum of absolute values",
       {{"l1", 0.01, non_negative, "factor"}},
       [](const Value& w, const Attributes& a) { return l1(w, a.number("l1")); }},
      {"l2",
       "sum of squares",
       {{"l2", 0.01, non_negative, "factor"}},
       [](const Value& w, const Attributes& a) { return l2(w, a.number("l2")); }},
      {"l1_l2",
       "both",
       {{"l1", 0.01, non_negative, "factor"}, {"l2", 0.01, non_negative, "factor"}},
       [](const Value& w, const Attributes& a) { return ops::add(l1(w, a.number("l1")), l2(w, a.number("l2"))); }},
      {"orthogonal_regularizer",
       "how far the rows or columns of a matrix are from being orthogonal: their mean |cosine|",
       {{"factor", 0.01, non_negative, "factor"}, {"mode", "rows", any_value, "what is to be orthogonal: rows or columns"}},
       [](const Value& w, const Attributes& a) { return orthogonal(w, a.number("factor"), a.text("mode")); }},
  };
  return rows;
}

}  // namespace

Value regularize(const Spec& regularizer, const Value& weight) {
  const SpecDef<Function>* row = find_row(std::span(table()), regularizer.name, "regularizer").value();
  return row->function(weight, regularizer.bind(regularizer.name, row->arguments).value());
}

std::vector<RegularizerInfo> all_regularizers() {
  std::vector<RegularizerInfo> infos;
  for (const auto& row : table()) infos.push_back({row.name, row.summary, row.arguments});
  return infos;
}

}  // namespace lepton::nn
