// Metrics against Keras, scikit-learn and NumPy (tests/golden/keras/metrics).
#include <gtest/gtest.h>

#include <map>

#include "lepton/graph/builder.hpp"
#include "lepton/nn/metric.hpp"
#include "lepton/runtime/interpreter.hpp"
#include "tests/support/golden.hpp"

namespace lepton::train {
namespace {

const Json& cases() {
  static const Json json = lepton::testing::read_golden_json("metrics/cases.json");
  return json.at("cases");
}

// How the golden file's names map to ours. What it has beyond these belongs to reports or is no metric of Keras's.
Spec spec_of(const Json& expected) {
  static const std::map<std::string, std::string> names = {{"BinaryAccuracy", "binary_accuracy"},
                                                           {"Precision", "precision"},
                                                           {"Recall", "recall"},
                                                           {"AUC", "auc"},
                                                           {"roc_auc", "roc_auc"},
                                                           {"average_precision", "average_precision"},
                                                           {"brier", "brier_score"},
                                                           {"expected_calibration_error", "expected_calibration_error"},
                                                           {"f1", "f1_score"},
                                                           {"CategoricalAccuracy", "categorical_accuracy"},
                                                           {"SparseCategoricalAccuracy", "sparse_categorical_accuracy"},
                                                           {"TopKCategoricalAccuracy", "top_k_categorical_accuracy"},
                                                           {"SparseTopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy"},
                                                           {"MeanSquaredError", "mean_squared_error"},
                                                           {"RootMeanSquaredError", "root_mean_squared_error"},
                                                           {"MeanAbsoluteError", "mean_absolute_error"},
                                                           {"R2Score", "r2_score"},
                                                           {"SensitivityAtSpecificity", "sensitivity_at_specificity"},
                                                           {"SpecificityAtSensitivity", "specificity_at_sensitivity"},
                                                           {"PrecisionAtRecall", "precision_at_recall"},
                                                           {"RecallAtPrecision", "recall_at_precision"},
                                                           {"BinaryIoU", "binary_iou"},
                                                           {"OneHotMeanIoU", "mean_iou"},
                                                           {"FBetaScore", "fbeta_score"},
                                                           {"BinaryCrossentropy", "binary_crossentropy"},
                                                           {"Hinge", "hinge"},
                                                           {"SquaredHinge", "squared_hinge"},
                                                           {"CategoricalCrossentropy", "categorical_crossentropy"},
                                                           {"SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"},
                                                           {"KLDivergence", "kl_divergence"},
                                                           {"LogCoshError", "log_cosh"},
                                                           {"MeanSquaredLogarithmicError", "mean_squared_logarithmic_error"},
                                                           {"MeanAbsolutePercentageError", "mean_absolute_percentage_error"},
                                                           {"CosineSimilarity", "cosine_similarity"},
                                                           {"PearsonCorrelation", "pearson_correlation"},
                                                           {"ConcordanceCorrelation", "concordance_correlation"}};
  const auto found = names.find(expected.at("metric").get<std::string>());
  if (found == names.end()) return {};
  Attributes arguments;
  for (const auto& [key, value] : expected.at("config").items()) {
    if (key == "of" && value != "confidence of the decided class") return {};
    if (key == "of" || key == "num_classes" || key == "class_aggregation" || key == "multi_class" || value.is_null()) continue;
    if (found->second == "roc_auc" && key == "average") {
      if (value != "macro") return {};
      continue;
    }
    if (value == "none") return {};  // one value for each class: reports have those
    if (value.is_number_integer()) {
      arguments.set(key, value.get<std::int64_t>());
    } else if (value.is_number()) {
      arguments.set(key, value.get<double>());
    } else if (value.is_array()) {
      arguments.set(key, value.get<std::vector<std::int64_t>>());
    } else {
      arguments.set(key, value.get<std::string>());
    }
  }
  return {found->second, arguments};
}

double value_of(const nn::Metric& metric, const nn::Predictions& given) {
  if (metric.def().from_predictions) return metric.def().from_predictions(given, metric.arguments());
  graph::GraphBuilder builder;
  std::vector<Tensor> feeds = {given.prediction, given.target};
  nn::LossInputs inputs;
  inputs.prediction = builder.input("prediction", given.prediction.type());
  inputs.target = builder.input("target", given.target.type());
  Value weight;
  if (given.sample_weight.defined()) {
    weight = builder.input("weight", given.sample_weight.type());
    feeds.push_back(given.sample_weight);
  }
  for (const Value& sum : metric.def().batch_sums(inputs, weight, metric.arguments())) builder.output(fmt::format("s{}", sum.id()), sum);
  std::vector<double> totals;
  const std::vector<Tensor> sums = runtime::interpret(std::move(builder).finish(), feeds).value();
  for (const Tensor& sum : sums) totals.push_back(sum.item());
  return metric.def().finish(totals, metric.arguments());
}

nn::Predictions predictions_of(const lepton::testing::GoldenArrays& arrays, const std::string& metric) {
  nn::Predictions given;
  given.prediction = (arrays.has("probability") ? arrays["probability"] : arrays["prediction"]).cast(DType::kF64);
  given.target = arrays["y"];
  if (given.prediction.shape().rank() == 1) given.prediction = given.prediction.reshape({-1, 1});
  const std::int64_t rows = given.prediction.shape()[0], classes = given.prediction.shape()[-1];
  if (metric.starts_with("sparse")) {
    given.target = given.target.cast(DType::kI64).reshape({-1});
  } else if (arrays.has("probability") && classes > 1) {
    const std::vector<std::int64_t> labels = given.target.to_vector<std::int64_t>();
    std::vector<double> hot(static_cast<std::size_t>(rows * classes), 0.0);
    for (std::size_t i = 0; i < labels.size(); ++i) hot[i * static_cast<std::size_t>(classes) + static_cast<std::size_t>(labels[i])] = 1;
    given.target = Tensor::from(hot, {rows, classes});
  } else {
    given.target = given.target.cast(DType::kF64).reshape({rows, -1});
  }
  if (arrays.has("sample_weight")) given.sample_weight = arrays["sample_weight"].cast(DType::kF64);
  return given;
}

TEST(MetricsGoldenTest, AgreeWithKerasAndScikitLearn) {
  int checked = 0;
  for (const Json& one : cases()) {
    if (!one.contains("file") || one.at("file").is_null()) continue;
    const std::string name = one.at("name");
    const lepton::testing::GoldenArrays arrays("metrics/" + one.at("file").get<std::string>());
    for (const Json& expected : one.at("expected")) {
      const Spec spec = spec_of(expected);
      if (spec.empty()) continue;
      // Keras's F1Score keeps weights out of it; scikit-learn's is the one with weights.
      const nn::Metric metric(spec);
      const double value = value_of(metric, predictions_of(arrays, spec.name));
      EXPECT_NEAR(value, expected.at("value").get<double>(), 1e-6) << name << " " << spec.to_string();
      ++checked;
    }
  }
  EXPECT_GT(checked, 100);
}

TEST(MetricsTest, SayWhatTheyDoNotTake) {
  EXPECT_THROW(nn::Metric("precison"), Error);
  EXPECT_THROW(nn::Metric("auc(num_threshold=3)"), Error);
  const nn::Predictions wrong{Tensor::zeros(DType::kF64, {3, 2}), Tensor::zeros(DType::kF64, {4}), {}};
  EXPECT_THROW((void)value_of(nn::Metric("brier_score"), wrong), Error);
}

}  // namespace
}  // namespace lepton::train
