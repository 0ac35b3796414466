// Reductions, softmax and pooling gradients against reference kernels or plain loops.
#include "lepton/kernels/cpu/simd/simd.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/testing/kernel_runner.hpp"

namespace lepton::kernels {
namespace {

using testing::Call;
using testing::random_tensor;
using Axes = std::vector<std::int64_t>;

void expect_matches(const Call& call, double tolerance) {
  for (const bool may_choose : {false, true}) {
    const auto kernels = testing::prepare_all(simd::table(), call, may_choose);
    ASSERT_EQ(kernels.size(), 1u) << call.op;
    const Tensor expected = testing::run_reference(call, true)[0], got = testing::run(*kernels[0], call)[0];
    EXPECT_LE(testing::largest_difference(got, expected), tolerance) << call.op << " " << call.inputs[0].shape().to_string();
  }
}

Shape reduced(const Shape& x, const Axes& axes, bool keep) {
  Dims dims;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool folded = axes.empty() || std::ranges::find(axes, axis) != axes.end();
    if (!folded) dims.push_back(x[axis]);
    if (folded && keep) dims.push_back(1);
  }
  return Shape(dims);
}

TEST(SimdReduction, MatchesTheReferenceOverAllAxes) {
  const Shape shapes[] = {{3, 4, 5}, {2, 33, 7, 65}, {1, 1, 6}};
  for (const Shape& shape : shapes) {
    for (int mask = 0; mask < 1 << shape.rank(); ++mask) {
      Axes axes;
      for (int axis = 0; axis < shape.rank(); ++axis) {
        if (mask >> axis & 1) axes.push_back(axis);
      }
      for (const DType dtype : {DType::kF32, DType::kF64, DType::kI32, DType::kI64}) {
        const Tensor x = random_tensor({dtype, shape});
        for (const std::string_view op : {"sum", "mean", "max", "min"}) {
          if (op == "mean" && !is_float(dtype)) continue;
          const bool keep = mask % 3 == 0;
          expect_matches({op, {x}, {{dtype, reduced(shape, axes, keep)}}, {{"axes", axes}, {"keepdims", keep}}},
                         is_float(dtype) ? 1e-6 : 0);
        }
      }
      const Tensor near_one = random_tensor({DType::kF32, shape}, 0.99, 1.01), bools = random_tensor({DType::kBool, shape});
      expect_matches({"prod", {near_one}, {{DType::kF32, reduced(shape, axes, false)}}, {{"axes", axes}, {"keepdims", false}}}, 1e-4);
      for (const std::string_view op : {"any", "all"})
        expect_matches({op, {bools}, {{DType::kBool, reduced(shape, axes, false)}}, {{"axes", axes}, {"keepdims", false}}}, 0);
    }
  }
}

TEST(SimdReduction, SumToLike) {
  const Tensor x = random_tensor({DType::kF32, {2, 33, 4}});
  for (const Shape& like : {Shape{33, 1}, Shape{}, Shape{4}, Shape{2, 33, 4}, Shape{1, 33, 1}, Shape{1}})
    expect_matches({"sum_to_like", {x, Tensor::zeros(DType::kF32, like)}, {{DType::kF32, like}}}, 1e-6);
}

TEST(SimdReduction, SameBitsForAnyNumberOfThreads) {
  const int before = num_threads();
  for (const auto& [shape, axes] :
       {std::pair<Shape, Axes>{{700001}, {}}, {{3000, 257}, {0}}, {{257, 3000}, {1}}, {{16, 32, 60, 60}, {0, 2, 3}}}) {
    const Tensor x = random_tensor({DType::kF32, shape});
    const Call call{"sum", {x}, {{DType::kF32, reduced(shape, axes, false)}}, {{"axes", axes}, {"keepdims", false}}};
    const auto kernel = std::move(testing::prepare_all(simd::table(), call, false)[0]);
    set_num_threads(1);
    const Tensor one = testing::run(*kernel, call)[0];
    EXPECT_LE(testing::largest_difference(one, testing::run_reference(call, true)[0]), 1e-6);
    for (const int threads : {2, 5}) {
      set_num_threads(threads);
      EXPECT_TRUE(same_bits(one, testing::run(*kernel, call)[0]));
    }
  }
  set_num_threads(before);
}

TEST(SimdReduction, NanWinsInExtremes) {
  Tensor x = random_tensor({DType::kF32, {4, 100}});
  x.span<float>()[150] = std::numeric_limits<float>::quiet_NaN();
  for (const std::string_view op : {"max", "min"}) {
    for (const Axes& axes : {Axes{0}, Axes{1}, Axes{}}) {
      const Call call{op, {x}, {{DType::kF32, reduced(x.shape(), axes, false)}}, {{"axes", axes}, {"keepdims", false}}};
      expect_matches(call, 0);
    }
  }
}

TEST(SimdReduction, BlockedOperandIsReadAsItLies) {
  const Shape shape{3, 32, 4, 5};
  TensorDesc x{{DType::kF32, shape}, {{32 * 20, 16 * 20, 16 * 5, 16}, {{1, 16}}}};
  TensorDesc y = TensorDesc::row_major({DType::kF32, {32}});
  const Attributes attributes = {{"axes", {0, 2, 3}}, {"keepdims", false}};
  const KernelRequest request{.op = "sum", .inputs = {&x, 1}, .outputs = {&y, 1}, .attributes = &attributes};
  std::unique_ptr<Kernel> kernel;
  for (const KernelEntry& entry : simd::table()) {
    if (entry.op == "sum") kernel = entry.prepare(request);
  }
  ASSERT_NE(kernel, nullptr);
  const Tensor data = random_tensor({DType::kF32, {3 * 32 * 20}}), result = Tensor::zeros(DType::kF32, {32});
  const std::byte* in = data.bytes();
  std::byte* out = result.bytes();
  const auto scratch = Storage::allocate(static_cast<std::size_t>(kernel->scratch_bytes) + 1);
  kernel->run({{&in, 1}, {&out, 1}, scratch->data()});
  for (std::size_t c = 0; c < 32; ++c) {
    double sum = 0;
    for (std::size_t i = 0; i < 60; ++i) sum += static_cast<double>(data.span<float>()[i / 20 * 640 + c / 16 * 320 + i % 20 * 16 + c % 16]);
    EXPECT_NEAR(result.span<float>()[c], sum, 1e-5);
  }
}

TEST(SimdSoftmax, MatchesTheReference) {
  for (const Shape& shape : {Shape{1}, Shape{3, 10}, Shape{2, 5, 17}, Shape{4, 1000}}) {
    for (const double scale : {1.0, 90.0}) {
      const Tensor x = random_tensor({DType::kF32, shape}, -scale, scale);
      const std::int64_t last = shape.rank() - 1;
      expect_matches({"softmax", {x}, {x.type()}, {{"axis", -1}}}, 1e-6);
      expect_matches({"log_softmax", {x}, {x.type()}, {{"axis", last}}}, 2e-6);
      expect_matches({"logsumexp", {x}, {{DType::kF32, reduced(shape, {last}, false)}}, {{"axes", Axes{-1}}, {"keepdims", false}}}, 2e-6);
    }
  }
}

TEST(SimdRandom, BitsAreThoseOfTheReference) {
  for (const auto& [seed, step, stream] :
       {std::array<std::uint64_t, 3>{1, 2, 3}, {0xfedcba9876543210u, 1u << 31, 77}, {5, 0x1234567890u, 0x7f00000001u}}) {
    const Tensor key = Tensor::from<std::uint64_t>({seed, step}, {2});
    const auto number = static_cast<std::int64_t>(stream);
    for (const std::int64_t count : {1, 31, 32, 1000, 100003}) {
      const Tensor x = random_tensor({DType::kF32, {count}});
      for (const double rate : {0.0, 0.3, 1.0}) {
        const Call call{"dropout", {x, key}, {x.type()}, {{"rate", rate}, {"stream", number}}};
        EXPECT_TRUE(
            same_bits(testing::run(*testing::prepare_all(simd::table(), call, false)[0], call)[0], testing::run_reference(call, false)[0]));
      }
      const Call normal{"random_normal", {key}, {x.type()}, {{"mean", -3.0}, {"stddev", 5.0}, {"stream", number}, {"dtype", DType::kF32}}};
      EXPECT_TRUE(same_bits(testing::run(*testing::prepare_all(simd::table(), normal, false)[0], normal)[0],
                            testing::run_reference(normal, false)[0]));
      const Call call{"random_uniform", {key}, {x.type()}, {{"low", -3.0}, {"high", 5.0}, {"stream", number}, {"dtype", DType::kF32}}};
      EXPECT_TRUE(
          same_bits(testing::run(*testing::prepare_all(simd::table(), call, false)[0], call)[0], testing::run_reference(call, false)[0]));
    }
  }
}

// ---- batch normalisation ------------------------------------------------------------------------------------------------------------

Layout blocked(const Shape& s, std::int64_t lanes) {
  const std::int64_t area = s[2] * s[3] * lanes;
  return {{(s[1] + lanes - 1) / lanes * area, area, s[3] * lanes, lanes}, {{1, lanes}}};
}

// Prepares `op` with every operand of x's shape in `layout`.
std::vector<Tensor> run_laid(const Call& call, const Layout& layout) {
  std::vector<TensorDesc> inputs, outputs;
  const auto lay = [&](const TensorType& type) {
    return type.shape == call.inputs[0].shape() ? TensorDesc{type, layout} : TensorDesc::row_major(type);
  };
  for (const Tensor& input : call.inputs) inputs.push_back(lay(input.type()));
  for (const TensorType& type : call.outputs) outputs.push_back(lay(type));
  const KernelRequest request{.op = call.op, .inputs = inputs, .outputs = outputs, .attributes = &call.attributes};
  for (const KernelEntry& entry : simd::table()) {
    if (entry.op != call.op) continue;
    const auto kernel = entry.prepare(request);
    if (kernel != nullptr) return testing::run(*kernel, call);
  }
  return {};
}

TEST(SimdBatchNorm, MatchesPlainLoopsInEveryLayout) {
  for (const Shape& shape : {Shape{4, 20, 5, 3}, Shape{3, 32, 4, 4}, Shape{64, 7, 1, 1}, Shape{2, 3, 40, 9}}) {
    const std::int64_t channels = shape[1], area = shape[2] * shape[3];
    const Tensor x = random_tensor({DType::kF32, shape}, -1, 3, 1), g = random_tensor({DType::kF32, shape}, -1, 1, 2);
    const TensorType vector{DType::kF32, {channels}};
    const Tensor scale = random_tensor(vector, 0.5, 2, 3), offset = random_tensor(vector, -1, 1, 4);
    Tensor y = Tensor::zeros(DType::kF64, shape), mean = Tensor::zeros(DType::kF64, {channels}), variance = mean.copy();
    Tensor dx = y.copy(), dscale = mean.copy(), doffset = mean.copy();
    const auto count = static_cast<double>(shape[0] * area);
    for (std::int64_t c = 0; c < channels; ++c) {
      const auto each = [&](const auto& body) {
        for (std::int64_t i = 0; i < shape[0] * area; ++i) body(static_cast<std::size_t>((i / area * channels + c) * area + i % area));
      };
      const auto channel = static_cast<std::size_t>(c);
      double &m = mean.span<double>()[channel], &v = variance.span<double>()[channel];
      double &ds = dscale.span<double>()[channel], &d = doffset.span<double>()[channel];
      const auto at = [](const Tensor& t, std::size_t i) { return static_cast<double>(t.span<float>()[i]); };
      each([&](std::size_t i) { m += at(x, i) / count; });
      each([&](std::size_t i) { v += (at(x, i) - m) * (at(x, i) - m) / count; });
      const double s = std::sqrt(v + 1e-3);
      each([&](std::size_t i) { y.span<double>()[i] = at(scale, channel) * (at(x, i) - m) / s + at(offset, channel); });
      each([&](std::size_t i) { d += at(g, i), ds += at(g, i) * (at(x, i) - m) / s; });
      each(
          [&](std::size_t i) { dx.span<double>()[i] = at(scale, channel) / s * (at(g, i) - d / count - (at(x, i) - m) / s * ds / count); });
    }
    const Call forward{"batch_norm_training", {x, scale, offset}, {x.type(), vector, vector}, {{"epsilon", 1e-3}}};
    const Call backward{"batch_norm_gradient",
                        {x, scale, mean.cast(DType::kF32), variance.cast(DType::kF32), g},
                        {x.type(), vector, vector},
                        {{"epsilon", 1e-3}}};
    for (const Layout& layout : {Layout::row_major(shape), blocked(shape, 16), blocked(shape, 8)}) {
      const auto a = run_laid(forward, layout), b = run_laid(backward, layout);
      ASSERT_EQ(a.size(), 3u);
      ASSERT_EQ(b.size(), 3u);
      EXPECT_LE(testing::largest_difference(a[0], y), 3e-6);
      EXPECT_LE(testing::largest_difference(a[1], mean), 1e-6);
      EXPECT_LE(testing::largest_difference(a[2], variance), 1e-6);
      EXPECT_LE(testing::largest_difference(b[0], dx), 5e-6);
      EXPECT_LE(testing::largest_difference(b[1], dscale), 1e-5);
      EXPECT_LE(testing::largest_difference(b[2], doffset), 1e-5);
    }
  }
}

TEST(SimdRandom, BlockedLayoutsDrawTheSameElements) {
  const Tensor key = Tensor::from<std::uint64_t>({9, 4}, {2});
  for (const std::int64_t channels : {16, 20, 64}) {
    const Tensor x = random_tensor({DType::kF32, {3, channels, 9, 7}});
    const Call call{"dropout", {x, key}, {x.type()}, {{"rate", 0.4}, {"stream", 3}}};
    const Tensor expected = testing::run_reference(call, false)[0];
    for (const Layout& layout : {Layout::row_major(x.shape()), blocked(x.shape(), 16), blocked(x.shape(), 8)}) {
      const auto results = run_laid(call, layout);
      ASSERT_EQ(results.size(), 1u);
      EXPECT_TRUE(same_bits(results[0], expected)) << channels;
    }
  }
}

// ---- pooling ------------------------------------------------------------------------------------------------------------------------

struct Pool {
  std::int64_t channels, in, window, stride, pad = 0, dilation = 1;
  std::int64_t out() const { return (in + 2 * pad - (window - 1) * dilation - 1) / stride + 1; }
  Attributes attributes() const {
    return {{"window", {window, window}},
            {"strides", {stride, stride}},
            {"dilations", {dilation, dilation}},
            {"pads", {pad, pad, pad, pad}},
            {"padding", "explicit"}};
  }
};

// y and dx by plain loops; the first largest element of a window gets the gradient.
std::pair<Tensor, Tensor> plain_pool(const Pool& p, const Tensor& x, const Tensor& g) {
  Tensor y = Tensor::zeros(DType::kF32, g.shape()), dx = Tensor::zeros(DType::kF32, x.shape());
  for (std::int64_t i = 0; i < g.num_elements(); ++i) {
    const std::int64_t plane = i / (p.out() * p.out()), row = i / p.out() % p.out(), column = i % p.out();
    std::int64_t best = -1;
    for (std::int64_t k = 0; k < p.window * p.window; ++k) {
      const std::int64_t h = row * p.stride - p.pad + k / p.window * p.dilation, w = column * p.stride - p.pad + k % p.window * p.dilation;
      if (h < 0 || w < 0 || h >= p.in || w >= p.in) continue;
      const std::int64_t place = (plane * p.in + h) * p.in + w;
      if (best < 0 || x.span<float>()[static_cast<std::size_t>(place)] > x.span<float>()[static_cast<std::size_t>(best)]) best = place;
    }
    y.span<float>()[static_cast<std::size_t>(i)] = x.span<float>()[static_cast<std::size_t>(best)];
    dx.span<float>()[static_cast<std::size_t>(best)] += g.span<float>()[static_cast<std::size_t>(i)];
  }
  return {y, dx};
}

TEST(SimdPooling, MaxPoolGradientPicksTheFirstLargest) {
  for (const Pool& p :
       {Pool{3, 8, 2, 2}, Pool{16, 9, 2, 2}, Pool{20, 7, 3, 2, 1}, Pool{5, 10, 3, 1, 1}, Pool{4, 9, 2, 3}, Pool{2, 9, 2, 1, 0, 2}}) {
    const Tensor x = random_tensor({DType::kI32, {2, p.channels, p.in, p.in}}, 0, 5).cast(DType::kF32);  // with many ties
    const Tensor g = random_tensor({DType::kF32, {2, p.channels, p.out(), p.out()}}, -1, 1, 2);
    const auto [y, dx] = plain_pool(p, x, g);
    const Call call{"max_pool_gradient", {x, y, g}, {x.type()}, p.attributes()};
    for (const std::int64_t lanes : {1, 8, 16}) {
      const auto layout = [&](const Shape& s) {
        if (lanes == 1) return Layout::row_major(s);
        const std::int64_t area = s[2] * s[3] * lanes;
        return Layout{{(s[1] + lanes - 1) / lanes * area, area, s[3] * lanes, lanes}, {{1, lanes}}};
      };
      const TensorDesc inputs[] = {{x.type(), layout(x.shape())}, {y.type(), layout(y.shape())}, {g.type(), layout(g.shape())}};
      const KernelRequest request{.op = call.op, .inputs = inputs, .outputs = {inputs, 1}, .attributes = &call.attributes};
      std::unique_ptr<Kernel> kernel;
      for (const KernelEntry& entry : simd::table()) {
        if (entry.op == call.op) kernel = entry.prepare(request);
      }
      ASSERT_NE(kernel, nullptr);
      EXPECT_LE(testing::largest_difference(testing::run(*kernel, call)[0], dx), 1e-6) << p.window << " lanes " << lanes;
    }
  }
}

}  // namespace
}  // namespace lepton::kernels
