// What `model show` and `predict` do with ONNX and TensorFlow Lite files: they have no recipe and no labels, so inputs and results are
// arrays.
#include <algorithm>
#include <map>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/formats/graph_file.hpp"
#include "lepton/formats/npz.hpp"
#include "lepton/formats/onnx/model.hpp"

namespace lepton::cli {
namespace {

std::string type_text(const formats::OnnxValueInfo& info) {
  if (!info.dtype) return info.kind;
  if (!info.dims) return std::string(name_of(*info.dtype));
  std::string text = std::string(name_of(*info.dtype)) + "[";
  for (std::size_t i = 0; i < info.dims->size(); ++i) {
    const std::string& symbol = info.symbols[i];
    if (i > 0) text += ",";
    text += (*info.dims)[i] != kAnyDim ? std::to_string((*info.dims)[i]) : symbol.empty() ? "?" : symbol;
  }
  return text + "]";
}

std::map<std::string, int> count_operators(const std::vector<formats::OnnxNode>& nodes) {
  std::map<std::string, int> counts;
  for (const formats::OnnxNode& node : nodes) {
    ++counts[node.domain.empty() ? node.op : node.domain + "." + node.op];
    for (const auto& [name, graph] : node.graphs) {
      for (const auto& [op, count] : count_operators(graph->nodes)) counts[op] += count;
    }
  }
  return counts;
}

Json values_json(const std::vector<formats::OnnxValueInfo>& all) {
  Json json = Json::array();
  for (const formats::OnnxValueInfo& info : all) json.push_back({{"name", info.name}, {"type", type_text(info)}});
  return json;
}

// The arrays of the files, in the order of the model's inputs.
std::vector<Tensor> read_inputs(const formats::OnnxModelFile& model, const std::vector<std::string>& paths) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{4} << 30;
  std::map<std::string, Tensor> given;
  for (const std::string& path : paths) {
    const std::string bytes = read_file(local_files(), path, kMaxBytes).value();
    const std::span<const std::byte> view = std::as_bytes(std::span(bytes));
    const std::string extension = file_extension(path);
    if (extension == "npz") {
      const formats::NamedTensors arrays = formats::read_npz(view).value();
      for (const auto& [name, value] : arrays) given[name] = value;
    } else if (extension == "npy") {
      given[model.graph.inputs.size() == 1 ? model.graph.inputs[0].name : std::string(file_stem(path))] = formats::read_npy(view).value();
    } else {
      fail(ErrorCode::kUnsupported,
           "{}: the model does not say how such a file becomes numbers; give its inputs as .npz (arrays by name) or .npy", path);
    }
  }
  std::vector<Tensor> inputs;
  for (const formats::OnnxValueInfo& info : model.graph.inputs) {
    const auto found = given.find(info.name);
    if (found == given.end()) fail(ErrorCode::kInvalidArgument, "no array is given for the input '{}' ({})", info.name, type_text(info));
    inputs.push_back(found->second);
    given.erase(found);
  }
  if (!given.empty()) fail(ErrorCode::kInvalidArgument, "the model has no input '{}'", given.begin()->first);
  return inputs;
}

}  // namespace

void show_graph_file(const std::string& path, bool as_json) {
  const formats::OnnxModelFile model = formats::read_graph_file(local_files(), path).value();
  const auto supported = formats::OnnxModel::check(model);
  std::int64_t parameters = 0;
  for (const auto& [name, value] : model.graph.initializers) parameters += value.num_elements();
  const std::map<std::string, int> counts = count_operators(model.graph.nodes);
  if (as_json) {
    return print_json({{"format", model.format},
                       {"producer", model.producer},
                       {"ir_version", model.ir_version},
                       {"opsets", model.opsets},
                       {"inputs", values_json(model.graph.inputs)},
                       {"outputs", values_json(model.graph.outputs)},
                       {"parameters", parameters},
                       {"operators", counts},
                       {"metadata", model.metadata},
                       {"runs_here", static_cast<bool>(supported)},
                       {"missing", supported ? "" : supported.error().message()}});
  }
  fmt::print("{}: {}, made by {}\n", path, model.format, model.producer.empty() ? "nobody who says so" : model.producer);
  for (const auto& [domain, version] : model.opsets) fmt::print("  {} opset {}\n", domain.empty() ? "ONNX" : domain, version);
  for (const formats::OnnxValueInfo& info : model.graph.inputs) fmt::print("  input  {:<24} {}\n", info.name, type_text(info));
  for (const formats::OnnxValueInfo& info : model.graph.outputs) fmt::print("  output {:<24} {}\n", info.name, type_text(info));
  fmt::print("  {} numbers in {} tensors, {} nodes, {} functions\n  operators:", parameters, model.graph.initializers.size(),
             model.graph.nodes.size(), model.functions.size());
  for (const auto& [op, count] : counts) fmt::print(" {} {}x", op, count);
  fmt::print("\n{}\n", supported ? "every operator is supported; lepton predict runs it" : supported.error().message());
}

void predict_graph_file(const std::string& path, const std::vector<std::string>& paths, const std::string& out, bool as_json) {
  formats::OnnxModel model = formats::OnnxModel::load(local_files(), path).value();
  const std::vector<Tensor> results = model.run(read_inputs(model.file(), paths)).value();
  formats::NamedTensors named;
  for (std::size_t i = 0; i < results.size(); ++i) named.emplace_back(model.file().graph.outputs[i].name, results[i]);
  if (!out.empty()) write_atomic(local_files(), out, formats::write_npz(named).value()).value();
  Json json = Json::object();
  for (const auto& [name, value] : named) {
    const std::vector<double> numbers = value.to_vector<double>();
    if (as_json) {
      json[name] = {{"shape", value.shape().dims()}, {"values", numbers}};
      continue;
    }
    fmt::print("{:<24} {}  ", name, value.type().to_string());
    for (std::size_t i = 0; i < std::min<std::size_t>(numbers.size(), 6); ++i) fmt::print(" {:.6g}", numbers[i]);
    fmt::print("{}\n", numbers.size() > 6 ? " …" : "");
  }
  if (as_json) print_json(json);
}

}  // namespace lepton::cli
