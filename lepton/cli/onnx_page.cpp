// The reference page of ONNX: which operators are read, and as what ours are written, found by writing their samples.
#include <algorithm>
#include <map>

#include "lepton/cli/commands.hpp"
#include "lepton/formats/onnx/model_file.hpp"
#include "lepton/formats/onnx_writer.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/ops/onnx/table.hpp"
#include "lepton/ops/op_table.hpp"

namespace lepton::cli {
namespace {

// A graph with the operator alone, floats in single precision unless its regions are declared otherwise.
graph::Graph graph_of(const OpDef& op, const Sample& sample) {
  graph::GraphBuilder builder("sample");
  std::vector<Value> inputs;
  for (const SampleInput& input : sample.inputs) {
    TensorType type = input.value.defined() ? input.value.type() : TensorType{input.dtype, input.shape};
    if (type.dtype == DType::kF64 && sample.regions.empty()) type.dtype = DType::kF32;
    inputs.push_back(input.present ? builder.input(fmt::format("x{}", inputs.size()), type) : Value());
  }
  const std::vector<Value> outputs = builder.add(op, inputs, complete_attributes(op, sample.attributes).value(), sample.regions);
  for (std::size_t i = 0; i < outputs.size(); ++i) builder.output(fmt::format("y{}", i), outputs[i]);
  return std::move(builder).finish();
}

void add_names(const formats::OnnxGraph& graph, std::vector<std::string>& names) {
  for (const formats::OnnxNode& node : graph.nodes) {
    if (!node.name.starts_with("output/") && std::ranges::find(names, node.op) == names.end()) names.push_back(node.op);
  }
}

// The ONNX operators that the samples of `op` become; empty if it cannot be written.
std::vector<std::string> written_as(const OpDef& op) {
  std::vector<std::string> names;
  for (const Sample& sample : op.samples()) {
    const auto bytes = catch_error([&] { return formats::write_onnx(graph_of(op, sample), {}).value(); });
    if (!bytes) continue;
    add_names(formats::read_onnx(std::as_bytes(std::span(*bytes)), nullptr).value().graph, names);
  }
  return names;
}

std::string read_table() {
  std::map<std::string, std::vector<const OnnxOperator*>> by_name;
  for (const OnnxOperator& op : ops::all_onnx_operators())
    by_name[fmt::format("{}{}{}", op.domain, op.domain.empty() ? "" : ".", op.name)].push_back(&op);
  int newest = 0;
  for (const OnnxOperator& op : ops::all_onnx_operators()) newest = std::max(newest, op.domain.empty() ? op.since : 0);
  std::string text = fmt::format(
      "# ONNX operators\n\n{} operators are read; the newest opset is {}. \"Opsets\" are those that work, a range for each rule that "
      "reads the operator (one rule may know several meanings); an operator that is older than its range is refused in older files. \"As\" "
      "is our operator where it is the same one; others are read as several. Texts are worked with while a model is read. Sequences as "
      "inputs or results, optional values, float8 and 4-bit numbers are not supported; where a shape or a branch depends on data, a model "
      "runs in stages.\n\n| operator | opsets | as |\n|---|---|---|\n",
      by_name.size(), newest);
  for (const auto& [name, rows] : by_name) {
    const OpDef* same = rows.back()->same;
    std::string opsets;  // of ONNX's own domain; others count their own
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const int last = i + 1 < rows.size() ? rows[i + 1]->since - 1 : newest;
      opsets += i > 0 ? ", " : "";
      opsets += i + 1 == rows.size() && !rows[i]->domain.empty() ? fmt::format("{} and newer", rows[i]->since)
                : last == rows[i]->since                         ? std::to_string(last)
                                                                 : fmt::format("{} to {}", rows[i]->since, last);
    }
    text += fmt::format("| `{}` | {} | {} |\n", name, opsets, same == nullptr ? "" : fmt::format("`{}`", same->name));
  }
  return text;
}

std::string written_table() {
  std::string rows, missing;
  std::size_t count = 0;
  for (const OpDef& op : ops::all_ops()) {
    const std::vector<std::string> names = written_as(op);
    if (op.name == "constant") continue;  // an initializer
    if (names.empty()) {
      missing += fmt::format("{}`{}`", missing.empty() ? "" : ", ", op.name);
      continue;
    }
    ++count;
    std::string list;
    for (const std::string& name : names) list += fmt::format("{}`{}`", list.empty() ? "" : ", ", name);
    rows += fmt::format("| `{}` | {} |\n", op.name, list);
  }
  return fmt::format(
      "\n# Our operators as ONNX\n\n{} operators are written, at opset {}; which of the ONNX operators named occur depends on attributes "
      "and shapes. Without an ONNX form, and in no model's prediction: {}.\n\n| operator | written as |\n|---|---|\n{}",
      count, formats::kOnnxOpset, missing, rows);
}

}  // namespace

std::string onnx_page() { return read_table() + written_table(); }

}  // namespace lepton::cli
