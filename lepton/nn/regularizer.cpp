// The table of regularisers.
#include "lepton/nn/regularizer.hpp"

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

using Function = Value (*)(const Value&, const Attributes&);

Value scaled(const Value& x, double factor) { return ops::mul(x, ops::constant_like(x, factor)); }
Value l1(const Value& w, double factor) { return scaled(ops::sum(ops::abs(w)), factor); }
Value l2(const Value& w, double factor) { return scaled(ops::sum(ops::square(w)), factor); }

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
  for (const auto& row : table()) infos.push_back({row.name, row.summary});
  return infos;
}

}  // namespace lepton::nn
