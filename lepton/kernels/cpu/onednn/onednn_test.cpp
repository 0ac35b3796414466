// oneDNN's kernels against plain loops in double, with layouts fixed and with layouts of their choice.
#include "lepton/kernels/cpu/onednn/onednn.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "lepton/kernels/testing/kernel_runner.hpp"

namespace lepton::kernels {
namespace {

using testing::Call;
using testing::random_tensor;

// ---- an oracle for convolutions of two spatial axes ---------------------------------------------------------------------------------

struct Conv {
  Shape x, weight, y;
  std::int64_t stride = 1, dilation = 1, pad_begin = 0, pad_end = 0, groups = 1;

  Attributes attributes() const {
    return {{"strides", {stride, stride}},
            {"dilations", {dilation, dilation}},
            {"pads", {pad_begin, pad_begin, pad_end, pad_end}},
            {"padding", "explicit"},
            {"groups", groups}};
  }
  // Calls body(place in x, place in weight, place in y) for each product.
  template <class Body>
  void for_each_product(const Body& body) const {
    const std::int64_t per_group_in = x[1] / groups, per_group_out = y[1] / groups;
    for (std::int64_t n = 0; n < y[0]; ++n) {
      for (std::int64_t o = 0; o < y[1]; ++o) {
        for (std::int64_t i = 0; i < per_group_in; ++i) {
          const std::int64_t channel = o / per_group_out * per_group_in + i;
          for_each_place(body, (n * x[1] + channel) * x[2] * x[3], (o * per_group_in + i) * weight[2] * weight[3],
                         (n * y[1] + o) * y[2] * y[3]);
        }
      }
    }
  }
  template <class Body>
  void for_each_place(const Body& body, std::int64_t x0, std::int64_t w0, std::int64_t y0) const {
    for (std::int64_t h = 0; h < y[2]; ++h) {
      for (std::int64_t v = 0; v < y[3]; ++v) {
        for (std::int64_t k = 0; k < weight[2] * weight[3]; ++k) {
          const std::int64_t row = h * stride + k / weight[3] * dilation - pad_begin,
                             column = v * stride + k % weight[3] * dilation - pad_begin;
          if (row < 0 || row >= x[2] || column < 0 || column >= x[3]) continue;
          body(static_cast<std::size_t>(x0 + row * x[3] + column), static_cast<std::size_t>(w0 + k),
               static_cast<std::size_t>(y0 + h * y[3] + v));
        }
      }
    }
  }
};

// Accumulates products of two operands into the third.
Tensor accumulate(const Conv& conv, const Tensor& a, const Tensor& b, const Shape& result, int which) {
  Tensor out = Tensor::zeros(DType::kF64, result);
  const auto sum = out.span<double>();
  const auto p = a.to_vector<double>(), q = b.to_vector<double>();
  conv.for_each_product([&](std::size_t x, std::size_t w, std::size_t y) {
    if (which == 0) sum[y] += p[x] * q[w];
    if (which == 1) sum[x] += p[y] * q[w];
    if (which == 2) sum[w] += p[x] * q[y];
  });
  return out;
}

void expect_all_close(const Call& call, const Tensor& expected, double tolerance, std::size_t at_least = 1) {
  for (const bool may_choose : {false, true}) {
    const auto kernels = testing::prepare_all(onednn::table(), call, may_choose);
    EXPECT_GE(kernels.size(), may_choose ? at_least : 1) << call.op;
    for (const auto& kernel : kernels) {
      const auto results = testing::run(*kernel, call);
      EXPECT_LE(testing::largest_difference(results[0], expected), tolerance) << kernel->implementation << " may_choose=" << may_choose;
      EXPECT_TRUE(same_bits(results[0], testing::run(*kernel, call)[0])) << kernel->implementation;
    }
  }
}

std::vector<Conv> conv_cases() {
  return {
      {{2, 3, 8, 9}, {5, 3, 3, 3}, {2, 5, 6, 7}},
      {{2, 16, 7, 7}, {32, 16, 3, 3}, {2, 32, 7, 7}, 1, 1, 1, 1},
      {{1, 20, 9, 9}, {18, 20, 1, 1}, {1, 18, 5, 5}, 2},
      {{2, 8, 9, 9}, {12, 4, 3, 3}, {2, 12, 5, 5}, 2, 1, 1, 1, 2},
      {{2, 24, 8, 8}, {24, 1, 3, 3}, {2, 24, 8, 8}, 1, 1, 1, 1, 24},
      {{1, 32, 10, 10}, {64, 16, 3, 3}, {1, 64, 6, 6}, 1, 2, 0, 0, 2},
      {{1, 4, 8, 8}, {4, 4, 3, 3}, {1, 4, 4, 4}, 2, 1, 0, 1},
      {{1, 1, 28, 28}, {6, 1, 5, 5}, {1, 6, 28, 28}, 1, 1, 2, 2},
  };
}

TEST(OnednnConv, MatchesPlainLoops) {
  for (const Conv& c : conv_cases()) {
    SCOPED_TRACE(c.weight.to_string());
    const Tensor x = random_tensor({DType::kF32, c.x}, -1, 1, 1), w = random_tensor({DType::kF32, c.weight}, -1, 1, 2);
    const Tensor g = random_tensor({DType::kF32, c.y}, -1, 1, 3);
    expect_all_close({"conv", {x, w, Tensor()}, {{DType::kF32, c.y}}, c.attributes()}, accumulate(c, x, w, c.y, 0), 5e-6);
    expect_all_close({"conv_input_gradient", {g, w, x}, {{DType::kF32, c.x}}, c.attributes()}, accumulate(c, g, w, c.x, 1), 5e-6);
    expect_all_close({"conv_weight_gradient", {x, g, w}, {{DType::kF32, c.weight}}, c.attributes()}, accumulate(c, x, g, c.weight, 2),
                     2e-5);
    if (c.groups == 1) {  // the transposed convolution takes [I, O]: here the gradient's weight
      expect_all_close({"conv_transpose", {g, w, Tensor()}, {{DType::kF32, c.x}}, c.attributes()}, accumulate(c, g, w, c.x, 1), 5e-6);
    }
  }
}

TEST(OnednnConv, GroupedTransposedConvolution) {
  const Conv c{{2, 8, 9, 9}, {12, 4, 3, 3}, {2, 12, 5, 5}, 2, 1, 1, 1, 2};
  const Tensor w = random_tensor({DType::kF32, c.weight}, -1, 1, 2), g = random_tensor({DType::kF32, c.y}, -1, 1, 3);
  expect_all_close({"conv_transpose", {g, w}, {{DType::kF32, c.x}}, c.attributes()}, accumulate(c, g, w, c.x, 1), 5e-6);
}

TEST(OnednnConv, SamePaddingPutsTheOddCellAtTheEnd) {
  const Conv c{{1, 2, 5, 5}, {3, 2, 2, 2}, {1, 3, 5, 5}, 1, 1, 0, 1};
  const Tensor x = random_tensor({DType::kF32, c.x}), w = random_tensor({DType::kF32, c.weight}, -1, 1, 2);
  expect_all_close({"conv", {x, w}, {{DType::kF32, c.y}}, {{"strides", {1, 1}}, {"padding", "same"}}}, accumulate(c, x, w, c.y, 0), 5e-6);
}

TEST(OnednnConv, OneAndThreeSpatialAxes) {
  const Tensor x = Tensor::full(DType::kF32, {1, 2, 6}, 1.0), w = Tensor::full(DType::kF32, {4, 2, 3}, 0.5);
  expect_all_close({"conv", {x, w}, {{DType::kF32, {1, 4, 4}}}, {{"padding", "valid"}}}, Tensor::full(DType::kF32, {1, 4, 4}, 3.0), 1e-6);
  const Tensor x3 = Tensor::full(DType::kF32, {1, 2, 4, 5, 6}, 1.0), w3 = Tensor::full(DType::kF32, {3, 2, 2, 2, 2}, 0.25);
  expect_all_close({"conv", {x3, w3}, {{DType::kF32, {1, 3, 3, 4, 5}}}, {{"padding", "valid"}}},
                   Tensor::full(DType::kF32, {1, 3, 3, 4, 5}, 4.0), 1e-6);
}

// ---- epilogues ----------------------------------------------------------------------------------------------------------------------

const Attributes& no_attributes() {
  static const Attributes none;
  return none;
}

TEST(OnednnConv, BiasAndRelu) {
  const Conv c{{2, 3, 8, 8}, {20, 3, 3, 3}, {2, 20, 6, 6}};
  const Tensor x = random_tensor({DType::kF32, c.x}), w = random_tensor({DType::kF32, c.weight}, -1, 1, 2);
  const Tensor bias = random_tensor({DType::kF32, {20}}, -1, 1, 3);
  const ElementwiseProgram program{{{"relu", &no_attributes(), {0}, DType::kF32}}, {0}};
  Tensor expected = accumulate(c, x, w, c.y, 0);
  const auto values = expected.span<double>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::max(0.0, values[i] + static_cast<double>(bias.span<float>()[i / 36 % 20]));
  }
  expect_all_close({"conv", {x, w, bias}, {{DType::kF32, c.y}}, c.attributes(), &program}, expected, 5e-6);
}

TEST(OnednnMatmul, BiasScaleAndRelu) {
  const Tensor a = random_tensor({DType::kF32, {5, 7}}), b = random_tensor({DType::kF32, {7, 6}}, -1, 1, 2);
  const Tensor bias = random_tensor({DType::kF32, {6}}, -1, 1, 3), scale = random_tensor({DType::kF32, {5, 1}}, -1, 1, 4);
  // operand 0: the product; 1: bias; 2: scale; 3…: results of the steps
  const ElementwiseProgram program{{{"add", &no_attributes(), {0, 1}, DType::kF32},
                                    {"mul", &no_attributes(), {2, 3}, DType::kF32},
                                    {"relu", &no_attributes(), {4}, DType::kF32}},
                                   {2}};
  const Attributes attributes = {{"transpose_a", false}, {"transpose_b", false}};
  Tensor expected = testing::run_reference({"matmul", {a, b}, {{DType::kF32, {5, 6}}}, attributes}, true)[0];
  for (std::size_t i = 0; i < 30; ++i) {
    double& value = expected.span<double>()[i];
    value = std::max(0.0, (value + static_cast<double>(bias.span<float>()[i % 6])) * static_cast<double>(scale.span<float>()[i / 6]));
  }
  expect_all_close({"matmul", {a, b, bias, scale}, {{DType::kF32, {5, 6}}}, attributes, &program}, expected, 2e-6);
}

TEST(OnednnMatmul, DeclinesProgramsWithTwoResults) {
  const Tensor a = random_tensor({DType::kF32, {5, 7}}), b = random_tensor({DType::kF32, {7, 6}});
  const ElementwiseProgram program{{{"relu", &no_attributes(), {0}, DType::kF32}, {"tanh", &no_attributes(), {1}, DType::kF32}}, {0, 1}};
  const Call call{
      "matmul", {a, b}, {{DType::kF32, {5, 6}}, {DType::kF32, {5, 6}}}, {{"transpose_a", false}, {"transpose_b", false}}, &program};
  EXPECT_TRUE(testing::prepare_all(onednn::table(), call, true).empty());
}

// ---- matmul -------------------------------------------------------------------------------------------------------------------------

TEST(OnednnMatmul, MatchesReference) {
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      const Attributes attributes = {{"transpose_a", ta}, {"transpose_b", tb}};
      const auto shape = [](bool transposed, std::int64_t rows, std::int64_t columns) {
        return transposed ? Shape{columns, rows} : Shape{rows, columns};
      };
      for (const auto& [m, k, n] : {std::array<std::int64_t, 3>{4, 5, 3}, {33, 70, 65}, {600, 30, 128}, {1, 17, 1}}) {
        const Call call{"matmul",
                        {random_tensor({DType::kF32, shape(ta, m, k)}, -1, 1, 1), random_tensor({DType::kF32, shape(tb, k, n)}, -1, 1, 2)},
                        {{DType::kF32, {m, n}}},
                        attributes};
        expect_all_close(call, testing::run_reference(call, true)[0], 2e-5);
      }
      const Call batched{"matmul",
                         {random_tensor({DType::kF32, ta ? Shape{2, 5, 4} : Shape{2, 4, 5}}, -1, 1, 1),
                          random_tensor({DType::kF32, tb ? Shape{3, 1, 3, 5} : Shape{3, 1, 5, 3}}, -1, 1, 2)},
                         {{DType::kF32, {3, 2, 4, 3}}},
                         attributes};
      expect_all_close(batched, testing::run_reference(batched, true)[0], 5e-6);
    }
  }
}

TEST(OnednnMatmul, StackOfRows) {
  const Call call{"matmul",
                  {random_tensor({DType::kF32, {2, 3, 4}}), random_tensor({DType::kF32, {4, 5}}, -1, 1, 2)},
                  {{DType::kF32, {2, 3, 5}}},
                  {{"transpose_a", false}, {"transpose_b", false}}};
  expect_all_close(call, testing::run_reference(call, true)[0], 5e-6);
}

TEST(OnednnMatmul, PacksWeightsForManyRows) {
  const Call call{"matmul",
                  {random_tensor({DType::kF32, {4, 200, 24}}), random_tensor({DType::kF32, {24, 40}}, -1, 1, 2)},
                  {{DType::kF32, {4, 200, 40}}},
                  {{"transpose_a", false}, {"transpose_b", false}}};
  expect_all_close(call, testing::run_reference(call, true)[0], 5e-6, 2);
}

TEST(OnednnMatmul, DeclinesDoubleAndEmpty) {
  const Attributes attributes = {{"transpose_a", false}, {"transpose_b", false}};
  const Call in_double{
      "matmul", {random_tensor({DType::kF64, {2, 3}}), random_tensor({DType::kF64, {3, 2}})}, {{DType::kF64, {2, 2}}}, attributes};
  const Call empty{"matmul", {Tensor::zeros(DType::kF32, {0, 3}), Tensor::zeros(DType::kF32, {3, 2})}, {{DType::kF32, {0, 2}}}, attributes};
  EXPECT_TRUE(testing::prepare_all(onednn::table(), in_double, true).empty());
  EXPECT_TRUE(testing::prepare_all(onednn::table(), empty, true).empty());
}

// ---- pooling and reorder ------------------------------------------------------------------------------------------------------------

TEST(OnednnPool, MaxAndAverage) {
  const Tensor x = random_tensor({DType::kF32, {2, 20, 6, 6}});
  const Attributes attributes = {{"window", {2, 2}}, {"strides", {2, 2}}, {"padding", "valid"}};
  Tensor largest = Tensor::zeros(DType::kF64, {2, 20, 3, 3}), mean = Tensor::zeros(DType::kF64, {2, 20, 3, 3}),
         back = Tensor::zeros(DType::kF64, x.shape());
  for (std::size_t i = 0; i < 2 * 20 * 9; ++i) {
    const std::size_t corner = i / 9 * 36 + i % 9 / 3 * 12 + i % 3 * 2;
    double best = -10, sum = 0;
    for (const std::size_t place : {corner, corner + 1, corner + 6, corner + 7}) {
      best = std::max(best, static_cast<double>(x.span<float>()[place]));
      sum += static_cast<double>(x.span<float>()[place]);
      back.span<double>()[place] = static_cast<double>(i) / 4;
    }
    largest.span<double>()[i] = best, mean.span<double>()[i] = sum / 4;
  }
  Tensor g = Tensor::zeros(DType::kF32, {2, 20, 3, 3});
  for (std::size_t i = 0; i < 360; ++i) g.span<float>()[i] = static_cast<float>(i);
  expect_all_close({"max_pool", {x}, {{DType::kF32, {2, 20, 3, 3}}}, attributes}, largest, 0);
  expect_all_close({"avg_pool", {x}, {{DType::kF32, {2, 20, 3, 3}}}, attributes}, mean, 1e-6);
  expect_all_close({"avg_pool_gradient", {g, x}, {{DType::kF32, x.shape()}}, attributes}, back, 1e-6);
}

TEST(OnednnReorder, PadsWithZerosAndComesBack) {
  const Shape shape{2, 20, 3, 5};
  const Tensor x = random_tensor({DType::kF32, shape});
  TensorDesc plain = TensorDesc::row_major(x.type()), blocked = plain;
  blocked.layout = {{2 * 15 * 16, 15 * 16, 5 * 16, 16}, {{1, 16}}};
  Tensor middle = Tensor::full(DType::kF32, {blocked.size_bytes() / 4}, 7.0), back = Tensor::zeros(DType::kF32, shape);
  const auto run = [](const TensorDesc& from, const Tensor& source, const TensorDesc& to, const Tensor& target) {
    const KernelRequest request{.op = "reorder", .inputs = {&from, 1}, .outputs = {&to, 1}, .attributes = &no_attributes()};
    for (const KernelEntry& entry : onednn::table()) {
      if (entry.op != "reorder") continue;
      const auto kernel = entry.prepare(request);
      ASSERT_NE(kernel, nullptr);
      const auto scratch = Storage::allocate(static_cast<std::size_t>(kernel->scratch_bytes) + 1);
      const std::byte* input = source.bytes();
      std::byte* output = target.bytes();
      kernel->run({{&input, 1}, {&output, 1}, scratch->data()});
    }
  };
  run(plain, x, blocked, middle);
  EXPECT_EQ(middle.span<float>()[0], x.span<float>()[0]);
  EXPECT_EQ(middle.span<float>()[1], x.span<float>()[15]);
  EXPECT_EQ(middle.span<float>()[15 * 16 + 4], 0.0f);
  run(blocked, middle, plain, back);
  EXPECT_TRUE(same_bits(x, back));
}

}  // namespace
}  // namespace lepton::kernels
