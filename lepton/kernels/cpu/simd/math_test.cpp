// The vector functions of f32 against the C++ library in double: the errors, in units in the last place, that math-inl.hpp promises.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <numbers>

#include "lepton/kernels/cpu/simd/simd.hpp"
#include "lepton/kernels/testing/kernel_runner.hpp"

namespace lepton::kernels {
namespace {

struct Function {
  std::string_view op;
  double (*exact)(double);
  float low, high;
  double ulps;
  Attributes attributes = {};
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double silu(double x) { return x / (1 + std::exp(-x)); }
double softplus(double x) { return std::log1p(std::exp(-std::fabs(x))) + std::fmax(x, 0.0); }
double gelu(double x) { return 0.5 * x * std::erfc(-x / std::numbers::sqrt2); }
double mish(double x) { return x * std::tanh(softplus(x)); }

// Every float whose bits are a multiple of a stride, from low to high, both signs.
Tensor floats_between(float low, float high) {
  std::vector<float> values;
  constexpr std::uint32_t kStride = 4099;
  for (std::uint32_t bits = 0x00800000; bits < 0x7f800000; bits += kStride) {
    for (const float value : {std::bit_cast<float>(bits), -std::bit_cast<float>(bits)}) {
      if (value >= low && value <= high) values.push_back(value);
    }
  }
  const auto count = static_cast<std::int64_t>(values.size());
  return Tensor::from(values, {count});
}

// The distance from `exact` in units of the last place of the float next to it.
double ulps_between(float got, double exact) {
  const auto nearest = std::fabs(static_cast<float>(exact));
  const double unit = std::ldexp(1.0, std::max(std::ilogb(std::max(nearest, 1.17549435e-38f)), -126) - 23);
  return std::fabs(static_cast<double>(got) - exact) / unit;
}

TEST(SimdMath, ErrorsAreAFewUnitsInTheLastPlace) {
  const Function functions[] = {
      {"exp", [](double x) { return std::exp(x); }, -87, 88.7f, 1.5},
      {"expm1", [](double x) { return std::expm1(x); }, -100, 88.7f, 2.5},
      {"log", [](double x) { return std::log(x); }, 0, 3e38f, 2},
      {"log1p", [](double x) { return std::log1p(x); }, -0.9999f, 3e38f, 3},
      {"tanh", [](double x) { return std::tanh(x); }, -20, 20, 3},
      {"sigmoid", sigmoid, -80, 80, 3},
      {"erf", [](double x) { return std::erf(x); }, -6, 6, 3},
      {"sin", [](double x) { return std::sin(x); }, -30, 30, 2},
      {"cos", [](double x) { return std::cos(x); }, -30, 30, 2},
      {"softplus", softplus, -80, 80, 4, {{"beta", 1.0}}},
      {"silu", silu, -80, 80, 4},
      {"mish", mish, -40, 80, 6},
      {"gelu", gelu, -3, 10, 12, {{"approximate", false}}},
  };
  for (const Function& f : functions) {
    const Tensor x = floats_between(f.low, f.high);
    const testing::Call call{f.op, {x}, {x.type()}, f.attributes};
    const auto kernels = testing::prepare_all(simd::table(), call, false);
    ASSERT_EQ(kernels.size(), 1u);
    const Tensor y = testing::run(*kernels[0], call)[0];
    double worst = 0;
    float where = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(x.num_elements()); ++i) {
      const double ulps = ulps_between(y.span<float>()[i], f.exact(static_cast<double>(x.span<float>()[i])));
      if (ulps > worst) worst = ulps, where = x.span<float>()[i];
    }
    EXPECT_LE(worst, f.ulps) << f.op << " at " << where;
    RecordProperty(std::string(f.op), std::to_string(worst));
  }
}

}  // namespace
}  // namespace lepton::kernels
