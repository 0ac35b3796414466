// Random layers on pictures: what they draw, seen through pictures that give it away; sizes, integers, and what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>

#include "lepton/graph/builder.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/nn/network.hpp"
#include "lepton/runtime/interpreter.hpp"

namespace lepton::train {
namespace {

struct Run {
  bool training = true;
  std::uint64_t key = 1;
  bool free_size = false;  // height and width are known only in the run
};

// What the layer makes of x [N, …].
Tensor apply(const nn::Layer& layer, const Tensor& x, const Run& run = {}) {
  Dims sample(x.shape().begin() + 1, x.shape().end());
  if (run.free_size) sample[0] = sample[1] = kAnyDim;
  const nn::Symbol input = nn::Input(sample, {.dtype = is_float(x.dtype()) ? DType::kF32 : x.dtype()});
  const nn::Network network = nn::Network::functional({input}, {layer(input)}, DType::kF64);
  graph::GraphBuilder builder("pictures");
  const Value random = builder.input("random_key", {DType::kU64, {2}});
  const nn::Built built = network.build(builder, {.training = run.training, .random_key = random});
  builder.output("y", built.outputs[0].logical());
  const graph::Graph graph = std::move(builder).finish();
  std::vector<Tensor> feeds;
  for (const graph::GraphInput& in : graph.inputs())
    feeds.push_back(in.name == "random_key" ? Tensor::from<std::uint64_t>({run.key, 7}, {2}) : x);
  return runtime::interpret(graph, feeds).value().front();
}

ErrorCode refused(const nn::Layer& layer, const Dims& sample) {
  const nn::Symbol input = nn::Input(sample);
  const auto made = catch_error([&] { (void)nn::Network::functional({input}, {layer(input)}, DType::kF64); });
  return made ? ErrorCode::kInternal : made.error().code();
}

// Every picture is the same: value(row, column).
Tensor pictures(std::int64_t count, std::int64_t height, std::int64_t width, double (*value)(std::int64_t, std::int64_t)) {
  const Tensor x = Tensor::empty(DType::kF64, {count, height, width, 1});
  double* at = x.span<double>().data();
  for (std::int64_t n = 0; n < count; ++n) {
    for (std::int64_t row = 0; row < height; ++row) {
      for (std::int64_t column = 0; column < width; ++column) *at++ = value(row, column);
    }
  }
  return x;
}
double number(std::int64_t row, std::int64_t column) { return static_cast<double>(10 * row + column); }
double column_of(std::int64_t, std::int64_t column) { return static_cast<double>(column); }
double row_of(std::int64_t row, std::int64_t) { return static_cast<double>(row); }

// Element (row, column) of each picture.
std::vector<double> elements(const Tensor& y, std::int64_t row, std::int64_t column) {
  std::vector<double> values;
  const std::vector<double> all = y.to_vector<double>();
  const Shape& s = y.shape();
  for (std::int64_t n = 0; n < s[0]; ++n) values.push_back(all[static_cast<std::size_t>(((n * s[1] + row) * s[2] + column) * s[3])]);
  return values;
}

// Within the bounds, and with the mean and variance of what is uniform there; the tolerances are five standard deviations and more.
void expect_uniform(const std::vector<double>& values, double lower, double upper) {
  const auto count = static_cast<double>(values.size()), width = upper - lower;
  double mean = 0, variance = 0;
  for (const double v : values) mean += v / count;
  for (const double v : values) variance += (v - mean) * (v - mean) / count;
  EXPECT_GE(*std::ranges::min_element(values), lower - 1e-9);
  EXPECT_LE(*std::ranges::max_element(values), upper + 1e-9);
  EXPECT_NEAR(mean, (lower + upper) / 2, 5 * width / std::sqrt(12 * count));
  EXPECT_NEAR(variance, width * width / 12, 5 * width * width / std::sqrt(180 * count));
}

TEST(PictureLayers, RandomFlipGivesEachMirrorImageAsOften) {
  const Tensor x = pictures(600, 3, 4, number);
  const std::map<std::string, std::vector<double>> corners = {
      {"horizontal", {0, 3}}, {"vertical", {0, 20}}, {"horizontal_and_vertical", {0, 3, 20, 23}}};
  for (const auto& [mode, first] : corners) {
    const Tensor y = apply(nn::RandomFlip(mode), x);
    std::map<double, double> shares;
    for (const double v : elements(y, 0, 0)) shares[v] += 1.0 / 600;
    ASSERT_EQ(shares.size(), first.size()) << mode;
    for (const double corner : first) EXPECT_NEAR(shares[corner], 1.0 / static_cast<double>(first.size()), 0.11) << mode << " " << corner;
    // Opposite corners add up, so nothing else was moved.
    const std::vector<double> a = elements(y, 0, 0), b = elements(y, 2, 3), c = elements(y, 0, 3), d = elements(y, 2, 0);
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_TRUE(a[i] + b[i] == 23 && c[i] + d[i] == 23 && a[i] != c[i]);
  }
}

TEST(PictureLayers, RandomCropCutsOneWindowForTheBatch) {
  const Tensor x = pictures(3, 5, 6, number);
  std::set<double> places;
  for (std::uint64_t key = 0; key < 120; ++key) {
    const Tensor y = apply(nn::RandomCrop(3, 4), x, {.key = key});
    ASSERT_EQ(y.shape(), (Shape{3, 3, 4, 1}));
    const std::vector<double> corner = elements(y, 0, 0), last = elements(y, 2, 3);
    for (std::size_t n = 0; n < 3; ++n) ASSERT_TRUE(corner[n] == corner[0] && last[n] == corner[0] + 23);
    places.insert(corner[0]);
  }
  EXPECT_EQ(places, (std::set<double>{0, 1, 2, 10, 11, 12, 20, 21, 22}));
}

TEST(PictureLayers, RandomCropResizesTheMiddleInInference) {
  const Tensor x = pictures(1, 4, 8, column_of), y = apply(nn::RandomCrop(4, 4), x, {.training = false});
  EXPECT_EQ(elements(y, 0, 0), std::vector<double>{2});
  EXPECT_EQ(elements(y, 3, 3), std::vector<double>{5});
  EXPECT_TRUE(same_bits(apply(nn::RandomCrop(6, 6), x), apply(nn::Resizing(6, 6, {.crop_to_aspect_ratio = true}), x)));
}

TEST(PictureLayers, RandomTranslationMovesEachPictureByItsOwnShare) {
  const nn::Layer layer = nn::RandomTranslation({-0.1, 0.2}, 0.25);
  std::vector<double> down = elements(apply(layer, pictures(600, 21, 21, row_of)), 10, 10);
  for (double& v : down) v = (10 - v) / 21;
  expect_uniform(down, -0.1, 0.2);
  std::vector<double> right = elements(apply(layer, pictures(600, 21, 21, column_of)), 10, 10);
  for (double& v : right) v = (10 - v) / 21;
  expect_uniform(right, -0.25, 0.25);
}

TEST(PictureLayers, RandomZoomKeepsTheMiddle) {
  const auto scales = [](const nn::Layer& layer, double (*value)(std::int64_t, std::int64_t), std::int64_t row, std::int64_t column) {
    const Tensor y = apply(layer, pictures(600, 21, 21, value));
    EXPECT_NEAR(elements(y, 10, 10)[0], 10, 1e-9);
    std::vector<double> values = elements(y, row, column);
    for (double& v : values) v = (v - 10) / 4;
    return values;
  };
  expect_uniform(scales(nn::RandomZoom({-0.3, 0.1}, 0.4), row_of, 14, 10), 0.7, 1.1);
  expect_uniform(scales(nn::RandomZoom({-0.3, 0.1}, 0.4), column_of, 10, 14), 0.6, 1.4);
  const nn::Layer one_factor = nn::RandomZoom(0.2);
  EXPECT_EQ(scales(one_factor, row_of, 14, 10), scales(one_factor, column_of, 10, 14)) << "one number for both axes";
}

TEST(PictureLayers, RandomRotationTurnsCounterClockwise) {
  const auto turns = [](const nn::Layer& layer, std::int64_t count) {
    const Tensor x = pictures(count, 21, 21, column_of);
    const std::vector<double> right = elements(apply(layer, x), 10, 14), below = elements(apply(layer, x), 14, 10);
    std::vector<double> made;
    for (std::size_t i = 0; i < right.size(); ++i) made.push_back(std::atan2(10 - below[i], right[i] - 10) / (2 * std::numbers::pi));
    return made;
  };
  expect_uniform(turns(nn::RandomRotation(0.2), 600), -0.2, 0.2);
  expect_uniform(turns(nn::RandomRotation({0.05, 0.1}), 600), 0.05, 0.1);
  EXPECT_NEAR(turns(nn::RandomRotation({0.25, 0.25}), 1)[0], 0.25, 1e-9);
  // What was right is on top after a quarter of a turn.
  EXPECT_NEAR(elements(apply(nn::RandomRotation({0.25, 0.25}), pictures(1, 21, 21, column_of)), 0, 10)[0], 20, 1e-9);
}

TEST(PictureLayers, RandomContrastSpreadsAroundTheMean) {
  const Tensor x = pictures(600, 5, 5, column_of);
  std::vector<double> factors = elements(apply(nn::RandomContrast(0.3, {.value_range = {-100, 100}}), x), 2, 4);
  for (double& v : factors) v = (v - 2) / 2;
  expect_uniform(factors, 0.7, 1.3);
  std::vector<double> wide = elements(apply(nn::RandomContrast({0.1, 0.9}, {.value_range = {-100, 100}}), x), 2, 4);
  for (double& v : wide) v = (v - 2) / 2;
  expect_uniform(wide, 0.9, 1.9);
  const std::vector<double> cut = elements(apply(nn::RandomContrast(1.0), x), 0, 0);
  EXPECT_EQ(*std::ranges::min_element(cut), 0);
}

TEST(PictureLayers, InferenceChangesNothing) {
  const Tensor x = pictures(2, 5, 4, number);
  for (const nn::Layer& layer :
       {nn::RandomFlip(), nn::RandomRotation(0.3), nn::RandomZoom(0.3), nn::RandomTranslation(0.3, 0.3), nn::RandomContrast(0.5)})
    EXPECT_TRUE(same_bits(apply(layer, x, {.training = false}), x)) << layer.def().name;
}

TEST(PictureLayers, SizesMayBeKnownOnlyInTheRun) {
  const Tensor x = pictures(2, 5, 4, number);
  for (const nn::Layer& layer : {nn::RandomFlip(), nn::RandomRotation(0.3), nn::RandomZoom(0.3), nn::RandomTranslation(0.3, 0.3),
                                 nn::RandomContrast(0.5), nn::Resizing(3, 7), nn::Resizing(3, 7, {.interpolation = "nearest"})})
    EXPECT_TRUE(same_bits(apply(layer, x, {.free_size = true}), apply(layer, x))) << layer.def().name;
  for (const nn::Layer& layer : {nn::CenterCrop(2, 2), nn::RandomCrop(2, 2), nn::Resizing(2, 2, {.interpolation = "bicubic"}),
                                 nn::Resizing(2, 2, {.crop_to_aspect_ratio = true})})
    EXPECT_EQ(refused(layer, {kAnyDim, 4, 1}), ErrorCode::kInvalidArgument) << layer.def().name;
}

TEST(PictureLayers, ResizingRoundsIntegersAndKeepsTheirRange) {
  const Tensor bytes = Tensor::from<std::uint8_t>({0, 255, 0, 255}, {1, 1, 4, 1});
  const std::vector<double> y = apply(nn::Resizing(1, 9, {.interpolation = "bicubic"}), bytes).to_vector<double>();
  for (const double v : y) EXPECT_TRUE(v == std::round(v) && v >= 0 && v <= 255) << v;
  const std::vector<double> free = apply(nn::Resizing(1, 9, {.interpolation = "bicubic"}), bytes.cast(DType::kF64)).to_vector<double>();
  EXPECT_LT(*std::ranges::min_element(free), 0);
  EXPECT_GT(*std::ranges::max_element(free), 255);
}

TEST(PictureLayers, RefuseWhatCannotBe) {
  const Dims picture = {5, 4, 1};
  const std::vector<nn::Layer> wrong = {nn::Resizing(2, 2, {.interpolation = "area"}),
                                        nn::Resizing(2, 2, {.crop_to_aspect_ratio = true, .pad_to_aspect_ratio = true}),
                                        nn::RandomFlip("diagonal"),
                                        nn::RandomRotation(0.1, {.fill_mode = "mirror"}),
                                        nn::RandomZoom(0.1, {}, {.interpolation = "bicubic"}),
                                        nn::RandomZoom({-1, 0}),
                                        nn::RandomContrast(0.1, {.value_range = {1, 0}})};
  for (const nn::Layer& layer : wrong) EXPECT_EQ(refused(layer, picture), ErrorCode::kInvalidArgument) << layer.def().name;
  EXPECT_THROW(nn::RandomRotation(1.5), Error);
  EXPECT_THROW(nn::RandomTranslation({0, 2}, 0), Error);
  EXPECT_EQ(refused(nn::RandomFlip(), {5, 4}), ErrorCode::kShapeMismatch);
}

}  // namespace
}  // namespace lepton::train
