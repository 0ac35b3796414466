// The learning-rate finder and stochastic weight averaging.
#include <gtest/gtest.h>

#include "lepton/base/random.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/train/callback.hpp"
#include "lepton/train/rate_finder.hpp"

namespace lepton::train {
namespace {

struct Data {
  Tensor x, y;
};
// y is a linear function of x.
Data linear_data(std::int64_t count) {
  Random random(3);
  Data data{Tensor::empty(DType::kF32, {count, 4}), Tensor::empty(DType::kF32, {count, 1})};
  for (std::int64_t i = 0; i < count; ++i) {
    float sum = 0;
    for (std::int64_t k = 0; k < 4; ++k)
      sum += static_cast<float>(k + 1) * (data.x.data<float>()[i * 4 + k] = static_cast<float>(random.normal()) + 2);
    data.y.data<float>()[i] = sum;
  }
  return data;
}

Sequential regression(const std::string& optimizer) {
  Sequential model({nn::Dense(1, {.input_shape = {4}})}, {.seed = 1});
  model.compile({.optimizer = optimizer, .loss = "mean_squared_error"});
  return model;
}

TEST(RateFinderTest, SuggestsARateThatLearnsAndLeavesTheModelAlone) {
  const Data data = linear_data(64);
  const auto source = array_source(data.x, data.y, {}, {.batch_size = 16});
  Sequential model = regression("sgd(0.001, momentum=0.9)");
  model.train_on_batch([&] {
    Batch batch;
    source->start(0, 0);
    source->next(batch);
    return batch;
  }());
  const runtime::TensorMap before = model.save_states();
  const RateCurve curve = find_learning_rate(model, *source, {.from = 1e-5, .to = 10});
  for (const auto& [name, value] : model.save_states()) EXPECT_TRUE(same_bits(value, before.at(name))) << name;
  EXPECT_EQ(model.iterations(), 1);
  EXPECT_DOUBLE_EQ(model.learning_rate(), 0.001);
  EXPECT_LT(curve.rates.size(), 100u) << "a rate of 10 makes the loss run away";
  EXPECT_NE(curve.plot().find("<svg"), std::string::npos);

  const auto loss_after = [&](double rate) {
    Sequential trained = regression(fmt::format("sgd({}, momentum=0.9)", rate));
    return trained.fit(*source, nullptr, {.epochs = 3, .verbose = 0})["loss"].back();
  };
  ASSERT_GT(curve.suggested, 0);
  EXPECT_LT(loss_after(curve.suggested), loss_after(curve.suggested / 100));
  EXPECT_FALSE(loss_after(curve.suggested) > loss_after(10 * curve.rates.back())) << "beyond the curve the loss runs away";
}

TEST(RateFinderTest, RefusesWhatMakesNoCurve) {
  const Data data = linear_data(8);
  const auto source = array_source(data.x, data.y, {}, {.batch_size = 4});
  Sequential model = regression("sgd(0.1)"), scheduled = regression("sgd(schedule=\"warmup(0.1, warmup_steps=5)\")");
  EXPECT_THROW((void)find_learning_rate(model, *source, {.from = 1, .to = 0.1}), Error);
  EXPECT_THROW((void)find_learning_rate(model, *source, {.steps = 1}), Error);
  EXPECT_THROW((void)find_learning_rate(scheduled, *source), Error);
}

TEST(WeightAveragingTest, EndsWithTheMeanOfTheEpochsThatCount) {
  const Data data = linear_data(16);
  Sequential model = regression("sgd(0.01)");
  std::vector<double> mean(4);
  int count = 0;
  const auto keep = LambdaCallback({.on_epoch_end = [&](Training& training, Logs&) {
    if (training.position().epoch < 1 || training.position().epoch % 2 == 0) return;  // epochs 1 and 3
    const std::vector<double> w = training.model().get_weight("dense/kernel").to_vector<double>();
    for (std::size_t i = 0; i < 4; ++i) mean[i] += w[i];
    ++count;
  }});
  model.fit(data.x, data.y,
            {.epochs = 5, .batch_size = 8, .callbacks = {StochasticWeightAveraging({.start_epoch = 1, .every = 2}), keep}, .verbose = 0});
  ASSERT_EQ(count, 2);
  const std::vector<double> w = model.get_weight("dense/kernel").to_vector<double>();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(w[i], mean[i] / 2, 1e-6);
  EXPECT_THROW((void)StochasticWeightAveraging({.every = 0}), Error);
}

TEST(WeightAveragingTest, RefreshingMovesStatisticsOnly) {
  const Data data = linear_data(64);
  Sequential model({nn::BatchNormalization({.momentum = 0.5, .input_shape = {4}}), nn::Dense(1)}, {.seed = 1});
  model.compile({.optimizer = "adam", .loss = "mean_squared_error"});
  const auto source = array_source(data.x, data.y, {}, {.batch_size = 8});
  const Tensor kernel = model.get_weight("dense/kernel"), gamma = model.get_weight("batch_normalization/gamma");
  refresh_statistics(model, *source);
  EXPECT_TRUE(same_bits(model.get_weight("dense/kernel"), kernel));
  EXPECT_TRUE(same_bits(model.get_weight("batch_normalization/gamma"), gamma));
  for (const double mean : model.get_weight("batch_normalization/moving_mean").to_vector<double>()) EXPECT_NEAR(mean, 2, 0.6);
  EXPECT_EQ(model.iterations(), 0);
}

}  // namespace
}  // namespace lepton::train
