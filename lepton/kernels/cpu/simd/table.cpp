// The operators that our vector kernels compute, and how.
#include "lepton/kernels/cpu/simd/kernels.hpp"
#include "lepton/kernels/cpu/simd/simd.hpp"

namespace lepton::kernels::simd {
namespace {

// Names of operators whose every element depends on the operands' elements at the same place only.
constexpr std::string_view kElementwise[] = {
    "abs",           "acos",       "acosh",   "add",         "asin",        "asinh",
    "atan",          "atanh",      "cast",    "ceil",        "celu",        "clip",
    "cos",           "cosh",       "div",     "elu",         "equal",       "erf",
    "exp",           "expm1",      "floor",   "gelu",        "greater",     "greater_equal",
    "hard_sigmoid",  "hard_swish", "is_inf",  "is_nan",      "leaky_relu",  "less",
    "less_equal",    "log",        "log1p",   "logical_and", "logical_not", "logical_or",
    "logical_xor",   "maximum",    "minimum", "mish",        "mod",         "mul",
    "neg",           "not_equal",  "pow",     "prelu",       "reciprocal",  "relu",
    "relu_gradient", "round",      "rsqrt",   "selu",        "sigmoid",     "sign",
    "silu",          "sin",        "sinh",    "softplus",    "softsign",    "sqrt",
    "square",        "sub",        "tan",     "tanh",        "where",       "fused_elementwise",
};

std::vector<KernelEntry> make_table() {
  std::vector<KernelEntry> table;
  for (const std::string_view op : kElementwise) table.push_back({op, elementwise});
  for (const std::string_view op : {"sum", "mean", "prod", "max", "min", "any", "all", "sum_to_like"}) table.push_back({op, reduction});
  for (const std::string_view op : {"softmax", "log_softmax", "logsumexp"}) table.push_back({op, softmax});
  for (const std::string_view op : {"dropout", "random_uniform", "random_normal"}) table.push_back({op, random});
  for (const std::string_view op : {"batch_norm_training", "batch_norm_gradient"}) table.push_back({op, batch_norm});
  for (const std::string_view op : {"reorder", "transpose", "broadcast_to_like"}) table.push_back({op, copy});
  for (const std::string_view op : {"lstm_steps", "lstm_steps_gradient"}) table.push_back({op, lstm_steps});
  for (const std::string_view op : {"gru_steps", "gru_steps_gradient"}) table.push_back({op, gru_steps});
  table.push_back({"max_pool_gradient", max_pool_gradient});
  return table;
}

}  // namespace

std::span<const KernelEntry> table() {
  static const std::vector<KernelEntry> kTable = make_table();
  return kTable;
}

}  // namespace lepton::kernels::simd
