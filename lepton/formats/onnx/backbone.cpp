// Cutting happens among ONNX nodes, where values have names; freeing the number of samples happens on the graph.
#include "lepton/formats/onnx/backbone.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <ranges>
#include <set>

#include "lepton/base/text.hpp"
#include "lepton/formats/onnx/importer.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::formats {
namespace {

// Two sizes that no other size of a model is a multiple of by both.
constexpr std::int64_t kFewSamples = 2, kMoreSamples = 3;
// What may stand between the last product and the output.
constexpr std::array<std::string_view, 10> kAfterProduct{"Softmax", "LogSoftmax", "Sigmoid", "Identity", "Cast",
                                                         "Flatten", "Reshape",    "Squeeze", "Add",      "Dropout"};

const OnnxNode* maker_of(const OnnxGraph& graph, const std::string& name) {
  for (const OnnxNode& node : graph.nodes) {
    if (std::ranges::find(node.outputs, name) != node.outputs.end()) return &node;
  }
  return nullptr;
}

bool is_product(const OnnxGraph& graph, const OnnxNode& node) {
  if (node.op == "Gemm" || node.op == "MatMul") return true;
  if (node.op != "Conv" || node.inputs.size() < 2) return false;
  const auto kernel = std::ranges::find(graph.initializers, node.inputs[1], &std::pair<std::string, StoredTensor>::first);
  if (kernel == graph.initializers.end()) return false;
  const Shape& shape = kernel->second.type().shape;
  return std::ranges::all_of(shape.begin() + std::min(2, shape.rank()), shape.end(), [](std::int64_t size) { return size == 1; });
}

void add_uses(const OnnxNode& node, std::set<std::string>& used) {
  used.insert(node.inputs.begin(), node.inputs.end());
  for (const auto& [name, graph] : node.graphs) {
    for (const OnnxNode& inner : graph->nodes) add_uses(inner, used);
    for (const OnnxValueInfo& output : graph->outputs) used.insert(output.name);
  }
}

// Keeps what `cut` needs. ONNX lists nodes in the order of their use.
void cut_at(OnnxGraph& graph, const std::string& cut) {
  if (maker_of(graph, cut) == nullptr) {
    std::vector<std::string> names;
    for (const OnnxNode& node : graph.nodes) names.insert(names.end(), node.outputs.begin(), node.outputs.end());
    fail(ErrorCode::kNotFound, "onnx: nothing in the model makes '{}'{}", cut, did_you_mean(cut, names));
  }
  std::set<std::string> used = {cut};
  std::vector<OnnxNode> kept;
  for (OnnxNode& node : std::views::reverse(graph.nodes)) {
    if (std::ranges::none_of(node.outputs, [&](const std::string& name) { return used.contains(name); })) continue;
    add_uses(node, used);
    kept.push_back(std::move(node));
  }
  std::ranges::reverse(kept);
  graph.nodes = std::move(kept);
  std::erase_if(graph.inputs, [&](const OnnxValueInfo& input) { return !used.contains(input.name); });
  graph.outputs = {{.name = cut}};
}

TensorType input_type(const OnnxGraph& graph, const Dims& sample) {
  if (graph.inputs.size() != 1)
    fail(ErrorCode::kUnsupported, "onnx: the backbone of a model with {} inputs is not supported", graph.inputs.size());
  const OnnxValueInfo& input = graph.inputs[0];
  if (!input.dtype) fail(ErrorCode::kUnsupported, "onnx: the input '{}' is {}, which Lepton does not have", input.name, input.kind);
  Dims dims = {kFewSamples};
  if (!sample.empty()) {
    dims.insert(dims.end(), sample.begin(), sample.end());
  } else if (input.dims && input.dims->size() > 1) {
    dims.insert(dims.end(), input.dims->begin() + 1, input.dims->end());
  }
  if (dims.size() < 2 || std::ranges::any_of(dims, [](std::int64_t size) { return size == kAnyDim; }))
    fail(ErrorCode::kInvalidArgument, "onnx: the size of the input '{}' is not known; give it", input.name);
  return {*input.dtype, Shape(std::move(dims))};
}

OnnxStage read_for(const OnnxModelFile& file, TensorType input, std::int64_t samples) {
  input.shape[0] = samples;
  OnnxStage stage = import_onnx(file, std::span(&input, 1), {}).value();
  if (!stage.needs.empty()) fail(ErrorCode::kUnsupported, "onnx: the shape of '{}' depends on data", stage.needs);
  if (stage.results.size() != 1) fail(ErrorCode::kUnsupported, "onnx: the value at the cut does not depend on the input");
  return stage;
}

// Attributes of a node that was read for few and for more samples.
Attributes for_any_number(const graph::Node& few, const graph::Node& more) {
  Attributes attributes = few.attributes;
  for (const auto& [name, value] : few.attributes) {
    const Attribute* other = more.attributes.find(name);
    if (other != nullptr && value == *other) continue;
    auto sizes = few.op->name == "reshape" && other != nullptr ? value.get<Dims>() : Dims{};
    int differing = 0;
    for (std::size_t i = 0; i < sizes.size() && i < other->get<Dims>().size(); ++i) {
      if (sizes[i] == other->get<Dims>()[i]) continue;
      sizes[i] = -1;
      ++differing;
    }
    if (differing != 1) fail(ErrorCode::kUnsupported, "onnx: the node '{}' depends on the number of samples", few.name);
    attributes.set(name, sizes);
  }
  return attributes;
}

std::string without_slashes(std::string name, const graph::Graph& taken) {
  std::ranges::replace(name, '/', '.');
  while (taken.find_input(name) != nullptr) name += '_';
  return name;
}

void free_samples(const OnnxStage& few, const OnnxStage& more, OnnxBackbone& backbone) {
  const graph::Graph &a = few.graph, &b = more.graph;
  if (a.nodes().size() != b.nodes().size() || a.inputs().size() != b.inputs().size())
    fail(ErrorCode::kUnsupported, "onnx: what the model computes depends on the number of samples");
  std::vector<ValueId> values(static_cast<std::size_t>(a.num_values()), kNoValue);
  graph::Graph& made = backbone.graph;
  made.name = "backbone";
  for (const graph::GraphInput& input : a.inputs()) {
    TensorType type = input.type;
    if (input.kind == graph::InputKind::kData) type.shape[0] = kAnyDim;
    const std::string name = without_slashes(input.name, made);
    values[static_cast<std::size_t>(input.value)] = made.add_input(name, input.kind, std::move(type));
    const auto state = std::ranges::find(few.states, input.name, &std::pair<std::string, Tensor>::first);
    if (state != few.states.end()) backbone.weights.emplace_back(name, state->second);
  }
  for (std::size_t i = 0; i < a.nodes().size(); ++i) {
    graph::Node node = a.nodes()[i];
    if (node.op != b.nodes()[i].op || node.inputs != b.nodes()[i].inputs || !node.regions.empty())
      fail(ErrorCode::kUnsupported, "onnx: the node '{}' depends on the number of samples or has a body", node.name);
    node.attributes = for_any_number(node, b.nodes()[i]);
    for (ValueId& input : node.inputs) input = input == kNoValue ? kNoValue : values[static_cast<std::size_t>(input)];
    const std::vector<ValueId> outputs = node.outputs;
    const graph::NodeId id = made.add_node(std::move(node), static_cast<int>(outputs.size()));
    for (std::size_t k = 0; k < outputs.size(); ++k) values[static_cast<std::size_t>(outputs[k])] = made.node(id).outputs[k];
  }
  made.add_output("features", values[static_cast<std::size_t>(a.outputs()[0].value)]);
}

// What the next stage of a network sees of each size of map: the last sum of two maps (residual networks), else the last map.
struct Level {
  ValueId last = kNoValue, last_sum = kNoValue;
};
using Levels = std::map<std::pair<std::int64_t, std::int64_t>, Level>;  // by area and height

Levels find_levels(graph::GraphBuilder& builder) {
  Levels levels;
  for (const graph::Node& node : builder.graph().nodes()) {
    const Shape shape = builder.type(node.outputs[0]).shape;
    if (shape.rank() != 4 || shape[2] * shape[3] < 2 || node.op->name == "transpose") continue;
    Level& level = levels[{shape[2] * shape[3], shape[2]}];
    level.last = node.outputs[0];
    if (node.op->name == "add" && builder.type(node.inputs[0]).shape == builder.type(node.inputs[1]).shape) level.last_sum = level.last;
  }
  return levels;
}

graph::Graph with_levels(graph::Graph graph, int count) {
  const ValueId features = graph.outputs()[0].value;
  graph::GraphBuilder builder(std::move(graph), false);
  const auto averaged = [](const Value& map) { return ops::mean(map, {.axes = {2, 3}}); };
  std::vector<Value> parts = {builder.value(features)};
  if (parts[0].rank() == 4) parts[0] = averaged(parts[0]);
  if (parts[0].rank() != 2) fail(ErrorCode::kUnsupported, "onnx: the value at the cut has rank {}; levels cannot join it", parts[0].rank());
  for (const auto& [size, level] : find_levels(builder) | std::views::take(count)) {
    const Value map = builder.value(level.last_sum == kNoValue ? level.last : level.last_sum);
    parts.push_back(averaged(map));
    parts.push_back(ops::max(map, {.axes = {2, 3}}));
  }
  builder.output("features", ops::concat(parts, 1));
  return std::move(builder).finish();
}

}  // namespace

Result<std::string> find_features(const OnnxGraph& graph) {
  for (const OnnxValueInfo& output : graph.outputs) {
    if (output.name == "features") return output.name;
  }
  std::string at = graph.outputs.empty() ? "" : graph.outputs[0].name;
  const OnnxNode* node = maker_of(graph, at);
  for (std::size_t steps = 0; node != nullptr && steps <= graph.nodes.size(); ++steps) {
    if (is_product(graph, *node)) return node->inputs.empty() ? at : node->inputs[0];
    if (std::ranges::find(kAfterProduct, node->op) == kAfterProduct.end()) break;
    const OnnxNode* before = nullptr;
    for (const std::string& input : node->inputs) {
      if (before == nullptr) before = maker_of(graph, input);
    }
    node = before;
  }
  return make_error(ErrorCode::kUnsupported, "onnx: the features of the model were not found; name the value to cut at{}",
                    node == nullptr ? "" : fmt::format(" (its outputs come from {})", node->describe()));
}

Result<OnnxBackbone> onnx_backbone(OnnxModelFile file, const BackboneOptions& options) {
  return catch_error([&] {
    OnnxBackbone backbone;
    backbone.cut = options.cut.empty() ? find_features(file.graph).value() : options.cut;
    cut_at(file.graph, backbone.cut);
    const TensorType input = input_type(file.graph, options.sample);
    free_samples(read_for(file, input, kFewSamples), read_for(file, input, kMoreSamples), backbone);
    if (options.levels > 0) backbone.graph = with_levels(std::move(backbone.graph), options.levels);
    return backbone;
  });
}

}  // namespace lepton::formats
