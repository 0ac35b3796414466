// Models are made with random weights: what they say does not matter here, only that it is always the same.
#include "models.hpp"

#include <thread>

#include "lepton/base/random.hpp"
#include "lepton/data/recipe/image_recipe.hpp"
#include "lepton/data/recipe/tabular_recipe.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/serve/tensor_json.hpp"
#include "lepton/train/onnx_export.hpp"
#include "lepton/train/package.hpp"

namespace lepton::tests {

using namespace nn;

void write_picture_model(const std::string& path, std::uint64_t seed) {
  const Symbol input = Input({8, 8, 1}, {.dtype = DType::kU8, .name = "image"});
  Symbol x = Conv2D(4, {3, 3}, {.activation = "relu"})(Rescaling(1.0 / 255)(input));
  x = Dense(3, {.activation = "softmax", .name = "class"})(Flatten()(x));
  train::Model model(input, x, {.seed = seed, .name = "pictures"});
  const data::ImageRecipe recipe{.colour = data::Colour::kGrey, .height = 8, .width = 8};
  const Json task = {{"kind", "image-classification"},
                     {"labels", {"cat", "dog", "owl"}},
                     {"recipe", data::to_json(recipe)},
                     {"decision", "largest probability"}};
  train::save_package(local_files(), path, model, task, "A test.").value();
}

void write_table_model(const std::string& path) {
  data::TabularRecipe recipe;
  recipe.columns = {{.name = "size", .type = data::ColumnType::kNumber, .fill = 1},
                    {.name = "kind", .type = data::ColumnType::kCategory, .vocabulary = {"a", "b"}}};
  recipe.target = "y";
  recipe.label_names = {"no", "yes"};
  const Symbol input = Input({recipe.width()}, {.name = "features"});
  train::Model model(input, Dense(2, {.activation = "softmax"})(input), {.seed = 3});
  const Json task = {{"kind", "tabular-classification"},
                     {"labels", recipe.label_names},
                     {"recipe", data::to_json(recipe)},
                     {"decision", "largest probability"}};
  train::save_package(local_files(), path, model, task, "A test.").value();
}

void write_dense_onnx(const std::string& path, std::uint64_t seed, std::int64_t hidden) {
  const Symbol input = Input({16}, {.name = "x"});
  Symbol x = Dense(hidden, {.activation = "tanh"})(input);
  if (hidden > 100) x = Dense(hidden, {.activation = "tanh"})(Dense(hidden, {.activation = "tanh"})(x));
  train::Model model(input, Dense(4, {.name = "y"})(x), {.seed = seed});
  write_atomic(local_files(), path, train::model_to_onnx(model).value()).value();
}

void write_two_inputs_onnx(const std::string& path) {
  const Symbol a = Input({2}, {.name = "a"}), b = Input({3}, {.name = "b"});
  train::Model model({a, b}, {Dense(1, {.name = "y"})(Concatenate()({a, b}))}, {.seed = 1});
  write_atomic(local_files(), path, train::model_to_onnx(model).value()).value();
}

void ServiceTest::start(serve::ServiceOptions options) { service_ = serve::Service::start(std::move(options)).value(); }

void ServiceTest::start_with(const std::string& file, serve::BatchingOptions batching) {
  serve::ServiceOptions options;
  options.repository.files = {{"m", 1, file}};
  options.repository.batching = batching;
  start(std::move(options));
}

void ServiceTest::wait_until_warm(const std::string& model) const {
  while (!service_->repository().find(model).value()->batcher->is_warm()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

std::string dense_request(std::int64_t rows, std::uint64_t seed) {
  Random random(seed);
  const Tensor x = Tensor::empty(DType::kF32, {rows, 16});
  for (float& value : x.span<float>()) value = static_cast<float>(random.uniform(-1, 1));
  std::string body = fmt::format(R"({{"inputs":[{{"name":"x","shape":[{},16],"datatype":"FP32","data":[)", rows);
  serve::append_numbers(body, x);
  return body + "]}]}";
}

std::vector<float> values_of(const net::Response& response) {
  if (response.status != 200) fail(ErrorCode::kUnavailable, "status {}: {}", response.status, response.body);
  return parse_json(response.body).value()["outputs"][0]["data"].get<std::vector<float>>();
}

}  // namespace lepton::tests
