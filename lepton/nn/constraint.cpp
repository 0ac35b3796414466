// The table of constraints, and the way from a stored weight to the one that is shown and back.
#include "lepton/nn/constraint.hpp"

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

using Function = Value (*)(const Value&, const Attributes&);

Value number(const Value& like, double value) { return ops::constant_like(like, value); }

Value length(const Value& w, const Attributes& a) {
  return ops::sqrt(ops::sum(ops::square(w), {.axes = a.integers("axis"), .keepdims = true}));
}

Value scaled_to(const Value& w, const Value& wanted, const Value& length) {
  return ops::mul(w, ops::div(wanted, ops::add(length, number(length, 1e-7))));
}

Value max_norm(const Value& w, const Attributes& a) {
  const Value norm = length(w, a);
  return scaled_to(w, ops::minimum(norm, number(norm, a.number("max_value"))), norm);
}

Value unit_norm(const Value& w, const Attributes& a) {
  const Value norm = length(w, a);
  return ops::div(w, ops::add(norm, number(norm, 1e-7)));
}

Value min_max_norm(const Value& w, const Attributes& a) {
  const Value norm = length(w, a);
  const Value clipped = ops::minimum(ops::maximum(norm, number(norm, a.number("min_value"))), number(norm, a.number("max_value")));
  const double rate = a.number("rate");
  return scaled_to(w, ops::add(ops::mul(clipped, number(norm, rate)), ops::mul(norm, number(norm, 1 - rate))), norm);
}

Value non_neg(const Value& w, const Attributes&) { return ops::maximum(w, number(w, 0)); }

const std::vector<SpecDef<Function>>& table() {
  static const AttributeDef axis{"axis", Dims{0}, any_value, "axes along which the length is taken"};
  static const std::vector<SpecDef<Function>> rows = {
      {"max_norm", "no longer than max_value", {{"max_value", 2.0, non_negative, "largest length"}, axis}, max_norm},
      {"min_max_norm",
       "between two lengths",
       {{"min_value", 0.0, non_negative, "smallest length"},
        {"max_value", 1.0, non_negative, "largest length"},
        {"rate", 1.0, probability, "how far each update goes there"},
        axis},
       min_max_norm},
      {"non_neg", "not below 0", {}, non_neg},
      {"unit_norm", "of length 1", {axis}, unit_norm},
  };
  return rows;
}

Dims sizes(const Dims& of, const std::vector<int>& order) {
  Dims made;
  for (const int axis : order) made.push_back(of[static_cast<std::size_t>(axis)]);
  return made;
}

}  // namespace

Value constrain(const Weight& weight, const Value& value) {
  const Spec& constraint = weight.constraint;
  const SpecDef<Function>* row = find_row(std::span(table()), constraint.name, "constraint").value();
  const Attributes arguments = constraint.bind(constraint.name, row->arguments).value();
  const std::vector<int>& order = weight.order.permutation;
  if (order.empty()) return row->function(value, arguments);
  const Dims shown(weight.shape.begin(), weight.shape.end()), split = weight.order.split.empty() ? shown : weight.order.split;
  std::vector<int> back(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) back[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
  const Value apart = ops::reshape(value, sizes(split, order));
  const Value held = row->function(ops::reshape(ops::transpose(apart, Dims(back.begin(), back.end())), shown), arguments);
  return ops::reshape_like(ops::transpose(ops::reshape(held, split), Dims(order.begin(), order.end())), value);
}

std::vector<ConstraintInfo> all_constraints() {
  std::vector<ConstraintInfo> infos;
  for (const auto& row : table()) infos.push_back({row.name, row.summary, row.arguments});
  return infos;
}

}  // namespace lepton::nn
