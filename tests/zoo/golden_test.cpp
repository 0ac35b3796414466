// Every model of the zoo against an independent implementation: parameters, arithmetic and, with seeded weights, what it computes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/formats/npz.hpp"
#include "lepton/zoo/zoo.hpp"
#include "tests/zoo/seeded.hpp"

namespace lepton::zoo {
namespace {

std::string golden_path(std::string_view file) { return fmt::format("{}/tests/golden/zoo/{}", LEPTON_SOURCE_DIR, file); }

Json read_case(std::string_view model) {
  return parse_json(read_file(local_files(), golden_path(fmt::format("{}.json", model)), 1 << 16).value()).value();
}

class GoldenZoo : public ::testing::TestWithParam<int> {
 protected:
  const ModelDef& model() const { return all_models()[static_cast<std::size_t>(GetParam())]; }
};

TEST_P(GoldenZoo, HasThePublishedSize) {
  const Json golden = read_case(model().name);
  const Options options = {.input_shape = golden.at("input_shape").get<Dims>()};
  const Size size = measure(network(model().name, options));
  EXPECT_EQ(size.parameters, golden.at("parameters").get<std::int64_t>());
  EXPECT_EQ(size.trainable_parameters, golden.at("trainable_parameters").get<std::int64_t>());
  EXPECT_EQ(size.macs, golden.at("macs").get<std::int64_t>());
}

TEST_P(GoldenZoo, ComputesWhatItsReferenceComputes) {
  const std::string path = golden_path(fmt::format("{}.npz", model().name));
  if (!*exists(local_files(), path)) {
    // One of each family is enough for the largest ones.
    EXPECT_EQ(model().name, "vgg16");
    return;
  }
  const std::string bytes = read_file(local_files(), path, 1 << 24).value();
  const formats::NamedTensors arrays = formats::read_npz(std::as_bytes(std::span(bytes))).value();
  const Dims shape = read_case(model().name).at("input_shape").get<Dims>();
  train::Model made = make(model().name, {.input_shape = shape, .activation = ""});
  testing::set_weights(made);
  const Tensor x =
      model().vocabulary > 0 ? testing::words(shape[0], model().vocabulary, model().name != "transformer-encoder") : testing::input(shape);
  const Tensor output = made.predict({x}), &expected = arrays.at(0).second;
  ASSERT_EQ(output.shape(), expected.shape());
  const auto a = output.to_vector<double>(), b = expected.to_vector<double>();
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    largest = std::max(largest, std::abs(b[i]));
    difference = std::max(difference, std::abs(a[i] - b[i]));
  }
  EXPECT_GT(largest, 0.01);
  EXPECT_LE(difference, 1e-4 * largest);
}

std::vector<int> all_places() {
  std::vector<int> places(all_models().size());
  std::iota(places.begin(), places.end(), 0);
  return places;
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenZoo, ::testing::ValuesIn(all_places()), [](const auto& param) {
  std::string name(all_models()[static_cast<std::size_t>(param.param)].name);
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace lepton::zoo
