// Builds the table once, on first use.
#include "lepton/ops/op_table.hpp"

#include <algorithm>

namespace lepton::ops {

std::vector<OpDef> make_all_ops();  // generated

std::span<const OpDef> all_ops() {
  static const std::vector<OpDef> table = [] {
    std::vector<OpDef> ops = make_all_ops();
    std::ranges::sort(ops, {}, &OpDef::name);
    return ops;
  }();
  return table;
}

const OpDef* find_op(std::string_view name) {
  const auto table = all_ops();
  const auto place = std::ranges::lower_bound(table, name, {}, &OpDef::name);
  return place != table.end() && place->name == name ? &*place : nullptr;
}

const OpDef& get_op(std::string_view name) {
  const OpDef* op = find_op(name);
  if (op == nullptr) fail(ErrorCode::kNotFound, "ops: there is no operator '{}'", name);
  return *op;
}

}  // namespace lepton::ops
