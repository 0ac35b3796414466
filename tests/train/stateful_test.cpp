// Stateful layers go on where the batch before ended, in training and in prediction, as Keras's do; a reset starts anew.
#include <gtest/gtest.h>

#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/nn/network_config.hpp"
#include "lepton/train/model.hpp"
#include "lepton/zoo/keras_files/model_config.hpp"
#include "tests/support/golden.hpp"

namespace lepton::train {
namespace {

using lepton::testing::GoldenArrays;

const Json& cases() {
  static const Json json = lepton::testing::read_golden_json("stateful/cases.json");
  return json.at("cases");
}

void expect_near(const Tensor& made, const Tensor& wanted, const char* what) {
  ASSERT_EQ(made.shape(), wanted.shape()) << what;
  const std::vector<double> x = made.to_vector<double>(), y = wanted.to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], y[i], 2e-5) << what << " " << i;
}

class Stateful : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Stateful, FollowsKeras) {
  const Json& one = cases()[GetParam()];
  const GoldenArrays arrays("stateful/" + one.at("file").get<std::string>());
  Model model(zoo::model_from_keras(one.at("model")).value().network);
  std::vector<Tensor> weights;
  for (std::size_t i = 0; const Tensor* weight = arrays.find(fmt::format("w{}", i)); ++i) weights.push_back(*weight);
  model.set_weights(weights);
  const Tensor& x0 = arrays["x0"];
  const Tensor& x1 = arrays["x1"];
  expect_near(model.predict(x0), arrays["p0"], "first batch");
  expect_near(model.predict(x1), arrays["p1"], "second batch");
  model.reset_states();
  expect_near(model.predict(x0), arrays["p2"], "first batch after a reset");
  model.compile({.optimizer = "sgd(learning_rate=0.1)", .loss = "mse"});
  const std::vector<double> losses = arrays["losses"].to_vector<double>();
  for (std::size_t step = 0; step < losses.size(); ++step) {
    const Logs logs = model.train_on_batch({.inputs = {step % 2 == 0 ? x0 : x1}, .targets = {arrays["y"]}});
    EXPECT_NEAR(logs.front().second, losses[step], 2e-5) << "loss of step " << step;
  }
  expect_near(model.predict(x0), arrays["p3"], "first batch after training");
  expect_near(model.predict(x1), arrays["p4"], "second batch after training");
}

INSTANTIATE_TEST_SUITE_P(Keras, Stateful, ::testing::Range<std::size_t>(0, cases().size()),
                         [](const auto& one) { return cases()[one.param].at("name").template get<std::string>(); });

Sequential two_lstms() {
  return Sequential({nn::LSTM(3, {.return_sequences = true, .stateful = true, .input_shape = {4, 2}, .batch_size = 2, .name = "below"}),
                     nn::LSTM(3, {.stateful = true, .name = "above"})});
}

const Tensor kOnes = Tensor::full(DType::kF32, {2, 4, 2}, 1);

TEST(StatefulModels, ResetOneLayerOrAll) {
  Sequential model = two_lstms();
  const std::vector<float> first = model.predict(kOnes).to_vector<float>();
  EXPECT_NE(model.predict(kOnes).to_vector<float>(), first);
  model.reset_states("above");
  EXPECT_NE(model.predict(kOnes).to_vector<float>(), first) << "the layer below still knows the batches before";
  model.reset_states("above");
  model.reset_states("below");
  EXPECT_EQ(model.predict(kOnes).to_vector<float>(), first);
  EXPECT_THROW(model.reset_states("abov"), Error);
}

TEST(StatefulModels, TakeBatchesOfTheirSizeOnly) {
  Sequential model = two_lstms();
  try {
    (void)model.predict(Tensor::full(DType::kF32, {3, 4, 2}, 1));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kShapeMismatch);
  }
  EXPECT_NO_THROW((void)model.predict(Tensor::full(DType::kF32, {6, 4, 2}, 1), 2));
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Tensor y = Tensor::zeros(DType::kF32, {6, 3});
  EXPECT_EQ(model.fit(Tensor::full(DType::kF32, {6, 4, 2}, 1), y, {.batch_size = 2, .shuffle = false, .verbose = 0})["loss"].size(), 1U);
  EXPECT_THROW(Sequential({nn::LSTM(3, {.stateful = true, .input_shape = {4, 2}})}), Error);
  const nn::Symbol x = nn::Input({4, 2}, {.batch_size = 2});
  const nn::Layer shared = nn::LSTM(3, {.stateful = true});
  EXPECT_THROW(Model(x, nn::Add()({shared(x), shared(x)})), Error);
}

TEST(StatefulModels, AFileKeepsTheSettingAndStartsAnew) {
  const TemporaryFolder folder;
  Sequential model = two_lstms();
  const std::vector<float> first = model.predict(kOnes).to_vector<float>(), second = model.predict(kOnes).to_vector<float>();
  model.save(folder.file("m.lepton"));
  Model loaded = Model::load(folder.file("m.lepton"));
  EXPECT_EQ(loaded.predict(kOnes).to_vector<float>(), first);
  EXPECT_EQ(loaded.predict(kOnes).to_vector<float>(), second);
  // What is written for others has no memory.
  EXPECT_EQ(loaded.prediction_program().run({kOnes})[0].to_vector<float>(), first);
}

TEST(StatefulModels, ACheckpointGoesOnInTheMiddle) {
  Sequential model = two_lstms();
  (void)model.predict(kOnes);
  const runtime::TensorMap states = model.save_states();
  const std::vector<float> second = model.predict(kOnes).to_vector<float>();
  Sequential other = two_lstms();
  other.restore_states(states).value();
  EXPECT_EQ(other.predict(kOnes).to_vector<float>(), second);
}

}  // namespace
}  // namespace lepton::train
