// Network: the topology of a model (layers and how they are joined) and the builder that turns it into a graph.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

/// The output of a layer, or an input, while a functional model is put together.
class Symbol {
 public:
  struct Node;
  Symbol() = default;
  explicit Symbol(std::shared_ptr<const Node> node, int output = 0) : node_(std::move(node)), output_(output) {}
  const Node& node() const { return *node_; }
  int output() const { return output_; }
  /// Another output of the same call.
  Symbol sibling(int output) const { return Symbol(node_, output); }
  bool same_as(const Symbol& other) const { return node_ == other.node_ && output_ == other.output_; }

 private:
  std::shared_ptr<const Node> node_;
  int output_ = 0;
};

struct Symbol::Node {
  std::string input_name;      // inputs only
  TensorType input_type;       // inputs only; axis 0 is the batch
  std::optional<Layer> layer;  // none for an input
  std::vector<Symbol> inputs;
};

struct InputOptions {
  DType dtype = DType::kF32;  // floats become the model's dtype
  std::string name = {};
  std::int64_t batch_size = 0;  // 0: batches of any size; stateful layers need one
};
/// An input of a functional model; `shape` is that of one sample.
Symbol Input(const Dims& shape, const InputOptions& options = {});

/// What one build of a network made: values in the graph that is under construction.
struct Built {
  std::vector<Value> inputs;
  std::vector<Feature> outputs;
  std::vector<Value> losses;                           // from regularisers and add_loss; scalars
  std::vector<std::pair<std::string, Value>> updates;  // name of a weight or a memory, new value
  std::vector<std::vector<Feature>> calls;             // what each layer call gave, in the order of Network::calls()
};

struct BuildOptions {
  bool training = false;
  Value random_key = {};  // needed if training and a layer draws random numbers
  bool memory = true;     // false: stateful layers start every batch at zero
};

/// What a stateful layer keeps from one batch to the next.
struct Memory {
  std::string name;  // unique: "lstm/state_0"
  TensorType type;
};

class Network {
 public:
  /// Joins layers in a row. The first must have an input_shape (or be given one).
  /// Errors: throws kInvalidArgument or kShapeMismatch naming the layer.
  static Network sequential(const std::vector<Layer>& layers, DType dtype = DType::kF32);
  static Network functional(const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs, DType dtype = DType::kF32);

  DType dtype() const { return dtype_; }
  /// Declared inputs: names and types with a free batch axis, in Keras's order.
  const std::vector<graph::GraphInput>& inputs() const { return inputs_; }
  const std::vector<std::string>& output_names() const { return output_names_; }
  /// Layers in the order of their first use, named.
  const std::vector<Layer>& layers() const { return layers_; }
  const std::string& layer_name(std::size_t layer) const { return layer_names_[layer]; }
  const std::vector<Weight>& weights() const { return weights_; }
  const Weight* find_weight(std::string_view name) const;
  /// What stateful layers keep; not part of the weights, as in Keras.
  const std::vector<Memory>& memories() const { return memories_; }
  /// Samples in every batch, kAnyDim if any number will do.
  std::int64_t batch_size() const { return inputs_.front().type.shape[0]; }
  /// Layer that owns a weight.
  std::size_t layer_of(const Weight& weight) const;

  /// Adds the network to a graph: inputs and weights become graph inputs (weights as states), layers become nodes.
  Built build(graph::GraphBuilder& builder, const BuildOptions& options) const;

  /// One row per layer call, for summary() and model files.
  struct Call {
    std::size_t layer;
    std::vector<std::pair<int, int>> inputs;  // (call, output); call < 0 is network input -1 - call
    std::vector<Shape> output_shapes;         // in Keras's order, free dims kAnyDim
  };
  const std::vector<Call>& calls() const { return calls_; }
  const std::vector<std::pair<int, int>>& output_calls() const { return outputs_; }

 private:
  class Context;
  Network() = default;
  void discover();  // builds once to find weights and shapes
  Built build_with(graph::GraphBuilder& builder, const BuildOptions& options, Network* discovered) const;

  DType dtype_ = DType::kF32;
  std::vector<graph::GraphInput> inputs_;
  std::vector<std::string> output_names_;
  std::vector<Layer> layers_;
  std::vector<std::string> layer_names_;
  std::vector<Call> calls_;
  std::vector<std::pair<int, int>> outputs_;
  std::vector<Weight> weights_;
  std::vector<Memory> memories_;
};

}  // namespace lepton::nn
