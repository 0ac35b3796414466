// Every model of the zoo learns from real data: the loss falls within a few updates, alike with all passes of the compiler on and off.
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

class ZooTraining : public ::testing::TestWithParam<int> {
 protected:
  static const ModelDef& model() { return all_models()[static_cast<std::size_t>(GetParam())]; }
};

// A model with data that it can learn from; nothing if the data are not on this machine.
struct Lesson {
  train::Model model;
  Tensor x, y;
};

std::optional<Lesson> lesson_for(const ModelDef& model, const optim::Optimizer& optimizer) {
  const auto compiled = [&](train::Model made, const Tensor& x, const Tensor& y, const char* loss) {
    made.compile({.optimizer = optimizer, .loss = loss});
    return Lesson{std::move(made), x, y};
  };
  if (model.vocabulary > 0) {
    const auto texts = read_texts(64);
    if (!texts) return std::nullopt;
    return compiled(make(model.name, {.input_shape = {24}, .vocabulary = 1000}, {.seed = 1}), texts->words, texts->labels,
                    "sparse_categorical_crossentropy");
  }
  const bool colour = model.input_shape.back() == 3;
  const auto pictures =
      colour ? read_pictures("vehicles-6class-64", data::Colour::kRgb, 64) : read_pictures("fashion-mnist", data::Colour::kGrey, 32);
  if (!pictures) return std::nullopt;
  Tensor x = pictures->images, y = pictures->labels;
  if (model.input_shape.size() == 1) x = x.reshape({kSamples, x.num_elements() / kSamples});
  const bool autoencoder = model.classes == 0, segments = model.name == "unet";
  if (autoencoder) y = x;
  if (segments) y = foreground(x);
  Options options = {.input_shape = Dims(x.shape().begin() + 1, x.shape().end()), .width = model.has_width ? 0.25 : 1};
  if (!autoencoder && !segments) options.classes = 10;
  return compiled(make(model.name, options, {.seed = 1}), x, y, autoencoder ? "mean_squared_error" : "sparse_categorical_crossentropy");
}

TEST_P(ZooTraining, TheLossFalls) {
  const bool words = model().vocabulary > 0;
  auto lesson = lesson_for(model(), words ? "adam(0.01)" : "adam");
  if (!lesson) GTEST_SKIP() << "its data are not on this machine";
  const train::History history = lesson->model.fit(lesson->x, lesson->y, {.epochs = 8, .batch_size = kSamples, .verbose = 0});
  const std::vector<double>& loss = history["loss"];
  ASSERT_EQ(loss.size(), 8u);
  EXPECT_LT(loss.back(), (words ? 0.8 : 0.95) * loss.front());
}

// Losses of some updates with the first samples, and the states behind them, as the program computes them that these options compile.
std::pair<std::vector<double>, runtime::TensorMap> updated(Lesson& lesson, const runtime::CompileOptions& options) {
  runtime::VariableStore& given = lesson.model.prediction_program().variables();
  const graph::Graph step = train::training_step(lesson.model.network(), lesson.model.objective(), lesson.model.optimizer(), {});
  auto variables = std::make_shared<runtime::VariableStore>();
  for (const graph::GraphInput& input : step.inputs()) {
    if (input.kind == graph::InputKind::kState) variables->add(input.name, given.get(input.name).get());
  }
  runtime::Program program(step, variables, {.compile = options});
  std::vector<double> losses;
  for (int update = 0; update < 3; ++update) {
    std::vector<Tensor> feeds;
    for (const std::string& name : program.input_names()) {
      const TensorType& type = step.find_input(name)->type;
      if (name == train::kRandomKey) {
        feeds.push_back(Tensor::from<std::uint64_t>({1, static_cast<std::uint64_t>(update)}, {2}));
      } else if (name == train::kLearningRate || name == train::kStep) {
        feeds.push_back(Tensor::scalar(type.dtype, name == train::kStep ? update + 1 : 0.01));
      } else {
        feeds.push_back((name.starts_with("target/") ? lesson.y : lesson.x).rows(0, 4).cast(type.dtype));
      }
    }
    losses.push_back(program.run(feeds).front().to_vector<double>().front());
  }
  return {losses, variables->save()};
}

TEST_P(ZooTraining, AllPassesOnAndOffAgree) {
  auto lesson = lesson_for(model(), "sgd(0.01)");
  if (!lesson) GTEST_SKIP() << "its data are not on this machine";
  const auto [losses, states] = updated(*lesson, {});
  const auto [plain_losses, plain_states] = updated(*lesson, {.rewrite = false, .fuse = false, .choose_layouts = false});
  for (std::size_t i = 0; i < losses.size(); ++i)
    EXPECT_NEAR(losses[i], plain_losses[i], 1e-4 * std::abs(plain_losses[i])) << "update " << i;
  for (const auto& [name, plain] : plain_states) {
    const std::vector<double> a = states.at(name).to_vector<double>(), b = plain.to_vector<double>();
    double largest = 1e-3, difference = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
      largest = std::max(largest, std::abs(b[i]));
      difference = std::max(difference, std::abs(a[i] - b[i]));
    }
    EXPECT_LE(difference, 1e-4 * largest) << name;
  }
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
