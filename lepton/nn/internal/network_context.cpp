// Weights become state inputs at their first use; regularisers of trained weights become losses there too.
#include "lepton/nn/internal/network_context.hpp"

#include "lepton/nn/regularizer.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn::internal {

std::string own_name(const Layer& layer) { return layer.name().empty() ? snake_case(layer.def().name) : layer.name(); }

std::vector<Feature> build_layer(LayerContext& context, const Layer& layer, std::span<const Feature> inputs) {
  std::vector<Feature> results = layer.def().build(context, inputs);
  if (layer.def().passes_mask && inputs[0].mask.defined()) {
    for (Feature& result : results) {
      if (!result.mask.defined()) result.mask = inputs[0].mask;
    }
  }
  return results;
}

NetworkContext::NetworkContext(graph::GraphBuilder& builder, const Network& network, const BuildOptions& options, Discovered discovered,
                               Built& built)
    : builder_(builder), options_(options), discovered_(discovered), built_(built) {
  dtype_ = network.dtype();
}

void NetworkContext::enter(const Layer& layer, std::string name) {
  layer_ = outermost_ = &layer;
  layer_name_ = std::move(name);
  config_ = &layer.config();
  training_ = options_.training && layer.trainable();
  // Dropout of a frozen layer still drops, as in Keras: only statistics and weights stand still. Layers ask training() for both,
  // so a frozen layer counts as training unless it holds statistics; BatchNormalization is the layer that asks trainable().
  if (options_.training && layer.def().name != "BatchNormalization") training_ = true;
}

void NetworkContext::within(const Layer& layer, const std::string& name, const std::function<void()>& body) {
  const Layer* outer = layer_;
  std::string outer_name = layer_name_ + "/" + name;
  std::swap(outer_name, layer_name_);
  layer_ = &layer;
  config_ = &layer.config();
  body();
  layer_ = outer;
  config_ = &outer->config();
  layer_name_ = std::move(outer_name);
}

Value NetworkContext::weight(const WeightSpec& spec) {
  const std::string name = layer_name_ + "/" + spec.name;
  if (const auto known = values_.find(name); known != values_.end()) return known->second;
  Weight weight{name,
                spec.shape,
                {dtype_, stored_shape(spec.shape, spec.order)},
                spec.order,
                spec.initializer,
                spec.regularizer,
                spec.constraint,
                spec.trainable};
  const Value value = builder_.input(name, weight.stored, graph::InputKind::kState);
  values_[name] = value;
  if (!spec.regularizer.empty() && spec.trainable && outermost_->trainable()) built_.losses.push_back(regularize(spec.regularizer, value));
  if (discovered_.weights != nullptr) discovered_.weights->push_back(std::move(weight));
  return value;
}

void NetworkContext::update(std::string_view weight_name, const Value& new_value) {
  if (training_) built_.updates.emplace_back(fmt::format("{}/{}", layer_name_, weight_name), new_value);
}

Value NetworkContext::memory(std::string_view memory_name, const Shape& shape) {
  const std::string name = fmt::format("{}/{}", layer_name_, memory_name);
  // Keras would go on from the first call's end, but lets no gradient go there.
  if (values_.contains(name)) fail(ErrorCode::kUnsupported, "a stateful layer can be called only once in a model");
  const TensorType type{dtype_, shape};
  if (discovered_.memories != nullptr) discovered_.memories->push_back({name, type});
  return values_[name] =
             options_.memory ? builder_.input(name, type, graph::InputKind::kState) : ops::constant(builder_, Tensor::zeros(dtype_, shape));
}

void NetworkContext::remember(std::string_view memory_name, const Value& value) {
  if (options_.memory) built_.updates.emplace_back(fmt::format("{}/{}", layer_name_, memory_name), value);
}

Value NetworkContext::random_key() {
  if (!options_.random_key.defined()) fail(ErrorCode::kInvalidArgument, "network: random layers need a random key while training");
  return options_.random_key;
}

}  // namespace lepton::nn::internal
