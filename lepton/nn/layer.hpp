// Layers: the declaration (LayerDef), the handle that users configure (Layer), and what a layer sees while it builds (LayerContext).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lepton/graph/builder.hpp"
#include "lepton/nn/feature.hpp"
#include "lepton/nn/weight.hpp"

namespace lepton::nn {

class Layer;
class Symbol;

/// What a layer's build function works with. Implemented by the network builder.
class LayerContext {
 public:
  virtual ~LayerContext() = default;

  const Attributes& config() const { return *config_; }
  bool training() const { return training_; }
  DType dtype() const { return dtype_; }

  /// The weight named `spec.name` of this layer, made at the first call (a shared layer gets the same one again).
  virtual Value weight(const WeightSpec& spec) = 0;
  /// Gives a weight that the optimiser does not train a new value after this step (moving statistics). Ignored unless training.
  virtual void update(std::string_view weight_name, const Value& new_value) = 0;
  /// A value that stays from one batch to the next, in inference too: zeros of `shape` at first, then what remember() was given.
  virtual Value memory(std::string_view name, const Shape& shape) = 0;
  virtual void remember(std::string_view name, const Value& value) = 0;
  /// Adds a scalar to the loss of the model.
  virtual void add_loss(const Value& loss) = 0;
  /// Key for random operators: changes with seed and step.
  virtual Value random_key() = 0;
  /// A number of its own for each random operator of the network.
  virtual std::int64_t next_stream() = 0;
  /// Runs `body` in the place of a layer that this one owns: config() and layers() are that layer's, weights are named below `name`.
  virtual void within(const Layer& layer, const std::string& name, const std::function<void()>& body) = 0;
  /// The layers that this one owns.
  std::span<const Layer> layers() const;
  virtual Builder& builder() = 0;

  // Shorthands over config().
  std::int64_t integer(std::string_view name) const { return config_->integer(name); }
  double number(std::string_view name) const { return config_->number(name); }
  bool flag(std::string_view name) const { return config_->flag(name); }
  Spec spec(std::string_view name) const { return config_->text(name).empty() ? Spec() : Spec(config_->text(name)); }

 protected:
  const Attributes* config_ = nullptr;
  const Layer* layer_ = nullptr;
  bool training_ = false;
  DType dtype_ = DType::kF32;
};

using LayerBuild = std::function<std::vector<Feature>(LayerContext&, std::span<const Feature>)>;

/// One row of the table of layers. Each layer is one file under lepton/nn/layers.
struct LayerDef {
  std::string_view name;  // Keras's: "Conv2D"
  std::string_view summary;
  std::vector<AttributeDef> config = {};
  int min_inputs = 1;
  int max_inputs = 1;        // -1: any number
  int min_layers = 0;        // that it owns
  int max_layers = 0;        // -1: any number
  bool passes_mask = false;  // every output has the mask of the first input, unless the layer gives it one
  LayerBuild build;
};

/// A configured layer; a cheap handle. Using one handle several times shares its weights.
class Layer {
 public:
  /// Checks `config` and the number of owned layers against the declaration. Throws kInvalidArgument.
  Layer(const LayerDef& def, const Attributes& config, std::string name = {}, std::vector<Layer> layers = {});

  const LayerDef& def() const;
  const Attributes& config() const;
  /// The name given, or "" until the network names it ("conv2d_1").
  const std::string& name() const;
  bool trainable() const;
  /// A frozen layer's weights are not trained, and its batch normalisation uses moving statistics (as in Keras).
  void set_trainable(bool trainable) const;
  /// Shape of one sample given as `input_shape`; empty if not given.
  const Dims& input_shape() const;
  /// Number of samples in every batch given as `batch_size` beside it; 0 if any.
  std::int64_t batch_size() const;
  /// Layers that this one owns: what Bidirectional or TimeDistributed wraps, the cells of RNN.
  const std::vector<Layer>& layers() const;

  /// Applies the layer (functional models).
  Symbol operator()(const Symbol& x) const;
  Symbol operator()(const std::vector<Symbol>& inputs) const;
  /// The first `count` outputs of a layer that has several (return_state).
  std::vector<Symbol> outputs(const std::vector<Symbol>& inputs, int count) const;

  bool same_as(const Layer& other) const { return state_ == other.state_; }

 private:
  friend class Network;
  struct State;
  std::shared_ptr<State> state_;
};

/// Keras's automatic name for a class: MaxPooling2D -> max_pooling2d, Conv1DTranspose -> conv1d_transpose, PReLU -> p_re_lu.
std::string snake_case(std::string_view class_name);

/// All layers of the library, sorted by name.
std::span<const LayerDef> all_layers();
/// Throws kNotFound, naming the nearest.
const LayerDef& get_layer(std::string_view name);

/// A layer from a C++ function on graph values in Keras's (channels-last) order.
Layer custom_layer(std::string name, LayerBuild build);

/// Attributes that every layer accepts besides its own: input_shape, batch_size.
std::span<const AttributeDef> common_layer_config();

}  // namespace lepton::nn
