// What golden files cannot show of layers for categories: edges, large numbers, unknown numbers, and what is refused.
#include <gtest/gtest.h>

#include <limits>

#include "lepton/graph/builder.hpp"
#include "lepton/nn/layers.hpp"
#include "lepton/nn/network.hpp"
#include "lepton/runtime/interpreter.hpp"

namespace lepton::train {
namespace {

Result<std::vector<Tensor>> try_apply(const nn::Layer& layer, const std::vector<Tensor>& inputs) {
  std::vector<nn::Symbol> symbols;
  for (const Tensor& x : inputs) symbols.push_back(nn::Input(Dims(x.shape().begin() + 1, x.shape().end()), {.dtype = x.dtype()}));
  const nn::Network network = nn::Network::functional(symbols, {layer(symbols)}, DType::kF64);
  graph::GraphBuilder builder("categories");
  builder.output("y", network.build(builder, {}).outputs[0].logical());
  std::vector<Tensor> feeds;
  for (const Tensor& x : inputs) feeds.push_back(is_float(x.dtype()) ? x.cast(DType::kF64) : x);
  return runtime::interpret(std::move(builder).finish(), feeds);
}
std::vector<double> apply(const nn::Layer& layer, const std::vector<Tensor>& inputs) {
  return try_apply(layer, inputs).value()[0].to_vector<double>();
}
Tensor row(const std::vector<std::int64_t>& numbers) { return Tensor::from(numbers, {1, static_cast<std::int64_t>(numbers.size())}); }

ErrorCode refused(const nn::Layer& layer, std::size_t inputs = 1) {
  const std::vector<nn::Symbol> symbols(inputs, nn::Input({3}));
  const auto made = catch_error([&] { (void)nn::Network::functional({symbols[0]}, {layer(symbols)}); });
  return made ? ErrorCode::kInternal : made.error().code();
}

TEST(CategoryLayers, DiscretizationPutsABoundaryIntoTheBinAboveIt) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor x = Tensor::from<double>({-infinity, 0.999, 1, 2, 2.5, infinity, std::numeric_limits<double>::quiet_NaN()}, {1, 7});
  EXPECT_EQ(apply(nn::Discretization({1, 2}), {x}), (std::vector<double>{0, 0, 1, 2, 2, 2, 2}));
}

TEST(CategoryLayers, CategoryEncodingWeighsCounts) {
  const Tensor weights = Tensor::from<double>({0.5, 2, 0.25}, {1, 3});
  EXPECT_EQ(apply(nn::CategoryEncoding(3, {.output_mode = "count"}), {row({2, 0, 2}), weights}), (std::vector<double>{2, 0, 0.75}));
  EXPECT_EQ(apply(nn::CategoryEncoding(3, {.output_mode = "count"}), {row({-1, 3, 1})}), (std::vector<double>{0, 1, 0}));
  EXPECT_EQ(refused(nn::CategoryEncoding(3), 2), ErrorCode::kInvalidArgument);
}

TEST(CategoryLayers, IntegerLookupFindsEveryNumberOfALargeVocabulary) {
  Dims vocabulary;
  for (std::int64_t i = 0; i < 1000; ++i) vocabulary.push_back((i * 7919) % 1009 * 1'000'000'007 - 400'000'000'000);
  vocabulary.push_back(std::numeric_limits<std::int64_t>::max());
  vocabulary.push_back(std::numeric_limits<std::int64_t>::min());
  const std::vector<double> places = apply(nn::IntegerLookup(vocabulary), {row(vocabulary)});
  for (std::size_t i = 0; i < places.size(); ++i) ASSERT_EQ(places[i], static_cast<double>(i + 1));
  EXPECT_EQ(apply(nn::IntegerLookup({5}), {row({5, 4, 6})}), (std::vector<double>{1, 0, 0}));
}

TEST(CategoryLayers, IntegerLookupInvertsItself) {
  const nn::IntegerLookupOptions options{.mask_token = 0};
  nn::IntegerLookupOptions back = options;
  back.invert = true;
  const Tensor places = try_apply(nn::IntegerLookup({30, 10, 20}, options), {row({10, 0, 77, 30})}).value()[0];
  EXPECT_EQ(places.to_vector<double>(), (std::vector<double>{3, 0, 1, 2}));
  EXPECT_EQ(apply(nn::IntegerLookup({30, 10, 20}, back), {places}), (std::vector<double>{10, 0, -1, 30}));
  EXPECT_EQ(apply(nn::IntegerLookup({30, 10, 20}, back), {row({-1, 99})}), (std::vector<double>{-1, -1}));
}

TEST(CategoryLayers, IntegerLookupWithoutUnknownNumbersFailsOnOne) {
  const nn::Layer layer = nn::IntegerLookup({30, 10}, {.num_oov_indices = 0, .mask_token = 7});
  EXPECT_EQ(apply(layer, {row({10, 30, 7})}), (std::vector<double>{2, 1, 0}));
  EXPECT_EQ(try_apply(layer, {row({10, 11})}).error().code(), ErrorCode::kInvalidArgument);
}

TEST(CategoryLayers, RefuseWhatCannotBe) {
  const std::vector<nn::Layer> wrong = {nn::Discretization({}),
                                        nn::Discretization({2, 1}),
                                        nn::Discretization({1}, {.output_mode = "binary"}),
                                        nn::CategoryEncoding(3, {.output_mode = "int"}),
                                        nn::IntegerLookup({}),
                                        nn::IntegerLookup({1, 2, 1}),
                                        nn::IntegerLookup({1, 2}, {.max_tokens = 2}),
                                        nn::IntegerLookup({1, 2}, {.mask_token = 2}),
                                        nn::IntegerLookup({1, 2}, {.pad_to_max_tokens = true}),
                                        nn::IntegerLookup({1, 2}, {.output_mode = "tf_idf"}),
                                        nn::IntegerLookup({1, 2}, {.output_mode = "tf_idf", .idf_weights = {1}}),
                                        nn::IntegerLookup({1, 2}, {.idf_weights = {1, 2}}),
                                        nn::IntegerLookup({1, 2}, {.invert = true, .output_mode = "count"})};
  for (const nn::Layer& layer : wrong) EXPECT_EQ(refused(layer), ErrorCode::kInvalidArgument) << layer.def().name;
}

}  // namespace
}  // namespace lepton::train
