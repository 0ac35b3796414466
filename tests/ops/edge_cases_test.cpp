// What operators do where mathematics leaves a choice: NaN, infinities, ties, kinks, integer division, overflow, empty axes.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lepton/graph/builder.hpp"
#include "lepton/ops/operators.hpp"
#include "lepton/runtime/interpreter.hpp"
#include "tests/ops/run_op.hpp"

namespace lepton::tests {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

template <class T>
Tensor vector_of(const std::vector<T>& values) {
  return Tensor::from(values, {static_cast<std::int64_t>(values.size())});
}
Tensor doubles(const std::vector<double>& values) { return vector_of(values); }

// Equal, where NaN equals NaN.
void expect_values(const Tensor& actual, const std::vector<double>& expected) {
  const std::vector<double> values = actual.to_vector<double>();
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_TRUE(values[i] == expected[i] || (std::isnan(values[i]) && std::isnan(expected[i])))
        << "element " << i << ": " << values[i] << " instead of " << expected[i];
  }
}

struct Case {
  std::string_view op;
  std::vector<Tensor> inputs;
  std::vector<double> expected;
  Attributes attributes = {};
};

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.op);
    expect_values(run_op(c.op, c.inputs, c.attributes)[0], c.expected);
  }
}

ErrorCode code_of(std::string_view op, const std::vector<Tensor>& inputs, const Attributes& attributes = {}) {
  const auto result = catch_error([&] { return run_op(op, inputs, attributes); });
  return result ? ErrorCode::kInternal : result.error().code();
}

TEST(EdgeCaseTest, IntegerDivisionTruncatesAndModHasTheDivisorsSign) {
  const Tensor x = vector_of<std::int32_t>({7, -7, 7, -7, 5}), y = vector_of<std::int32_t>({2, 2, -2, -2, 0});
  check({{"div", {x, y}, {3, -3, -3, 3, 0}}, {"mod", {x, y}, {1, 1, -1, -1, 0}}});
  const Tensor lowest = vector_of<std::int64_t>({std::numeric_limits<std::int64_t>::lowest()}), minus = vector_of<std::int64_t>({-1});
  EXPECT_TRUE(same_bits(run_op("div", {lowest, minus})[0], lowest));
  check({{"mod", {lowest, minus}, {0}}});
}

TEST(EdgeCaseTest, FloatModHasTheDivisorsSign) {
  check({{"mod", {doubles({5.5, -5.5, 5.5, -5.5, 4}), doubles({2, 2, -2, -2, -2})}, {1.5, 0.5, -0.5, -1.5, 0}},
         {"mod", {doubles({1, kNan, kInf}), doubles({0, 1, 1})}, {kNan, kNan, kNan}}});
  EXPECT_TRUE(std::signbit(run_op("mod", {doubles({4}), doubles({-2})})[0].item()));
}

TEST(EdgeCaseTest, IntegersWrapAround) {
  const Tensor high = vector_of<std::int8_t>({127}), one = vector_of<std::int8_t>({1}), low = vector_of<std::int8_t>({-128});
  check(
      {{"add", {high, one}, {-128}}, {"sub", {low, one}, {127}}, {"mul", {low, low}, {0}}, {"neg", {low}, {-128}}, {"abs", {low}, {-128}}});
  check({{"sum", {vector_of<std::uint8_t>({200, 100})}, {44}}, {"prod", {vector_of<std::uint8_t>({16, 17})}, {16}}});
  check({{"square", {vector_of<std::int32_t>({65536})}, {0}}});
}

TEST(EdgeCaseTest, IntegerPowers) {
  check({{"pow",
          {vector_of<std::int32_t>({2, -3, 5, 0, 2, 1, -1, -1}), vector_of<std::int32_t>({10, 3, 0, 0, -1, -5, -3, -2})},
          {1024, -27, 1, 1, 0, 1, -1, 1}}});
}

TEST(EdgeCaseTest, NanGoesThrough) {
  const Tensor x = doubles({kNan, 1, kNan}), y = doubles({1, kNan, kNan});
  check({{"maximum", {x, y}, {kNan, kNan, kNan}}, {"minimum", {x, y}, {kNan, kNan, kNan}}});
  const Tensor mixed = doubles({kNan, -kInf, kInf});
  check({{"relu", {mixed}, {kNan, 0, kInf}},
         {"clip", {mixed}, {kNan, -1, 1}, {{"min", -1.0}, {"max", 1.0}}},
         {"sign", {mixed}, {kNan, -1, 1}},
         {"sigmoid", {mixed}, {kNan, 0, 1}},
         {"softplus", {mixed}, {kNan, 0, kInf}},
         {"leaky_relu", {mixed}, {kNan, -kInf, kInf}},
         {"elu", {mixed}, {kNan, -1, kInf}},
         {"hard_sigmoid", {mixed}, {kNan, 0, 1}},
         {"is_nan", {mixed}, {1, 0, 0}},
         {"is_inf", {mixed}, {0, 1, 1}}});
  check({{"max", {doubles({1, kNan, 3})}, {kNan}},
         {"min", {doubles({1, kNan, -3})}, {kNan}},
         {"argmax", {doubles({1, kNan, kInf, kNan})}, {1}},
         {"argmin", {doubles({1, kNan, -kInf, kNan})}, {1}},
         {"sort", {doubles({2, kNan, -kInf, 1})}, {-kInf, 1, 2, kNan}},
         {"top_k", {doubles({2, kNan, kInf, 1})}, {kNan, kInf}, {{"k", 2}}}});
}

TEST(EdgeCaseTest, ComparisonsWithNanAreFalse) {
  const Tensor x = doubles({kNan, kNan, 1, 2}), y = doubles({kNan, 1, kNan, 2});
  check({{"equal", {x, y}, {0, 0, 0, 1}},
         {"not_equal", {x, y}, {1, 1, 1, 0}},
         {"less", {x, y}, {0, 0, 0, 0}},
         {"less_equal", {x, y}, {0, 0, 0, 1}},
         {"greater", {x, y}, {0, 0, 0, 0}},
         {"greater_equal", {x, y}, {0, 0, 0, 1}}});
}

TEST(EdgeCaseTest, RoundTakesHalvesToEven) {
  check({{"round", {doubles({0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, kInf})}, {0, 2, 2, 0, -2, 2, kInf}}});
}

TEST(EdgeCaseTest, EmptyReductions) {
  const Tensor empty = Tensor::zeros(DType::kF64, {2, 0}), no_bools = Tensor::zeros(DType::kBool, {2, 0});
  const Attributes last = {{"axes", {1}}};
  check({{"sum", {empty}, {0, 0}, last},
         {"prod", {empty}, {1, 1}, last},
         {"mean", {empty}, {kNan, kNan}, last},
         {"logsumexp", {empty}, {-kInf, -kInf}, last},
         {"any", {no_bools}, {0, 0}, last},
         {"all", {no_bools}, {1, 1}, last},
         {"max", {empty}, {}, {{"axes", {0}}}}});
  EXPECT_EQ(code_of("max", {empty}, last), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of("argmin", {empty}, {{"axis", 1}}), ErrorCode::kInvalidArgument);
}

TEST(EdgeCaseTest, LogsumexpAndSoftmaxOfExtremes) {
  check({{"logsumexp", {doubles({-kInf, -kInf})}, {-kInf}},
         {"logsumexp", {doubles({1e308, 1e308})}, {1e308}},
         {"logsumexp", {doubles({kInf, 1})}, {kInf}},
         {"softmax", {doubles({-kInf, 5, -kInf})}, {0, 1, 0}},
         {"softmax", {doubles({1e308, -1e308})}, {1, 0}}});
}

TEST(EdgeCaseTest, EqualElementsKeepTheirOrder) {
  const Tensor x = vector_of<std::int32_t>({1, 3, 3, 1, 2});
  expect_values(run_op("sort", {x})[1], {0, 3, 4, 1, 2});
  expect_values(run_op("sort", {x}, {{"descending", true}})[1], {1, 2, 4, 0, 3});
  expect_values(run_op("top_k", {x}, {{"k", 3}})[1], {1, 2, 4});
  check({{"argmax", {x}, {1}}, {"argmin", {x}, {0}}});
}

TEST(EdgeCaseTest, CastSaturatesAndRoundsHalves) {
  const Tensor x = doubles({-1.9, 1.9, 300, -kInf, kInf, kNan});
  check({{"cast", {x}, {-1, 1, 127, -128, 127, 0}, {{"dtype", DType::kI8}}},
         {"cast", {x}, {0, 1, 255, 0, 255, 0}, {{"dtype", DType::kU8}}},
         {"cast", {x}, {1, 1, 1, 1, 1, 1}, {{"dtype", DType::kBool}}},
         {"cast", {doubles({1.0009765625, 2049, 65519, 65520})}, {1.0009765625, 2048, 65504, kInf}, {{"dtype", DType::kF16}}},
         {"cast", {doubles({1.00390625, 1.01171875})}, {1, 1.015625}, {{"dtype", DType::kBF16}}},
         {"cast", {vector_of<std::int32_t>({300, -1})}, {44, 255}, {{"dtype", DType::kU8}}}});
}

TEST(EdgeCaseTest, GradientsAtKinks) {
  const Tensor zero = doubles({0}), two = doubles({2, 2});
  EXPECT_EQ(gradient_of("relu", {zero}), std::vector<double>{0});
  EXPECT_EQ(gradient_of("abs", {zero}), std::vector<double>{0});
  EXPECT_EQ(gradient_of("leaky_relu", {zero}, {{"negative_slope", 0.1}}), std::vector<double>{0.1});
  EXPECT_EQ(gradient_of("maximum", {zero, zero}, {}, 0), std::vector<double>{1});
  EXPECT_EQ(gradient_of("maximum", {zero, zero}, {}, 1), std::vector<double>{0});
  EXPECT_EQ(gradient_of("clip", {doubles({-1, 1, 1.5, kNan})}, {{"min", -1.0}, {"max", 1.0}}), (std::vector<double>{1, 1, 0, 0}));
  EXPECT_EQ(gradient_of("max", {two}), (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(gradient_of("pow", {zero, zero}, {}, 0), std::vector<double>{0});
  EXPECT_EQ(gradient_of("pow", {zero, doubles({2})}, {}, 1), std::vector<double>{0});
  EXPECT_EQ(gradient_of("hard_sigmoid", {doubles({-3, 0, 3})}), (std::vector<double>{0, 1.0 / 6, 0}));
}

TEST(EdgeCaseTest, GradientOfProdIsExactAtZeros) {
  EXPECT_EQ(gradient_of("prod", {doubles({3, 0, -1, 2})}), (std::vector<double>{0, -6, 0, 0}));
  EXPECT_EQ(gradient_of("prod", {doubles({3, 0, -1, 0})}), (std::vector<double>{0, 0, 0, 0}));
}

TEST(EdgeCaseTest, IndicesOutsideTheAxisAreRefused) {
  const Tensor x = doubles({1, 2, 3});
  check({{"take_along_axis", {x, vector_of<std::int64_t>({-1, 0})}, {3, 1}}});
  EXPECT_EQ(code_of("take_along_axis", {x, vector_of<std::int64_t>({3})}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of("take_along_axis", {x, vector_of<std::int32_t>({-4})}), ErrorCode::kInvalidArgument);
}

TEST(EdgeCaseTest, PoolingTakesTheFirstLargestAndNan) {
  const Tensor ties = Tensor::from<double>({2, 2, 1, 3, 3, 3}, {1, 1, 6}), nan = Tensor::from<double>({1, kNan, 5, kNan, 2, 2}, {1, 1, 6});
  const Attributes windows = {{"window", {3}}, {"strides", {3}}}, adaptive = {{"output_size", {2}}};
  const std::vector<std::pair<std::string_view, Attributes>> pools = {{"max_pool", windows}, {"adaptive_max_pool", adaptive}};
  for (const auto& [op, attributes] : pools) {
    check({{op, {ties}, {2, 3}, attributes}, {op, {nan}, {kNan, kNan}, attributes}});
    EXPECT_EQ(gradient_of(op, {ties}, attributes), (std::vector<double>{1, 0, 0, 1, 0, 0}));
    EXPECT_EQ(gradient_of(op, {nan}, attributes), (std::vector<double>{0, 1, 0, 1, 0, 0}));
  }
}

TEST(EdgeCaseTest, AveragesDoNotCountPadding) {
  const Tensor x = Tensor::from<double>({3, 6, 9}, {1, 1, 3});
  check({{"avg_pool", {x}, {4.5, 6, 7.5}, {{"window", {3}}, {"padding", "same"}}},
         {"avg_pool", {x}, {3, 6, 5}, {{"window", {3}}, {"padding", "same"}, {"count_include_pad", true}}}});
}

TEST(EdgeCaseTest, LabelsThatDoNotExistAreRefused) {
  const Tensor logits = Tensor::from<double>({1, 2, 3, 4, 5, 6}, {2, 3});
  for (const std::int32_t label : {-1, 3, 1000}) {
    EXPECT_EQ(code_of("sparse_softmax_cross_entropy", {logits, vector_of<std::int32_t>({0, label})}), ErrorCode::kInvalidArgument);
  }
  const Attributes ignoring = {{"ignored_labels", {-1}}};
  EXPECT_EQ(run_op("sparse_softmax_cross_entropy", {logits, vector_of<std::int32_t>({-1, -1})}, ignoring)[0].to_vector<double>(),
            (std::vector<double>{0, 0}));
}

TEST(EdgeCaseTest, CrossEntropiesOfExtremeLogitsAreFinite) {
  const Tensor logits = Tensor::from<double>({1000, -1000}, {1, 2}), target = Tensor::from<double>({0, 1}, {1, 2});
  check({{"softmax_cross_entropy", {logits, target}, {2000}},
         {"sparse_softmax_cross_entropy", {logits, vector_of<std::int64_t>({1})}, {2000}},
         {"sigmoid_cross_entropy", {doubles({1000, -1000}), doubles({0, 0})}, {1000, 0}}});
  EXPECT_EQ(gradient_of("softmax_cross_entropy", {logits, target}), (std::vector<double>{1, -1}));
  EXPECT_EQ(gradient_of("sigmoid_cross_entropy", {doubles({1000, -1000}), doubles({0, 0})}), (std::vector<double>{1, 0}));
}

TEST(EdgeCaseTest, SizesOfTransposedConvolutionsAreThoseOfKeras) {
  const Tensor x = Tensor::zeros(DType::kF64, {1, 1, 5}), wide = Tensor::zeros(DType::kF64, {1, 1, 3}),
               narrow = Tensor::zeros(DType::kF64, {1, 1, 1});
  const auto size = [&](const Tensor& weight, const char* padding) {
    return run_op("conv_transpose", {x, weight}, {{"strides", {2}}, {"padding", padding}})[0].shape()[2];
  };
  EXPECT_EQ(size(wide, "same"), 10);
  EXPECT_EQ(size(wide, "valid"), 11);
  EXPECT_EQ(size(narrow, "same"), 10);
  EXPECT_EQ(size(narrow, "valid"), 10);
}

TEST(OperatorsTest, NumbersTakeTheDtypeOfTheOtherOperand) {
  graph::GraphBuilder builder;
  const Value x = builder.input("x", {DType::kF32, {2}}), n = builder.input("n", {DType::kI32, {2}});
  builder.output("y", 1.0 - 2.0 * x / 4.0 + x);
  builder.output("m", -(n * 3 + 1));
  const auto results =
      runtime::interpret(std::move(builder).finish(), std::vector<Tensor>{vector_of<float>({2, 4}), vector_of<std::int32_t>({1, 2})})
          .value();
  EXPECT_EQ(results[0].dtype(), DType::kF32);
  expect_values(results[0], {2, 3});
  EXPECT_EQ(results[1].dtype(), DType::kI32);
  expect_values(results[1], {-4, -7});
}

}  // namespace
}  // namespace lepton::tests
