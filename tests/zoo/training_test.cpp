// Every model of the zoo learns from real pictures: the loss falls within a few updates.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <sstream>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/data/picture_source.hpp"
#include "lepton/data/text/text_vectorizer.hpp"
#include "lepton/zoo/zoo.hpp"

namespace lepton::zoo {
namespace {

constexpr std::int64_t kSamples = 16;

struct Pictures {
  Tensor images;  // [kSamples, size, size, channels] in 0 … 1
  Tensor labels;  // [kSamples]
};

// Pictures spread over the whole set, in the middle of `size` x `size` zeros; nothing if the set is not on this machine.
std::optional<Pictures> read_pictures(const std::string& name, data::Colour colour, std::int64_t size) {
  data::ImageRecipe recipe = data::suggest_image_recipe(local_files(), name).value_or(data::ImageRecipe{});
  recipe.colour = colour;
  const auto dataset = data::open_pictures(local_files(), name, recipe);
  if (!dataset) return std::nullopt;
  const std::int64_t channels = colour == data::Colour::kGrey ? 1 : 3;
  Pictures pictures{Tensor::zeros(DType::kF32, {kSamples, size, size, channels}), Tensor::zeros(DType::kI64, {kSamples})};
  for (std::int64_t i = 0; i < kSamples; ++i) {
    const std::int64_t place = i * ((*dataset)->num_samples() / kSamples);
    const Tensor picture = (*dataset)->picture(place).value();
    const std::int64_t height = picture.shape()[0], width = picture.shape()[1];
    const std::int64_t top = (size - height) / 2, left = (size - width) / 2;
    for (std::int64_t row = 0; row < height; ++row) {
      for (std::int64_t x = 0; x < width * channels; ++x) {
        pictures.images.data<float>()[((i * size + top + row) * size + left) * channels + x] =
            static_cast<float>(picture.data<std::uint8_t>()[row * width * channels + x]) / 255;
      }
    }
    pictures.labels.data<std::int64_t>()[i] = (*dataset)->label(place);
  }
  return pictures;
}

// 1 where a garment is.
Tensor foreground(const Tensor& images) {
  Tensor mask = Tensor::zeros(DType::kI64, {images.shape()[0], images.shape()[1], images.shape()[2]});
  for (std::int64_t i = 0; i < mask.num_elements(); ++i) mask.data<std::int64_t>()[i] = images.data<float>()[i] > 0.1f ? 1 : 0;
  return mask;
}

struct Texts {
  Tensor words;   // [N, 24], numbers below 1000; 0: none
  Tensor labels;  // [N]: 1 for praise
};

// The first sentences of film reviews; nothing if they are not on this machine.
std::optional<Texts> read_texts(std::int64_t count) {
  const auto folder = data::data_folder(local_files());
  if (!folder) return std::nullopt;
  const auto file = read_file(local_files(), join_path(*folder, "text/sst2/train.tsv"), 1 << 24);
  if (!file) return std::nullopt;
  std::vector<std::string> texts;
  std::vector<std::int64_t> labels;
  std::istringstream lines(*file);
  for (std::string line; std::ssize(texts) < count && std::getline(lines, line);) {
    const std::size_t tab = line.find('\t');
    texts.push_back(line.substr(0, tab));
    labels.push_back(line.at(tab + 1) == '1' ? 1 : 0);
  }
  const auto vectorizer = data::TextVectorizer::fit(texts, {.max_tokens = 1000, .output_sequence_length = 24}).value();
  return Texts{vectorizer.apply(texts), Tensor::from(labels, {count})};
}

class ZooTraining : public ::testing::TestWithParam<int> {};

TEST_P(ZooTraining, TheLossFalls) {
  const ModelDef& model = all_models()[static_cast<std::size_t>(GetParam())];
  if (model.vocabulary > 0) {
    const auto texts = read_texts(64);
    if (!texts) GTEST_SKIP() << "the reviews of SST-2 are not on this machine";
    train::Model made = make(model.name, {.input_shape = {24}, .vocabulary = 1000}, {.seed = 1});
    made.compile({.optimizer = "adam(0.01)", .loss = "sparse_categorical_crossentropy"});
    const train::History history = made.fit(texts->words, texts->labels, {.epochs = 8, .batch_size = 16, .verbose = 0});
    EXPECT_LT(history["loss"].back(), 0.8 * history["loss"].front());
    return;
  }
  const bool colour = model.input_shape.back() == 3;
  const auto pictures =
      colour ? read_pictures("vehicles-6class-64", data::Colour::kRgb, 64) : read_pictures("fashion-mnist", data::Colour::kGrey, 32);
  if (!pictures) GTEST_SKIP() << "the data set " << (colour ? "vehicles-6class-64" : "fashion-mnist") << " is not on this machine";
  Tensor x = pictures->images, y = pictures->labels;
  if (model.input_shape.size() == 1) x = x.reshape({kSamples, x.num_elements() / kSamples});
  const bool autoencoder = model.classes == 0, segments = model.name == "unet";
  if (autoencoder) y = x;
  if (segments) y = foreground(x);
  Options options = {.input_shape = Dims(x.shape().begin() + 1, x.shape().end()), .width = model.has_width ? 0.25 : 1};
  if (!autoencoder && !segments) options.classes = 10;
  train::Model made = make(model.name, options, {.seed = 1});
  made.compile({.optimizer = "adam", .loss = autoencoder ? "mean_squared_error" : "sparse_categorical_crossentropy"});
  const train::History history = made.fit(x, y, {.epochs = 8, .batch_size = kSamples, .verbose = 0});
  const std::vector<double>& loss = history["loss"];
  ASSERT_EQ(loss.size(), 8u);
  EXPECT_LT(loss.back(), 0.95 * loss.front());
}

std::vector<int> all_places() {
  std::vector<int> places(all_models().size());
  std::iota(places.begin(), places.end(), 0);
  return places;
}

INSTANTIATE_TEST_SUITE_P(Models, ZooTraining, ::testing::ValuesIn(all_places()), [](const auto& param) {
  std::string name(all_models()[static_cast<std::size_t>(param.param)].name);
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace lepton::zoo
