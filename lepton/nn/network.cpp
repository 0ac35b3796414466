// Topology: ordering the layers of sequential and functional models, naming them, and finding their weights.
#include "lepton/nn/network.hpp"

#include <algorithm>
#include <map>

#include "lepton/nn/internal/network_context.hpp"

namespace lepton::nn {
namespace {

class Names {
 public:
  std::string unique(const std::string& wanted) {
    const int count = counts_[wanted]++;
    return count == 0 ? wanted : unique(fmt::format("{}_{}", wanted, count));
  }

 private:
  std::map<std::string, int> counts_;
};

}  // namespace

Symbol Input(const Dims& shape, const InputOptions& options) {
  auto node = std::make_shared<Symbol::Node>();
  Dims dims = {options.batch_size == 0 ? kAnyDim : options.batch_size};
  dims.insert(dims.end(), shape.begin(), shape.end());
  node->input_name = options.name;
  node->input_type = {options.dtype, Shape(std::move(dims))};
  return Symbol(std::move(node));
}

Network Network::sequential(const std::vector<Layer>& layers, DType dtype) {
  if (layers.empty()) fail(ErrorCode::kInvalidArgument, "sequential: needs at least one layer");
  if (layers.front().input_shape().empty()) {
    fail(ErrorCode::kInvalidArgument, "sequential: the first layer ({}) needs input_shape, the shape of one sample",
         layers.front().def().name);
  }
  const bool takes_indices = layers.front().def().name == "Embedding";
  Symbol x =
      Input(layers.front().input_shape(), {.dtype = takes_indices ? DType::kI64 : DType::kF32, .batch_size = layers.front().batch_size()});
  const Symbol input = x;
  for (const Layer& layer : layers) x = layer(x);
  return functional({input}, {x}, dtype);
}

namespace {

// Depth-first order of the calls below `outputs`; throws if an input is not listed.
class Ordering {
 public:
  explicit Ordering(const std::vector<Symbol>& inputs) : inputs_(inputs) {}

  std::pair<int, int> place_of(const Symbol& symbol) {
    const auto known = places_.find(&symbol.node());
    if (known != places_.end()) return {known->second, symbol.output()};
    if (!symbol.node().layer) return {input_place(symbol), 0};
    std::vector<std::pair<int, int>> operands;
    for (const Symbol& input : symbol.node().inputs) operands.push_back(place_of(input));
    calls.push_back({&symbol.node(), std::move(operands)});
    places_[&symbol.node()] = static_cast<int>(calls.size()) - 1;
    return {static_cast<int>(calls.size()) - 1, symbol.output()};
  }

  struct OrderedCall {
    const Symbol::Node* node;
    std::vector<std::pair<int, int>> inputs;
  };
  std::vector<OrderedCall> calls;

 private:
  int input_place(const Symbol& symbol) const {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i].same_as(symbol)) return -1 - static_cast<int>(i);
    }
    fail(ErrorCode::kInvalidArgument, "model: an output depends on an Input that is not in the list of inputs");
  }
  const std::vector<Symbol>& inputs_;
  std::map<const Symbol::Node*, int> places_;
};

}  // namespace

Network Network::functional(const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs, DType dtype) {
  if (inputs.empty() || outputs.empty()) fail(ErrorCode::kInvalidArgument, "model: needs at least one input and one output");
  Network network;
  network.dtype_ = dtype;
  Names names;
  for (const Symbol& input : inputs) {
    if (input.node().layer) fail(ErrorCode::kInvalidArgument, "model: inputs must be made by Input()");
    TensorType type = input.node().input_type;
    if (is_float(type.dtype)) type.dtype = dtype;
    const std::string wanted = input.node().input_name.empty() ? "input" : input.node().input_name;
    network.inputs_.push_back({names.unique(wanted), graph::InputKind::kData, std::move(type), kNoValue});
    if (network.inputs_.back().type.shape[0] != network.batch_size())
      fail(ErrorCode::kInvalidArgument, "model: all inputs must have the same batch_size");
  }
  Ordering ordering(inputs);
  for (const Symbol& output : outputs) network.outputs_.push_back(ordering.place_of(output));
  for (const auto& call : ordering.calls) {
    const Layer& layer = *call.node->layer;
    const auto known = std::ranges::find_if(network.layers_, [&](const Layer& l) { return l.same_as(layer); });
    const auto index = static_cast<std::size_t>(known - network.layers_.begin());
    if (known == network.layers_.end()) {
      network.layers_.push_back(layer);
      network.layer_names_.push_back(names.unique(internal::own_name(layer)));
    }
    network.calls_.push_back({index, call.inputs, {}});
  }
  for (const auto& [call, output] : network.outputs_) {
    network.output_names_.push_back(call < 0 ? network.inputs_[static_cast<std::size_t>(-1 - call)].name
                                             : network.layer_names_[network.calls_[static_cast<std::size_t>(call)].layer]);
  }
  network.discover();
  return network;
}

const Weight* Network::find_weight(std::string_view name) const {
  const auto place = std::ranges::find(weights_, name, &Weight::name);
  return place == weights_.end() ? nullptr : &*place;
}

std::size_t Network::layer_of(const Weight& weight) const {
  // Weights of owned layers have more than one '/' behind the layer's name; names of layers may hold some, too: the longest fits.
  for (std::string layer = weight.name; !layer.empty();) {
    const std::size_t slash = layer.rfind('/');
    LEPTON_ASSERT(slash != std::string::npos, weight.name);
    layer.resize(slash);
    if (const auto place = std::ranges::find(layer_names_, layer); place != layer_names_.end())
      return static_cast<std::size_t>(place - layer_names_.begin());
  }
  LEPTON_UNREACHABLE(weight.name);
}

void Network::discover() {
  graph::GraphBuilder builder("discover");
  Network found = *this;
  (void)build_with(builder, {.training = false}, &found);
  *this = std::move(found);
}

Built Network::build(graph::GraphBuilder& builder, const BuildOptions& options) const { return build_with(builder, options, nullptr); }

Built Network::build_with(graph::GraphBuilder& builder, const BuildOptions& options, Network* discovered) const {
  Built built;
  std::vector<Feature> network_inputs;
  for (const graph::GraphInput& input : inputs_) {
    const Value value = builder.input(input.name, input.type);
    built.inputs.push_back(value);
    network_inputs.emplace_back(value);
  }
  internal::NetworkContext context(
      builder, *this, options,
      discovered == nullptr ? internal::Discovered{} : internal::Discovered{&discovered->weights_, &discovered->memories_}, built);
  std::vector<std::vector<Feature>> results(calls_.size());
  const auto feature = [&](std::pair<int, int> place) -> const Feature& {
    if (place.first < 0) return network_inputs[static_cast<std::size_t>(-1 - place.first)];
    const std::vector<Feature>& given = results[static_cast<std::size_t>(place.first)];
    if (place.second < 0 || static_cast<std::size_t>(place.second) >= given.size())
      fail(ErrorCode::kInvalidArgument, "model: there is no output {} of a layer that has {}", place.second, given.size());
    return given[static_cast<std::size_t>(place.second)];
  };
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    std::vector<Feature> operands;
    for (const auto& place : calls_[i].inputs) operands.push_back(feature(place));
    const Layer& layer = layers_[calls_[i].layer];
    const std::string& name = layer_names_[calls_[i].layer];
    builder.set_scope(name);
    try {
      context.enter(layer, name);
      results[i] = internal::build_layer(context, layer, operands);
    } catch (const Error& error) {
      throw error.with_context(fmt::format("layer '{}'", name));
    }
    if (discovered == nullptr) continue;
    for (const Feature& result : results[i]) discovered->calls_[i].output_shapes.push_back(result.logical_shape());
  }
  builder.set_scope({});
  for (const auto& place : outputs_) built.outputs.push_back(feature(place));
  built.calls = std::move(results);
  return built;
}

}  // namespace lepton::nn
