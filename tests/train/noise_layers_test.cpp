// Layers that draw random numbers while training: the pattern of what they draw, its mean and its variance, on 40,000 values.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "lepton/base/random.hpp"
#include "lepton/graph/builder.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/nn/network.hpp"
#include "lepton/runtime/interpreter.hpp"

namespace lepton::train {
namespace {

// What the layer makes of x while training, in double; x: [N, …].
std::vector<double> in_training(const nn::Layer& layer, const Tensor& x, std::uint64_t key) {
  const nn::Symbol input = nn::Input(Dims(x.shape().begin() + 1, x.shape().end()));
  const nn::Network network = nn::Network::functional({input}, {layer(input)}, DType::kF64);
  graph::GraphBuilder builder("noise");
  const Value random = builder.input("random_key", {DType::kU64, {2}});
  const nn::Built built = network.build(builder, {.training = true, .random_key = random});
  builder.output("y", built.outputs[0].logical());
  const graph::Graph graph = std::move(builder).finish();
  std::vector<Tensor> feeds;
  for (const graph::GraphInput& in : graph.inputs())
    feeds.push_back(in.name == "random_key" ? Tensor::from<std::uint64_t>({key, 7}, {2}) : x);
  return runtime::interpret(graph, feeds).value().front().to_vector<double>();
}

struct Moments {
  double mean = 0, variance = 0;
};
Moments moments(const std::vector<double>& values) {
  Moments m;
  for (const double v : values) m.mean += v / static_cast<double>(values.size());
  for (const double v : values) m.variance += (v - m.mean) * (v - m.mean) / static_cast<double>(values.size());
  return m;
}
double share_of(const std::vector<double>& values, double value) {
  return static_cast<double>(std::ranges::count(values, value)) / static_cast<double>(values.size());
}
Tensor ones(Dims dims) { return Tensor::full(DType::kF64, Shape(std::move(dims)), 1.0); }

// The tolerances are five standard deviations of the figures and more.
TEST(NoiseLayers, DropoutZeroesItsShareAndScalesTheRest) {
  const std::vector<double> y = in_training(nn::Dropout(0.3), ones({40, 1000}), 1);
  EXPECT_NEAR(share_of(y, 0), 0.3, 0.012);
  EXPECT_EQ(share_of(y, 0) + share_of(y, 1 / 0.7), 1);
  EXPECT_NE(y, in_training(nn::Dropout(0.3), ones({40, 1000}), 2));
  EXPECT_EQ(y, in_training(nn::Dropout(0.3), ones({40, 1000}), 1));
}

TEST(NoiseLayers, SpatialDropoutZeroesWholeChannels) {
  const std::int64_t samples = 40, places = 6, channels = 500;
  const std::vector<double> y = in_training(nn::SpatialDropout2D(0.4), ones({samples, 2, 3, channels}), 1);
  EXPECT_NEAR(share_of(y, 0), 0.4, 0.02);
  for (std::int64_t n = 0; n < samples; ++n) {
    for (std::int64_t c = 0; c < channels; ++c) {
      std::set<double> of_channel;
      for (std::int64_t p = 0; p < places; ++p) of_channel.insert(y[static_cast<std::size_t>((n * places + p) * channels + c)]);
      ASSERT_EQ(of_channel.size(), 1u) << "sample " << n << ", channel " << c;
    }
  }
}

TEST(NoiseLayers, GaussianNoiseAddsItsDeviation) {
  const Moments m = moments(in_training(nn::GaussianNoise(0.5), ones({40, 1000}), 1));
  EXPECT_NEAR(m.mean, 1, 0.013);
  EXPECT_NEAR(std::sqrt(m.variance), 0.5, 0.01);
}

TEST(NoiseLayers, GaussianDropoutHasTheVarianceOfDropout) {
  const Moments m = moments(in_training(nn::GaussianDropout(0.3), ones({40, 1000}), 1));
  EXPECT_NEAR(m.mean, 1, 0.017);
  EXPECT_NEAR(m.variance, 0.3 / 0.7, 0.02);
}

TEST(NoiseLayers, AlphaDropoutKeepsMeanAndVariance) {
  const Tensor x = Tensor::empty(DType::kF64, {40, 1000});
  Random random(5);
  for (double& v : x.span<double>()) v = random.normal();
  const std::vector<double> y = in_training(nn::AlphaDropout(0.2), x, 1);
  const Moments m = moments(y);
  EXPECT_NEAR(m.mean, 0, 0.03);
  EXPECT_NEAR(m.variance, 1, 0.05);
  std::map<double, int> counts;
  for (const double v : y) ++counts[v];
  const auto dropped = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  EXPECT_NEAR(dropped->second / 40000.0, 0.2, 0.01) << "the value that stands for a dropped unit";
}

}  // namespace
}  // namespace lepton::train
