// Models on sequences: masked steps count neither in losses nor in metrics, and an LSTM learns what only memory can tell.
#include <gtest/gtest.h>

#include "lepton/base/random.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {
namespace {

TEST(SequenceModels, MaskedStepsCountNeitherInLossNorMetric) {
  Sequential model({nn::Masking({.input_shape = {3, 2}}), nn::Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}});
  model.set_weights({Tensor::from<float>({1, 2}, {2, 1}), Tensor::from<float>({0.5F}, {1})});
  // Steps give 3.5, masked, 1.5 and masked, masked, 4.5; targets are 1.
  const Tensor x = Tensor::from<float>({1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2}, {2, 3, 2});
  const Tensor y = Tensor::full(DType::kF32, {2, 3, 1}, 1);
  const Logs logs = model.evaluate(x, y);
  EXPECT_NEAR(logs[0].second, (2.5 * 2.5 + 0.5 * 0.5 + 3.5 * 3.5) / 3, 1e-5);
  EXPECT_NEAR(logs[1].second, (2.5 + 0.5 + 3.5) / 3, 1e-5);
  // Weights of samples go on top: they scale the terms, not the number of steps that count.
  const Logs weighted = model.evaluate(x, y, {.sample_weight = Tensor::from<float>({2, 0}, {2})});
  EXPECT_NEAR(weighted[0].second, 2 * (2.5 * 2.5 + 0.5 * 0.5) / 3, 1e-5);
  EXPECT_NEAR(weighted[1].second, (2.5 + 0.5) / 2, 1e-5);
}

TEST(SequenceModels, WhatCannotLeaveOutMaskedStepsSaysSo) {
  const Tensor x = Tensor::full(DType::kF32, {2, 3, 2}, 1), y = Tensor::full(DType::kF32, {2, 3, 1}, 1);
  const auto message = [&](const nn::Layer& layer, const std::string& metric) -> std::string {
    try {
      Sequential model({nn::Masking({.input_shape = {3, 2}}), layer, nn::Dense(1)});
      model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {metric}});
      model.fit(x, y, {.epochs = 1, .verbose = 0});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message(nn::Dense(2), "auc").find("metric 'auc'"), std::string::npos);
  EXPECT_NE(message(nn::BatchNormalization(), "mae").find("batch_normalization"), std::string::npos);
  EXPECT_NE(message(nn::Softmax(), "mae").find("softmax"), std::string::npos);
  EXPECT_NE(message(nn::TimeDistributed(nn::BatchNormalization()), "mae").find("time_distributed"), std::string::npos);
  EXPECT_EQ(message(nn::Dense(2), "mae"), "");
}

TEST(SequenceModels, AnLstmRemembersTheFirstStep) {
  Random random(4);
  std::vector<float> x, y;
  for (int sample = 0; sample < 128; ++sample) {
    for (int step = 0; step < 8; ++step) x.push_back(static_cast<float>(random.uniform(-1, 1)));
    y.push_back(x[x.size() - 8] > 0 ? 1.0F : 0.0F);
  }
  Sequential model({nn::LSTM(8, {.input_shape = {8, 1}}), nn::Dense(1, {.activation = "sigmoid"})}, {.seed = 2});
  model.compile({.optimizer = "adam(0.03)", .loss = "binary_crossentropy"});
  const History history = model.fit(Arrays(Tensor::from(x, {128, 8, 1})), Arrays(Tensor::from(y, {128, 1})), {.epochs = 40, .verbose = 0});
  EXPECT_LT(history["loss"].back(), 0.35);
}

}  // namespace
}  // namespace lepton::train
