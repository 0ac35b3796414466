// The graph travels as its text, is parsed and verified at every build (a package is foreign bytes), and is inlined.
#include "lepton/nn/layers/graph_layer.hpp"

#include <algorithm>
#include <set>

#include "lepton/graph/parser.hpp"
#include "lepton/graph/printer.hpp"
#include "lepton/graph/verifier.hpp"
#include "lepton/ops/op_table.hpp"

namespace lepton::nn {
namespace {

void check(const graph::Graph& graph) {
  const auto data = std::ranges::count(graph.inputs(), graph::InputKind::kData, &graph::GraphInput::kind);
  if (data != 1 || graph.outputs().size() != 1 || !graph.outputs()[0].updates.empty())
    fail(ErrorCode::kInvalidArgument, "the graph must have one input and one result, not {} and {}", data, graph.outputs().size());
  for (const graph::GraphInput& input : graph.inputs()) {
    if (input.kind == graph::InputKind::kState && input.name.find('/') != std::string::npos)
      fail(ErrorCode::kInvalidArgument, "the state '{}' must have no slash in its name", input.name);
  }
}

// Means and variances of batch normalisations: constants of the training that made the graph.
std::set<ValueId> statistics_in(const graph::Graph& graph) {
  std::set<ValueId> found;
  for (const graph::Node& node : graph.nodes()) {
    if (node.op->name == "batch_norm_inference") found.insert(node.inputs.begin() + 3, node.inputs.end());
  }
  return found;
}

std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  const graph::Graph graph = graph::parse(c.config().text("graph"), ops::find_op).value();
  graph::verify(graph).value();
  check(graph);
  const bool channels_first = c.flag("channels_first");
  const std::set<ValueId> statistics = statistics_in(graph);
  std::vector<Value> values;
  for (const graph::GraphInput& input : graph.inputs()) {
    if (input.kind == graph::InputKind::kData) {
      values.push_back(channels_first ? inputs[0].channels_first() : inputs[0].logical());
    } else {
      values.push_back(c.weight({.name = input.name, .shape = input.type.shape, .trainable = !statistics.contains(input.value)}));
    }
  }
  const Value y = graph::inline_graph(c.builder(), graph, values)[0];
  return {Feature(y, channels_first && y.rank() >= 3 ? Feature::Order::kChannelsFirst : Feature::Order::kLogical)};
}

}  // namespace

std::vector<LayerDef> graph_layer_layers() {
  return {{.name = "GraphLayer",
           .summary = "A graph of another origin, e.g. an ONNX file, as a layer.",
           .config = {{"graph", "", any_value, "the graph as text", true},
                      {"channels_first", true, any_value, "pictures are [N, C, height, width] inside"}},
           .build = build}};
}

Layer GraphLayer(const graph::Graph& graph, const GraphLayerOptions& o) {
  check(graph);
  return Layer(get_layer("GraphLayer"), {{"graph", graph::print(graph)}, {"channels_first", o.channels_first}}, o.name);
}

}  // namespace lepton::nn
