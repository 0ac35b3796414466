// What is said when a loss is not finite: planted in an input, a target, a weight, and as an overflow inside one layer.
#include <gtest/gtest.h>

#include <cmath>

#include "lepton/nn/layers.hpp"
#include "lepton/train/callback.hpp"
#include "lepton/train/fit_loop.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {
namespace {

constexpr std::int64_t kSamples = 24;
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

class NonFinite : public ::testing::Test {
 protected:
  NonFinite() {
    for (std::int64_t i = 0; i < kSamples; ++i) {
      x.span<float>()[static_cast<std::size_t>(2 * i)] = static_cast<float>(i) / kSamples;
      y.span<float>()[static_cast<std::size_t>(i)] = static_cast<float>(i) / kSamples;
    }
    model.compile({.optimizer = "adam", .loss = "mean_squared_error"});
  }
  std::string reason() {
    const auto batches = array_source(x, y, {}, {.batch_size = 8});
    FitLoop loop(model, *batches, nullptr, {.epochs = 2, .callbacks = {TerminateOnNaN()}, .verbose = 0});
    loop.run();
    return loop.stop_reason();
  }

  Tensor x = Tensor::zeros(DType::kF32, {kSamples, 2}), y = Tensor::zeros(DType::kF32, {kSamples, 1});
  nn::Symbol input = nn::Input({2});
  Model model{
      input,
      nn::Dense(1, {.name = "last"})(nn::Dense(3, {.name = "middle"})(nn::Dense(4, {.activation = "relu", .name = "first"})(input))),
      {.seed = 1}};
};

TEST_F(NonFinite, FiniteDataTrainToTheEnd) { EXPECT_EQ(reason(), ""); }

TEST_F(NonFinite, InputNamesTheSampleAndKeepsTheWeights) {
  y.span<float>()[0] = kNaN;
  const std::vector<Tensor> before = model.get_weights();
  EXPECT_NE(reason().find("epoch 1, batch 1"), std::string::npos);
  const std::vector<Tensor> after = model.get_weights();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(same_bits(before[i], after[i]));
  y.span<float>()[0] = 0;
  x.span<float>()[2 * 13] = kNaN;
  const std::string said = reason();
  EXPECT_NE(said.find("epoch 1, batch 2: input 1 is not finite for sample 13;"), std::string::npos) << said;
}

TEST_F(NonFinite, TargetNamesTheSample) {
  y.span<float>()[20] = kNaN;
  EXPECT_NE(reason().find("batch 3: the target is not finite for sample 20;"), std::string::npos) << reason();
}

TEST_F(NonFinite, WeightNamesTheLayer) {
  std::vector<Tensor> weights = model.get_weights();
  weights[2].span<float>()[1] = kNaN;
  model.set_weights(weights);
  const std::string said = reason();
  EXPECT_NE(said.find("batch 1: the weight 'middle/kernel' was not finite before this batch"), std::string::npos) << said;
}

TEST_F(NonFinite, OverflowNamesTheLayerAndTheSample) {
  std::vector<Tensor> weights = model.get_weights();
  x.span<float>()[2 * 5] = 3e38F;  // finite, and its product with the first kernel is, but not the sum in the second layer
  for (float& w : weights[0].span<float>()) w = 0.9F;
  for (float& w : weights[2].span<float>()) w = 2;
  model.set_weights(weights);
  const std::string said = reason();
  EXPECT_NE(said.find("batch 1: layer 'middle' gives values that are not finite for sample 5;"), std::string::npos) << said;
}

}  // namespace
}  // namespace lepton::train
