// Transfer in small: a model file as a layer, rates by weight, a head on features, and further training that must pay.
#include "lepton/train/fine_tune.hpp"

#include <gtest/gtest.h>

#include "lepton/base/path.hpp"
#include "lepton/base/random.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/formats/onnx/model.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/train/logistic_regression.hpp"

namespace lepton::train {
namespace {

Tensor random_tensor(const Shape& shape, std::uint64_t seed) {
  Random random(seed);
  Tensor t = Tensor::empty(DType::kF32, shape);
  for (float& v : t.span<float>()) v = static_cast<float>(random.uniform(-0.5, 0.5));
  return t;
}

formats::OnnxNode node(std::string op, std::vector<std::string> inputs, std::string output, Attributes attributes = {}) {
  return {.op = std::move(op), .inputs = std::move(inputs), .outputs = {std::move(output)}, .attributes = std::move(attributes)};
}

// Two convolutions with batch normalisation between them, pooled, and a head of 10 classes.
formats::OnnxModelFile classifier() {
  formats::OnnxModelFile file{.opsets = {{"", 13}}};
  formats::OnnxGraph& g = file.graph;
  g.initializers = {{"conv1.w", random_tensor({8, 3, 3, 3}, 1)},
                    {"conv1.b", random_tensor({8}, 2)},
                    {"norm.gamma", Tensor::full(DType::kF32, {8}, 1)},
                    {"norm.beta", Tensor::full(DType::kF32, {8}, 0.1)},
                    {"norm.mean", Tensor::full(DType::kF32, {8}, 0.2)},
                    {"norm.variance", Tensor::full(DType::kF32, {8}, 2)},
                    {"conv2.w", random_tensor({12, 8, 3, 3}, 3)},
                    {"conv2.b", random_tensor({12}, 4)},
                    {"head.w", random_tensor({12, 10}, 5)}};
  g.inputs = {{.name = "x", .dtype = DType::kF32, .dims = Dims{kAnyDim, 3, 12, 12}}};
  g.outputs = {{.name = "logits"}};
  g.nodes = {node("Conv", {"x", "conv1.w", "conv1.b"}, "c1", {{"strides", Dims{2, 2}}}),
             node("BatchNormalization", {"c1", "norm.gamma", "norm.beta", "norm.mean", "norm.variance"}, "n"),
             node("Relu", {"n"}, "r1"),
             node("Conv", {"r1", "conv2.w", "conv2.b"}, "c2"),
             node("Relu", {"c2"}, "r2"),
             node("GlobalAveragePool", {"r2"}, "p"),
             node("Flatten", {"p"}, "f"),
             node("MatMul", {"f", "head.w"}, "logits")};
  return file;
}

struct Pictures {
  Tensor pictures;  // [N, 12, 12, 3] u8: noise, brighter on one side by class
  Tensor classes;
};
Pictures pictures(std::int64_t count, std::uint64_t seed) {
  Random random(seed);
  Pictures made{Tensor::empty(DType::kU8, {count, 12, 12, 3}), Tensor::empty(DType::kI64, {count})};
  for (std::int64_t i = 0; i < count; ++i) {
    made.classes.data<std::int64_t>()[i] = i % 2;
    for (std::int64_t k = 0; k < 12 * 12 * 3; ++k) {
      const bool bright = (k / 3 % 12 < 6) == (i % 2 == 0) && k % 3 == 0;
      made.pictures.data<std::uint8_t>()[i * 432 + k] =
          static_cast<std::uint8_t>(random.uniform(0, 120) + (bright ? (i % 2 == 1 ? 90 : 30) : 0));
    }
  }
  return made;
}

Backbone backbone() { return backbone_of(classifier(), {.mean = {127}, .deviation = {64}}).value(); }

TEST(BackboneTest, ComputesWhatTheFileComputes) {
  const Pictures p = pictures(5, 1);
  const Tensor features = features_model(backbone()).predict(p.pictures, 5);
  formats::OnnxModelFile file = classifier();
  file.graph.outputs = {{.name = "f"}};
  formats::OnnxModel model = formats::OnnxModel::make(std::move(file)).value();
  const Tensor x = p.pictures.cast(DType::kF32).transpose(std::vector<int>{0, 3, 1, 2}).contiguous();
  for (float& v : x.span<float>()) v = (v - 127) / 64;
  const std::vector<float> expected = model.run(std::span(&x, 1))->at(0).to_vector<float>(), actual = features.to_vector<float>();
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 1e-5);
}

TEST(BackboneTest, OfAModelIsWhatLiesBelowItsLastDense) {
  Sequential model({nn::Dense(5, {.activation = "relu", .input_shape = {4}}), nn::Dropout(0.5), nn::Dense(3, {.activation = "softmax"})});
  const Tensor x = random_tensor({6, 4}, 9);
  const Tensor features = features_model(backbone_of(model)).predict(x);
  EXPECT_EQ(features.shape(), Shape({6, 5}));
  const Tensor kernel = model.get_weight("dense/kernel");
  const std::vector<float> w = kernel.to_vector<float>(), values = x.to_vector<float>();
  double expected = 0;
  for (std::size_t k = 0; k < 4; ++k) expected += values[k] * w[k * 5];
  EXPECT_NEAR(features.to_vector<float>()[0], std::max(expected, 0.0), 1e-5);
  Sequential flat({nn::Flatten({.input_shape = {2, 2}})});
  EXPECT_THROW((void)backbone_of(flat), Error);
}

TEST(RatesTest, ScaleTheStepOfAWeightAndZeroKeepsIt) {
  const auto moved = [](double rate) {
    Sequential model({nn::Dense(4, {.input_shape = {3}, .name = "deep"}), nn::Dense(1, {.name = "top"})}, {.seed = 3});
    model.compile({.optimizer = "sgd(0.1)", .loss = "mean_squared_error", .rates = {{"deep/kernel", rate}}});
    const Tensor before = model.get_weight("deep/kernel"), top = model.get_weight("top/kernel");
    model.fit(random_tensor({8, 3}, 1), random_tensor({8, 1}, 2), {.batch_size = 8, .verbose = 0});
    EXPECT_FALSE(same_bits(top, model.get_weight("top/kernel")));
    return model.get_weight("deep/kernel").to_vector<float>()[0] - before.to_vector<float>()[0];
  };
  EXPECT_EQ(moved(0), 0);
  EXPECT_NE(moved(1), 0);
  EXPECT_NEAR(moved(0.5), 0.5 * moved(1), 1e-6);
  Sequential model({nn::Dense(1, {.input_shape = {3}})});
  EXPECT_THROW(model.compile({.loss = "mean_squared_error", .rates = {{"dence/kernel", 1}}}), Error);
}

TEST(RatesTest, FallWithDepthAndLeaveOutWhatIsNotUnfrozen) {
  const Backbone b = backbone();
  const FeatureSet set{random_tensor({6, 12}, 1), Tensor::from<std::int64_t>({0, 1, 0, 1, 0, 1}, {6})};
  const Model model = join(b, fit_head(set, set, {.penalties = {0.1}}));
  const auto half = fine_tuning_rates(model.network(), 0.5, 0.8);
  EXPECT_EQ(half.at("backbone/conv1.w"), 0);
  EXPECT_NEAR(half.at("backbone/conv2.w"), 0.8, 1e-12);
  EXPECT_EQ(half.at("backbone/conv2.b"), half.at("backbone/conv2.w"));
  EXPECT_FALSE(half.contains("class/kernel"));
  EXPECT_NEAR(fine_tuning_rates(model.network(), 1, 0.8).at("backbone/conv1.w"), 0.8 * 0.8 * 0.8, 1e-12);
}

TEST(HeadTest, WeighsRareClassesMore) {
  const std::vector<double> w = balancing_weights(Tensor::from<std::int64_t>({0, 0, 0, 1}, {4}), 2).to_vector<double>();
  EXPECT_NEAR(w[0], 2.0 / 3, 1e-9);
  EXPECT_NEAR(w[3], 2, 1e-9);
  EXPECT_FALSE(balancing_weights(Tensor::from<std::int64_t>({0, 0, 1, 1}, {4}), 2).defined());
}

// Two features tell the classes; the others are noise, and there are more of them than samples.
FeatureSet noisy(std::int64_t count, std::uint64_t seed) {
  FeatureSet set{random_tensor({count, 40}, seed), Tensor::empty(DType::kI64, {count})};
  for (std::int64_t i = 0; i < count; ++i) {
    const float* row = set.features.data<float>() + i * 40;
    set.classes.data<std::int64_t>()[i] = row[0] + row[1] > 0 ? 1 : 0;
  }
  return set;
}

TEST(HeadTest, CrossValidationChoosesThePenalty) {
  const FeatureSet learn = noisy(30, 1), check = noisy(400, 2);
  const FittedHead chosen = fit_head(learn, check, {});
  for (const double penalty : {0.001, 0.3}) {
    const FittedHead fixed = fit_head(learn, check, {.penalties = {penalty}});
    EXPECT_LE(*find_log(chosen.validation, "loss"), *find_log(fixed.validation, "loss") + 0.02) << penalty;
  }
  EXPECT_GT(chosen.penalty, 0.001) << "the noise fits too well";
  EXPECT_GT(*find_log(chosen.validation, "accuracy"), 0.6);
  const FittedHead again = fit_head(learn, check, {});
  EXPECT_TRUE(same_bits(again.model.get_weight("class/kernel"), chosen.model.get_weight("class/kernel")));
}

TEST(HeadTest, ViewsOfASampleStayInOneFold) {
  const FeatureSet once = noisy(30, 1);
  FeatureSet twice{Tensor::empty(DType::kF32, {60, 40}), Tensor::empty(DType::kI64, {60}), 2};
  for (const std::int64_t start : {0, 30}) {
    twice.features.rows(start, start + 30).assign(once.features);
    twice.classes.rows(start, start + 30).assign(once.classes);
  }
  const FittedHead a = fit_head(once, once, {}), b = fit_head(twice, once, {});
  EXPECT_EQ(a.penalty, b.penalty) << "a copy in another fold would tell the answer";
  EXPECT_NEAR(a.cross_validation_loss, b.cross_validation_loss, 1e-3);
}

TEST(LogisticRegressionTest, FindsTheMinimum) {
  const FeatureSet set = noisy(50, 3);
  const LogisticRows rows{set.features, set.classes, Tensor::full(DType::kF32, {50}, 2)};
  const LogisticWeights weights = fit_logistic_regression(rows, {.penalty = 0.05, .tolerance = 1e-6});
  const std::vector<double> p = predict_logistic_regression(weights, set.features).to_vector<double>(),
                            w = weights.kernel.to_vector<double>(), x = set.features.to_vector<double>();
  // The gradient is 0: Σ (p - y) x / N + 2 λ w for each weight, Σ (p - y) for each bias.
  for (std::size_t c = 0; c < 2; ++c) {
    for (std::size_t column = 0; column < 40; ++column) {
      double gradient = 2 * 0.05 * w[column * 2 + c];
      for (std::size_t i = 0; i < 50; ++i) {
        const double y = set.classes.data<std::int64_t>()[i] == static_cast<std::int64_t>(c) ? 1 : 0;
        gradient += (p[i * 2 + c] - y) * x[i * 40 + column] / 50;
      }
      EXPECT_NEAR(gradient, 0, 1e-5);
    }
  }
  EXPECT_THROW((void)fit_logistic_regression(rows, {.num_classes = 1}), Error);
  EXPECT_THROW((void)fit_logistic_regression({set.features, random_tensor({49}, 1), {}}, {}), Error);
}

TEST(FineTuneTest, LearnsKeepsStatisticsAndIsSavedWithoutTheFile) {
  const Pictures learn = pictures(64, 1), check = pictures(32, 2);
  const auto training = array_source(learn.pictures, learn.classes, {}, {.batch_size = 16, .shuffle = true});
  const auto validation = array_source(check.pictures, check.classes, {}, {.batch_size = 16});
  FineTuned tuned = fine_tune(backbone(), *training, *validation,
                              {.head = {.num_classes = 2}, .unfreeze = 1, .optimizer = "adam(0.003)", .epochs = 4, .verbose = 0});
  const double loss = *find_log(tuned.model.evaluate(*validation).logs, "loss");
  EXPECT_TRUE(tuned.unfrozen);
  EXPECT_LT(loss, *find_log(tuned.head.validation, "loss"));
  EXPECT_GT(*find_log(tuned.model.evaluate(*validation).logs, "accuracy"), 0.85);
  EXPECT_TRUE(same_bits(tuned.model.get_weight("backbone/norm.mean"), Tensor::full(DType::kF32, {8}, 0.2)));
  EXPECT_FALSE(same_bits(tuned.model.get_weight("backbone/conv1.w"), random_tensor({8, 3, 3, 3}, 1)));
  const TemporaryFolder folder;
  const std::string path = join_path(folder.path(), "tuned.lepton");
  tuned.model.save(path);
  Model loaded = Model::load(path);
  EXPECT_TRUE(same_bits(loaded.predict(check.pictures), tuned.model.predict(check.pictures)));
}

TEST(FineTuneTest, FurtherTrainingThatDoesHarmIsTakenBack) {
  const Pictures learn = pictures(32, 1), check = pictures(32, 2);
  const auto training = array_source(learn.pictures, learn.classes, {}, {.batch_size = 16});
  const auto validation = array_source(check.pictures, check.classes, {}, {.batch_size = 16});
  FineTuned tuned = fine_tune(backbone(), *training, *validation,
                              {.head = {.num_classes = 2}, .unfreeze = 1, .optimizer = "sgd(1000)", .epochs = 2, .verbose = 0});
  EXPECT_FALSE(tuned.unfrozen);
  EXPECT_TRUE(same_bits(tuned.model.get_weight("backbone/conv1.w"), random_tensor({8, 3, 3, 3}, 1)));
  EXPECT_NEAR(*find_log(tuned.model.evaluate(*validation).logs, "loss"), *find_log(tuned.head.validation, "loss"), 1e-4);
}

}  // namespace
}  // namespace lepton::train
