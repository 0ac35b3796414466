// The elementwise engine against the reference kernels: every operator and dtype, broadcast, layouts, programs, in-place, threads.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/simd/simd.hpp"
#include "lepton/kernels/testing/kernel_runner.hpp"

namespace lepton::kernels {
namespace {

using testing::Call;
using testing::random_tensor;

std::unique_ptr<Kernel> prepare_one(const Call& call, bool may_choose = false) {
  auto kernels = testing::prepare_all(simd::table(), call, may_choose);
  return kernels.empty() ? nullptr : std::move(kernels[0]);
}

void expect_matches(const Call& call, double tolerance = 2e-6) {
  const auto kernel = prepare_one(call);
  ASSERT_NE(kernel, nullptr) << call.op << " " << name_of(call.inputs[0].dtype());
  const Tensor expected = testing::run_reference(call, true)[0];
  EXPECT_LE(testing::largest_difference(testing::run(*kernel, call)[0], expected), tolerance)
      << call.op << " " << name_of(call.inputs[0].dtype()) << " " << call.inputs[0].shape().to_string();
}

struct UnaryCase {
  std::string_view op;
  double low = -4, high = 4;
  Attributes attributes = {};
};

std::vector<UnaryCase> float_unaries() {
  return {{"abs"},
          {"acos", -1, 1},
          {"acosh", 1, 9},
          {"asin", -1, 1},
          {"asinh"},
          {"atan"},
          {"atanh", -0.99, 0.99},
          {"ceil"},
          {"celu", -4, 4, {{"alpha", 1.5}}},
          {"clip", -4, 4, {{"min", -1.0}, {"max", 2.0}}},
          {"cos", -30, 30},
          {"cosh"},
          {"elu", -4, 4, {{"alpha", 0.7}}},
          {"erf"},
          {"exp"},
          {"expm1"},
          {"floor"},
          {"gelu", -6, 6, {{"approximate", false}}},
          {"gelu", -6, 6, {{"approximate", true}}},
          {"hard_sigmoid", -4, 4, {{"alpha", 0.2}, {"beta", 0.5}}},
          {"hard_swish"},
          {"leaky_relu", -4, 4, {{"negative_slope", 0.2}}},
          {"log", 0.01, 9},
          {"log1p", -0.9, 9},
          {"mish", -9, 30},
          {"neg"},
          {"reciprocal", 0.5, 4},
          {"relu"},
          {"round"},
          {"rsqrt", 0.1, 9},
          {"selu"},
          {"sigmoid", -20, 20},
          {"sign"},
          {"silu", -20, 20},
          {"sin", -30, 30},
          {"sinh"},
          {"softplus", -9, 9, {{"beta", 2.0}}},
          {"softsign"},
          {"sqrt", 0, 9},
          {"square"},
          {"tan", -1.3, 1.3},
          {"tanh", -9, 9}};
}

TEST(SimdElementwise, FloatUnariesMatchTheReference) {
  for (const UnaryCase& c : float_unaries()) {
    for (const DType dtype : {DType::kF32, DType::kF64}) {
      for (const Shape& shape : {Shape{}, Shape{3}, Shape{5, 7, 11}, Shape{4099}}) {
        const TensorType type{dtype, shape};
        expect_matches({c.op, {random_tensor(type, c.low, c.high)}, {type}, c.attributes}, dtype == DType::kF32 ? 2e-6 : 1e-12);
      }
    }
  }
}

TEST(SimdElementwise, SpecialValuesMatchTheReference) {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = Tensor::from({nan,   infinity, -infinity, 0.0,    -0.0, 1e-40, -1e-40, 1.0,   -1.0, 88.0,  88.8, 100.0,
                                 -87.5, -88.5,    -103.0,    -150.0, 1e5,  -1e5,  3e38,   -3e38, 5e-8, -5e-8, 9.0,  -9.0},
                                {24})
                       .cast(DType::kF32);
  for (const UnaryCase& c : float_unaries()) {
    if (c.op == "tan" || c.op == "mish") continue;  // tan: ill-conditioned there; mish: the reference has -inf * 0 at -infinity
    const Call call{c.op, {x}, {x.type()}, c.attributes};
    const auto kernel = prepare_one(call);
    ASSERT_NE(kernel, nullptr);
    const auto expected = testing::run_reference(call, true)[0].to_vector<double>(),
               got = testing::run(*kernel, call)[0].to_vector<double>();
    for (std::size_t i = 0; i < got.size(); ++i) {
      const auto in_f32 = static_cast<double>(static_cast<float>(expected[i]));
      if (std::isnan(in_f32)) {
        // -infinity times 0: the limit 0 is as good an answer as NaN.
        EXPECT_TRUE(std::isnan(got[i]) || got[i] == 0) << c.op << " at " << x.to_vector<double>()[i] << ": " << got[i];
        continue;
      }
      if (got[i] == in_f32) continue;
      EXPECT_LE(std::fabs(got[i] - in_f32) / std::max(1.0, std::fabs(in_f32)), 3e-6) << c.op << " at " << x.to_vector<double>()[i];
    }
  }
}

TEST(SimdElementwise, BinariesBroadcast) {
  const std::pair<Shape, Shape> shapes[] = {{{7}, {7}},          {{3, 5}, {5}},       {{3, 5}, {3, 1}},         {{}, {4, 1, 3}},
                                            {{2, 1, 5}, {3, 1}}, {{64, 33}, {1, 33}}, {{2, 3, 4, 5}, {3, 1, 1}}};
  for (const std::string_view op : {"add", "sub", "mul", "div", "maximum", "minimum", "mod", "pow", "prelu", "relu_gradient"}) {
    for (const auto& [a, b] : shapes) {
      for (const DType dtype : {DType::kF32, DType::kF64}) {
        const Tensor x = random_tensor({dtype, a}, op == "pow" ? 0.1 : -2, 2, 1), y = random_tensor({dtype, b}, 0.5, 2, 2);
        expect_matches({op, {x, y}, {{dtype, *broadcast(a, b)}}}, dtype == DType::kF32 ? 2e-6 : 1e-12);
      }
    }
  }
}

TEST(SimdElementwise, IntegersMatchExactly) {
  for (const DType dtype : {DType::kI8, DType::kI16, DType::kI32, DType::kI64, DType::kU8, DType::kU16, DType::kU32, DType::kU64}) {
    const double low = is_unsigned_integer(dtype) ? 0 : -100;
    const Tensor x = random_tensor({dtype, {9, 31}}, low, 100, 1), y = random_tensor({dtype, {31}}, low / 20, 6, 2);
    for (const std::string_view op : {"add", "sub", "mul", "div", "mod", "pow", "maximum", "minimum"})
      expect_matches({op, {x, y}, {x.type()}}, 0);
    for (const std::string_view op : {"neg", "abs", "sign", "square", "relu"}) expect_matches({op, {x}, {x.type()}}, 0);
    expect_matches({"clip", {x}, {x.type()}, {{"min", -5.0}, {"max", 50.0}}}, 0);
  }
}

TEST(SimdElementwise, ComparisonsLogicAndSelection) {
  for (const DType dtype : {DType::kF32, DType::kF64, DType::kI16, DType::kI32, DType::kI64, DType::kU8, DType::kBool}) {
    const Tensor x = random_tensor({dtype, {9, 31}}, 0, 3, 1), y = random_tensor({dtype, {31}}, 0, 3, 2);
    for (const std::string_view op : {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"})
      expect_matches({op, {x, y}, {{DType::kBool, {9, 31}}}}, 0);
    const Tensor condition = random_tensor({DType::kBool, {9, 1}});
    expect_matches({"where", {condition, x, y}, {{dtype, {9, 31}}}}, 0);
  }
  const Tensor p = random_tensor({DType::kBool, {67}}, 0, 1, 1), q = random_tensor({DType::kBool, {67}}, 0, 1, 2);
  for (const std::string_view op : {"logical_and", "logical_or", "logical_xor"}) expect_matches({op, {p, q}, {p.type()}}, 0);
  expect_matches({"logical_not", {p}, {p.type()}}, 0);
}

TEST(SimdElementwise, CastsMatchExactly) {
  const DType all[] = {DType::kF32, DType::kF64, DType::kF16, DType::kBF16, DType::kI8,  DType::kI16, DType::kI32,
                       DType::kI64, DType::kU8,  DType::kU16, DType::kU32,  DType::kU64, DType::kBool};
  for (const DType from : all) {
    for (const DType to : all) {
      const Tensor x = random_tensor({DType::kF64, {71}}, -300, 300).cast(from);
      const Call call{"cast", {x}, {{to, {71}}}, {{"dtype", to}}};
      const auto kernel = prepare_one(call);
      ASSERT_NE(kernel, nullptr);
      EXPECT_TRUE(same_bits(testing::run(*kernel, call)[0], x.cast(to))) << name_of(from) << " to " << name_of(to);
    }
  }
}

// ---- programs -----------------------------------------------------------------------------------------------------------------------

const Attributes& none() {
  static const Attributes empty;
  return empty;
}

// Adam's update: w, m, v, g, learning rate, beta1, beta2, epsilon in; w, m, v out.
ElementwiseProgram adam() {
  const auto step = [](std::string_view op, std::vector<int> operands) {
    return ElementwiseStep{op, &none(), std::move(operands), DType::kF32};
  };
  return {{step("sub", {3, 1}), step("mul", {8, 5}), step("add", {1, 9}),                          // m += (g - m) (1 - beta1)
           step("square", {3}), step("sub", {11, 2}), step("mul", {12, 6}), step("add", {2, 13}),  // v += (g² - v) (1 - beta2)
           step("sqrt", {14}), step("add", {15, 7}), step("div", {10, 16}), step("mul", {17, 4}), step("sub", {0, 18})},
          {11, 2, 6}};
}

struct AdamState {
  std::vector<Tensor> inputs;
  std::vector<TensorType> types;
};
AdamState adam_state(const Shape& shape) {
  AdamState state;
  for (int i = 0; i < 4; ++i)
    state.inputs.push_back(random_tensor({DType::kF32, shape}, i == 2 ? 0 : -1, 1, static_cast<std::uint64_t>(i) + 1));
  for (const double value : {0.01, 0.1, 0.001, 1e-7}) state.inputs.push_back(Tensor::scalar(DType::kF32, value));
  state.types.assign(3, {DType::kF32, shape});
  return state;
}

TEST(SimdElementwise, AdamMatchesAndMayWorkInPlace) {
  const ElementwiseProgram program = adam();
  const AdamState state = adam_state({37, 301});
  const Call call{"fused_elementwise", state.inputs, state.types, {}, &program};
  const auto kernel = prepare_one(call);
  ASSERT_NE(kernel, nullptr);
  const auto results = testing::run(*kernel, call);
  const auto w = state.inputs[0].span<float>(), m = state.inputs[1].span<float>(), v = state.inputs[2].span<float>(),
             g = state.inputs[3].span<float>();
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double new_m = m[i] + (g[i] - m[i]) * 0.1, new_v = v[i] + (g[i] * g[i] - v[i]) * 0.001;
    ASSERT_NEAR(results[0].span<float>()[i], w[i] - 0.01 * new_m / (std::sqrt(new_v) + 1e-7), 2e-6);
    ASSERT_NEAR(results[1].span<float>()[i], new_m, 1e-6);
    ASSERT_NEAR(results[2].span<float>()[i], new_v, 1e-6);
  }
  std::vector<Tensor> copies;
  for (const Tensor& input : state.inputs) copies.push_back(input.copy());
  std::vector<const std::byte*> in;
  for (const Tensor& copy : copies) in.push_back(copy.bytes());
  std::vector<std::byte*> out = {copies[0].bytes(), copies[1].bytes(), copies[2].bytes()};
  kernel->run({in, out, nullptr});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(same_bits(copies[i], results[i])) << i;
}

TEST(SimdElementwise, InPlaceResultThatIsMadeBeforeItsInputIsReadAgain) {
  // y0 = -x0 (early), y1 = x0 + x1 (late): y0 may be x0's memory.
  const ElementwiseProgram program{{{"neg", &none(), {0}, DType::kF32}, {"add", &none(), {0, 1}, DType::kF32}}, {0, 1}};
  const Tensor x0 = random_tensor({DType::kF32, {5000}}, -1, 1, 1), x1 = random_tensor({DType::kF32, {5000}}, -1, 1, 2);
  const Call call{"fused_elementwise", {x0, x1}, {x0.type(), x0.type()}, {}, &program};
  const auto kernel = prepare_one(call);
  const auto results = testing::run(*kernel, call);
  const Tensor a = x0.copy(), b = x1.copy();
  const std::byte* in[] = {a.bytes(), b.bytes()};
  std::byte* out[] = {a.bytes(), b.bytes()};
  kernel->run({in, out, nullptr});
  EXPECT_TRUE(same_bits(a, results[0]));
  EXPECT_TRUE(same_bits(b, results[1]));
  EXPECT_EQ(results[1].span<float>()[17], x0.span<float>()[17] + x1.span<float>()[17]);
}

TEST(SimdElementwise, MixedDtypesInOneProgram) {
  // y = where(cast(u8) > t, x, -x), and the mask itself.
  const Attributes to_f32 = {{"dtype", DType::kF32}};
  const ElementwiseProgram program{{{"cast", &to_f32, {0}, DType::kF32},
                                    {"greater", &none(), {3, 1}, DType::kBool},
                                    {"neg", &none(), {2}, DType::kF32},
                                    {"where", &none(), {4, 2, 5}, DType::kF32}},
                                   {3, 1}};
  const Tensor pixels = random_tensor({DType::kU8, {61, 67}}, 0, 255, 1), x = random_tensor({DType::kF32, {67}}, -1, 1, 2);
  const Tensor threshold = Tensor::scalar(DType::kF32, 100);
  const Call call{"fused_elementwise", {pixels, threshold, x}, {{DType::kF32, {61, 67}}, {DType::kBool, {61, 67}}}, {}, &program};
  const auto kernel = prepare_one(call);
  ASSERT_NE(kernel, nullptr);
  const auto results = testing::run(*kernel, call);
  for (std::size_t i = 0; i < 61 * 67; ++i) {
    const bool bright = pixels.span<std::uint8_t>()[i] > 100;
    ASSERT_EQ(results[1].span<bool>()[i], bright);
    ASSERT_EQ(results[0].span<float>()[i], bright ? x.span<float>()[i % 67] : -x.span<float>()[i % 67]);
  }
}

TEST(SimdElementwise, SameBitsForAnyNumberOfThreads) {
  const Tensor x = random_tensor({DType::kF32, {1000003}}, -5, 5);
  const Call call{"tanh", {x}, {x.type()}};
  const auto kernel = prepare_one(call);
  const int before = num_threads();
  set_num_threads(1);
  const Tensor one = testing::run(*kernel, call)[0];
  for (const int threads : {2, 3, 7}) {
    set_num_threads(threads);
    EXPECT_TRUE(same_bits(one, testing::run(*kernel, call)[0])) << threads;
  }
  set_num_threads(before);
}

TEST(SimdElementwise, TailsEqualBodies) {
  const Tensor x = random_tensor({DType::kF32, {2048}}, -5, 5);
  for (const UnaryCase& c : float_unaries()) {
    const Call whole{c.op, {x}, {x.type()}, c.attributes};
    const Tensor expected = testing::run(*prepare_one(whole), whole)[0];
    for (const std::int64_t count : {1, 5, 17, 31}) {
      const Call part{c.op, {x.rows(0, count)}, {{DType::kF32, {count}}}, c.attributes};
      EXPECT_TRUE(same_bits(testing::run(*prepare_one(part), part)[0], expected.rows(0, count))) << c.op;
    }
  }
}

// ---- layouts ------------------------------------------------------------------------------------------------------------------------

Layout blocked16(const Shape& s) {
  const std::int64_t outer = (s[1] + 15) / 16;
  return {{outer * 16 * s[2] * s[3], 16 * s[2] * s[3], 16 * s[3], 16}, {{1, 16}}};
}

TEST(SimdElementwise, BlockedOperandsKeepZeroPadding) {
  for (const std::int64_t channels : {16, 20, 32}) {
    const Shape shape{2, channels, 3, 5};
    const Layout layout = blocked16(shape);
    TensorDesc desc{{DType::kF32, shape}, layout};
    const std::int64_t all = desc.size_bytes() / 4;
    const Tensor x = Tensor::full(DType::kF32, {all}, 2.0), y = Tensor::full(DType::kF32, {all}, 9.0);
    const KernelRequest request{.op = "exp", .inputs = {&desc, 1}, .outputs = {&desc, 1}, .attributes = &none()};
    std::unique_ptr<Kernel> kernel;
    for (const KernelEntry& entry : simd::table()) {
      if (entry.op == "exp") kernel = entry.prepare(request);
    }
    ASSERT_NE(kernel, nullptr);
    const std::byte* in = x.bytes();
    std::byte* out = y.bytes();
    kernel->run({{&in, 1}, {&out, 1}, nullptr});
    std::int64_t zeros = 0;
    for (const float value : y.span<float>()) zeros += value == 0.0f ? 1 : 0;
    EXPECT_EQ(zeros, all - shape.num_elements());
    // A channel behind the last: in the last block, lane `channels` modulo 16.
    if (channels == 20) {
      EXPECT_EQ(y.span<float>()[15 * 16 + 4], 0.0f);
      EXPECT_GT(y.span<float>()[15 * 16 + 3], 7.0f);
    }
  }
}

TEST(SimdElementwise, PaddingStaysZeroWhateverTheOperator) {
  const Shape shape{2, 20, 3, 5};
  const TensorDesc desc{{DType::kF32, shape}, blocked16(shape)};
  for (const UnaryCase& c : float_unaries()) {
    const KernelRequest request{.op = c.op, .inputs = {&desc, 1}, .outputs = {&desc, 1}, .attributes = &c.attributes};
    Tensor x = Tensor::zeros(DType::kF32, {desc.size_bytes() / 4}), y = Tensor::full(DType::kF32, x.shape(), 5.0);
    for (const KernelEntry& entry : simd::table()) {
      if (entry.op != c.op) continue;
      const auto kernel = entry.prepare(request);
      ASSERT_NE(kernel, nullptr);
      const std::byte* in = x.bytes();
      std::byte* out = y.bytes();
      kernel->run({{&in, 1}, {&out, 1}, nullptr});
    }
    for (std::int64_t i = 0; i < x.num_elements(); ++i) {
      const std::int64_t channel = i / 240 % 2 * 16 + i % 16;
      if (channel >= 20) {
        ASSERT_EQ(y.span<float>()[static_cast<std::size_t>(i)], 0.0f) << c.op;
      }
    }
  }
}

TEST(SimdElementwise, TransposedAndBlockedOperandsTogether) {
  const Shape shape{2, 32, 3, 5};
  const Tensor x = random_tensor({DType::kF32, shape}, -1, 1, 1), bias = random_tensor({DType::kF32, {32, 1, 1}}, -1, 1, 2);
  // x is given channels-last, the result wanted blocked.
  TensorDesc inputs[] = {{{DType::kF32, shape}, {{32 * 15, 1, 32 * 5, 32}, {}}}, TensorDesc::row_major(bias.type())};
  TensorDesc output{{DType::kF32, shape}, blocked16(shape)};
  const KernelRequest request{.op = "add", .inputs = inputs, .outputs = {&output, 1}, .attributes = &none()};
  std::unique_ptr<Kernel> kernel;
  for (const KernelEntry& entry : simd::table()) {
    if (entry.op == "add") kernel = entry.prepare(request);
  }
  ASSERT_NE(kernel, nullptr);
  const Tensor last = x.transpose(std::vector<int>{0, 2, 3, 1}).contiguous(), y = Tensor::zeros(DType::kF32, shape);
  const std::byte* in[] = {last.bytes(), bias.bytes()};
  std::byte* out = y.bytes();
  kernel->run({in, {&out, 1}, nullptr});
  for (std::size_t i = 0; i < 2 * 32 * 15; ++i) {
    const std::size_t n = i / 480, c = i / 15 % 32, hw = i % 15;
    ASSERT_EQ(y.span<float>()[n * 480 + c / 16 * 240 + hw * 16 + c % 16], x.span<float>()[i] + bias.span<float>()[c]);
  }
}

TEST(SimdCopy, TransposesAndBroadcastsOfAnyDtype) {
  for (const DType dtype : {DType::kF32, DType::kF64, DType::kF16, DType::kU8, DType::kI64, DType::kBool}) {
    const Tensor x = random_tensor({DType::kI32, {3, 5, 7, 2}}, 0, 100).cast(dtype);
    const Call transpose{"transpose", {x}, {{dtype, {3, 2, 5, 7}}}, {{"permutation", {0, 3, 1, 2}}}};
    const Call broadcast_x{"broadcast_to_like", {x.rows(0, 1), Tensor::zeros(DType::kF32, {2, 4, 5, 7, 2})}, {{dtype, {2, 4, 5, 7, 2}}}};
    for (const Call& call : {transpose, broadcast_x}) {
      const auto kernel = prepare_one(call);
      ASSERT_NE(kernel, nullptr);
      EXPECT_TRUE(same_bits(testing::run(*kernel, call)[0], testing::run_reference(call, false)[0])) << call.op << name_of(dtype);
    }
  }
}

}  // namespace
}  // namespace lepton::kernels
