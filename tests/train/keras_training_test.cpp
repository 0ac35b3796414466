// Twenty steps of training from Keras's initial weights: every optimiser, loss, schedule and regulariser that both have follows Keras's
// loss, in double within 1e-7, in single within 1e-3.
#include <gtest/gtest.h>

#include <cmath>

#include "lepton/nn/layers.hpp"
#include "lepton/train/model.hpp"
#include "lepton/zoo/keras_files/layer_config.hpp"
#include "tests/support/golden.hpp"

namespace lepton::train {
namespace {

using lepton::testing::GoldenArrays;

// The cases of two folders, each with the place of its arrays: small models of all kinds, and the README's model on pictures.
const Json& cases() {
  static const Json all = [] {
    Json joined = Json::array();
    for (const std::string folder : {"training", "example_model"}) {
      const Json json = lepton::testing::read_golden_json(folder + "/cases.json");
      for (Json one : json.at("cases")) {
        one["file"] = folder + "/" + one.at("file").get<std::string>();
        joined.push_back(std::move(one));
      }
    }
    return joined;
  }();
  return all;
}

Spec loss_spec(const Json& json) {
  const std::string name = nn::snake_case(json.at("class_name").get<std::string>());
  Attributes arguments;
  for (const auto& [key, value] : json.at("config").items()) {
    if (key == "reduction" || (key == "axis" && !value.is_array()) || key == "remove_diagonal" || key == "ignore_class" || value.is_null())
      continue;
    if (value.is_boolean()) {
      arguments.set(key, value.get<bool>());
    } else if (value.is_number()) {
      arguments.set(key, value.get<double>());
    } else if (value.is_array()) {
      arguments.set(key, value.get<std::vector<std::int64_t>>());
    }
  }
  return Spec(name, arguments);
}

std::string schedule_text(const Json& json) {
  static const std::map<std::string, std::string> names = {{"ExponentialDecay", "exponential_decay"},
                                                           {"PolynomialDecay", "polynomial_decay"},
                                                           {"CosineDecay", "cosine_decay"},
                                                           {"CosineDecayRestarts", "cosine_decay_restarts"},
                                                           {"PiecewiseConstantDecay", "piecewise_constant"},
                                                           {"InverseTimeDecay", "inverse_time_decay"}};
  Attributes arguments;
  for (const auto& [key, value] : json.at("config").items()) {
    if (value.is_boolean()) {
      arguments.set(key, value.get<bool>());
    } else if (value.is_number_integer()) {
      arguments.set(key, value.get<std::int64_t>());
    } else if (value.is_number()) {
      arguments.set(key, value.get<double>());
    } else if (value.is_array()) {
      if (key == "boundaries") {
        arguments.set(key, value.get<std::vector<std::int64_t>>());
      } else {
        arguments.set(key, value.get<std::vector<double>>());
      }
    }
  }
  return Spec(names.at(json.at("class_name")), arguments).to_string();
}

Spec optimizer_spec(const Json& json) {
  Attributes arguments;
  for (const auto& [key, value] : json.at("config").items()) {
    if (value.is_null()) continue;
    if (value.is_object()) {
      arguments.set("schedule", schedule_text(value));
    } else if (value.is_boolean()) {
      arguments.set(key, value.get<bool>());
    } else if (value.is_number_integer()) {
      arguments.set(key, value.get<std::int64_t>());
    } else if (value.is_number()) {
      arguments.set(key, value.get<double>());
    }
  }
  std::string name = json.at("class_name");
  std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  return Spec(name, arguments);
}

// Keras's get_config() of Huber leaves delta out; training_cases.py has it.
Spec loss_of(const Json& config) {
  Spec spec = loss_spec(config.at("loss"));
  spec.arguments.set("reduction", config.at("loss").at("config").at("reduction").get<std::string>());
  if (config.at("name") == "loss_huber_delta") spec.arguments.set("delta", 0.3);
  return spec;
}

Model make_model(const Json& config, const GoldenArrays& arrays, DType dtype) {
  std::vector<nn::Layer> layers;
  for (const Json& layer : config.at("layers")) {
    const std::string class_name = layer.at("class_name");
    Json own = layer.at("config");
    const Json activity = own.value("activity_regularizer", Json());
    own.erase("activity_regularizer");
    const nn::Layer read = zoo::layer_from_keras(class_name, own);
    Attributes attributes = read.config();
    if (layers.empty()) attributes.set("input_shape", config.at("input_shape").get<std::vector<std::int64_t>>());
    layers.emplace_back(read.def(), attributes, std::string(), read.layers());
    if (activity.is_object()) layers.push_back(nn::ActivityRegularization({.l2 = activity.at("config").at("l2").get<double>()}));
  }
  Model model(nn::Network::sequential(layers, dtype), {.dtype = dtype});
  std::vector<Tensor> weights;
  for (std::size_t i = 0; i < config.at("weights").size(); ++i) weights.push_back(arrays[fmt::format("initial_{}", i)]);
  model.set_weights(weights);
  model.compile({.optimizer = optim::Optimizer(optimizer_spec(config.at("optimizer"))), .loss = nn::Loss(loss_of(config))});
  return model;
}

Tensor sample_weight_of(const Json& config, const GoldenArrays& arrays, const Tensor& target, std::int64_t batch) {
  if (arrays.has("sample_weight")) return arrays["sample_weight"].rows(batch, batch + 1).reshape({-1});
  if (!config.contains("class_weight")) return {};
  const std::int64_t rows = target.shape()[0], width = target.num_elements() / rows;
  const std::vector<double> values = target.to_vector<double>();
  std::vector<double> weights;
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto row = values.begin() + i * width;
    const std::int64_t label = width == 1 ? static_cast<std::int64_t>(*row) : std::max_element(row, row + width) - row;
    weights.push_back(config.at("class_weight").at(std::to_string(label)).get<double>());
  }
  return Tensor::from(weights, {rows});
}

// Batch `s` of an array [batches, N, …].
Tensor batch_of(const Tensor& array, std::int64_t batch) {
  const Tensor rows = array.rows(batch, batch + 1);
  return rows.reshape(Shape(Dims(array.shape().begin() + 1, array.shape().end())));
}

// Pictures are kept as bytes.
Tensor picture_or_numbers(const Json& config, const Tensor& x) {
  if (!config.contains("x_divisor")) return x;
  const Tensor numbers = x.cast(DType::kF64).copy();
  for (double& v : numbers.span<double>()) v /= config.at("x_divisor").get<double>();
  return numbers;
}

// The weights after the last step; of a large kernel some rows and the sum over rows are kept.
void compare_weights(const Json& config, const GoldenArrays& arrays, const std::vector<Tensor>& weights, DType dtype, double tolerance) {
  const std::string prefix = dtype == DType::kF64 ? "final_f64_" : "final_f32_";
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::string key = prefix + std::to_string(i);
    std::vector<double> got = weights[i].to_vector<double>();
    if (arrays.has(key + "_rows")) {
      const std::int64_t width = weights[i].shape()[1], step = config.at("kept_rows_step").at(std::to_string(i)).get<std::int64_t>();
      std::vector<double> rows;
      for (std::int64_t r = 0; r < weights[i].shape()[0]; r += step)
        rows.insert(rows.end(), got.begin() + r * width, got.begin() + (r + 1) * width);
      got = std::move(rows);
    }
    const std::vector<double> expected = arrays[arrays.has(key) ? key : key + "_rows"].to_vector<double>();
    ASSERT_EQ(got.size(), expected.size()) << key;
    for (std::size_t k = 0; k < got.size(); ++k) ASSERT_NEAR(got[k], expected[k], tolerance * std::max(1.0, std::abs(expected[k]))) << key;
  }
}

void follow(const Json& config, DType dtype, double tolerance) {
  const GoldenArrays arrays(config.at("file").get<std::string>());
  Model model = make_model(config, arrays, dtype);
  const std::vector<double> expected = arrays[dtype == DType::kF64 ? "losses_f64" : "losses_f32"].to_vector<double>();
  const std::int64_t batches = arrays["x"].shape()[0];
  for (std::size_t step = 0; step < expected.size(); ++step) {
    const std::int64_t place = static_cast<std::int64_t>(step) % batches;
    Batch batch;
    batch.inputs = {picture_or_numbers(config, batch_of(arrays["x"], place))};
    batch.targets = {batch_of(arrays["y"], place)};
    batch.sample_weight = sample_weight_of(config, arrays, batch.targets[0], place);
    const Logs logs = model.train_on_batch(batch);
    ASSERT_NEAR(*find_log(logs, "loss"), expected[step], tolerance * std::max(1.0, std::abs(expected[step]))) << "step " << step;
  }
  if (config.contains("kept_rows_step")) compare_weights(config, arrays, model.get_weights(), dtype, tolerance);
}

class KerasTraining : public ::testing::TestWithParam<int> {};

TEST_P(KerasTraining, FollowsKeras) {
  const Json& config = cases().at(static_cast<std::size_t>(GetParam()));
  follow(config, DType::kF64, 1e-7);
  follow(config, DType::kF32, 1e-3);
}

std::vector<int> all_cases() {
  std::vector<int> numbers;
  for (int i = 0; i < static_cast<int>(cases().size()); ++i) numbers.push_back(i);
  return numbers;
}

INSTANTIATE_TEST_SUITE_P(Cases, KerasTraining, ::testing::ValuesIn(all_cases()), [](const auto& param) {
  return cases().at(static_cast<std::size_t>(param.param)).at("name").template get<std::string>();
});

}  // namespace
}  // namespace lepton::train
