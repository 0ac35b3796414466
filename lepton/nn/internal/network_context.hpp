// The LayerContext of a network build: finds or makes weights as state inputs, collects updates and extra losses.
#pragma once

#include <map>

#include "lepton/nn/network.hpp"

namespace lepton::nn::internal {

/// The layer's name, or its class's automatic one.
std::string own_name(const Layer& layer);

/// Calls a layer and hands on its input's mask as the declaration says.
std::vector<Feature> build_layer(LayerContext& context, const Layer& layer, std::span<const Feature> inputs);

/// Where the first build of a network notes what it finds; later builds look it up in the network.
struct Discovered {
  std::vector<Weight>* weights = nullptr;
  std::vector<Memory>* memories = nullptr;
};

class NetworkContext final : public LayerContext {
 public:
  NetworkContext(graph::GraphBuilder& builder, const Network& network, const BuildOptions& options, Discovered discovered, Built& built);

  void enter(const Layer& layer, std::string name);

  Value weight(const WeightSpec& spec) override;
  void update(std::string_view weight_name, const Value& new_value) override;
  Value memory(std::string_view name, const Shape& shape) override;
  void remember(std::string_view name, const Value& value) override;
  void add_loss(const Value& loss) override { built_.losses.push_back(loss); }
  Value random_key() override;
  std::int64_t next_stream() override { return stream_++; }
  void within(const Layer& layer, const std::string& name, const std::function<void()>& body) override;
  Builder& builder() override { return builder_; }

 private:
  graph::GraphBuilder& builder_;
  const BuildOptions& options_;
  Discovered discovered_;
  Built& built_;
  const Layer* outermost_ = nullptr;  // whose trainable() counts for all within
  std::string layer_name_;
  std::map<std::string, Value> values_;  // of weights and memories, by their names
  std::int64_t stream_ = 0;
};

}  // namespace lepton::nn::internal
