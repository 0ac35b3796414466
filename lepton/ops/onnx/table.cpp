// Rows of all families, and those of our operators that are an ONNX operator as they are.
#include "lepton/ops/onnx/table.hpp"

#include <algorithm>
#include <tuple>

#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/op_table.hpp"

namespace lepton::ops {

std::span<const OnnxOperator> all_onnx_operators() {
  static const std::vector<OnnxOperator> table = [] {
    std::vector<OnnxOperator> rows;
    for (const auto family : {onnx_attention, onnx_activations, onnx_contractions, onnx_control_flow, onnx_data_dependent, onnx_elementwise,
                              onnx_images, onnx_indexing, onnx_losses, onnx_normalizations, onnx_pooling, onnx_quantization, onnx_recurrent,
                              onnx_reductions, onnx_sequences, onnx_shapes, onnx_signals, onnx_strings}) {
      const auto own = family();
      rows.insert(rows.end(), own.begin(), own.end());
    }
    for (const OpDef& op : all_ops()) {
      if (!op.onnx.name.empty() && op.onnx.emit == nullptr && op.num_regions == 0) rows.push_back({.name = op.onnx.name, .same = &op});
    }
    std::ranges::stable_sort(rows, {}, [](const OnnxOperator& row) { return std::tuple(row.domain, row.name, row.since); });
    return rows;
  }();
  return table;
}

const OnnxOperator* find_onnx_operator(std::string_view domain, std::string_view name, int opset) {
  const OnnxOperator* best = nullptr;
  const auto table = all_onnx_operators();
  const auto key = [](const OnnxOperator& row) { return std::tuple(row.domain, row.name); };
  for (auto row = std::ranges::lower_bound(table, std::tuple(domain, name), {}, key);
       row != table.end() && row->domain == domain && row->name == name && row->since <= opset; ++row)
    best = &*row;
  return best;
}

}  // namespace lepton::ops
