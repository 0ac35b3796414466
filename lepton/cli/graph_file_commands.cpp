// What `model show` and `predict` do with ONNX and TensorFlow Lite files: they have no recipe and no labels, so inputs and results are
// arrays.
#include <map>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/formats/graph_file.hpp"
#include "lepton/formats/onnx/model.hpp"
#include "lepton/runtime/profile.hpp"

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

}  // namespace

void show_graph_file(const std::string& path, bool as_json) {
  const formats::OnnxModelFile model = formats::read_graph_file(local_files(), path).value();
  const auto supported = formats::OnnxModel::check(model);
  std::int64_t parameters = 0;
  for (const auto& [name, value] : model.graph.initializers) parameters += value.type().shape.num_elements();
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

void predict_profiled(const PredictArguments& arguments, const std::function<void(runtime::Profile*)>& predict) {
  if (arguments.profile.empty()) return predict(nullptr);
  runtime::Profile profile;
  predict(&profile);
  write_atomic(local_files(), arguments.profile, profile.chrome_trace()).value();
  if (!arguments.json) fmt::print("\n{}", profile.table());
}

void predict_graph_file(const std::string& path, const PredictArguments& arguments) {
  formats::OnnxModel model = formats::OnnxModel::load(local_files(), path).value();
  std::vector<std::string> inputs, outputs;
  for (const formats::OnnxValueInfo& info : model.file().graph.inputs) inputs.push_back(info.name);
  for (const formats::OnnxValueInfo& info : model.file().graph.outputs) outputs.push_back(info.name);
  predict_profiled(arguments, [&](runtime::Profile* profile) {
    model.set_profile(profile);
    print_arrays(outputs, model.run(read_arrays(inputs, arguments.paths)).value(), arguments.out, arguments.json);
  });
}

}  // namespace lepton::cli
