// Tile functions of exponentials, logarithms and the activations made of them, in f32.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lepton/kernels/cpu/simd/tile_math.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come before these.
#include <hwy/highway.h>

#include "lepton/kernels/cpu/simd/math-inl.hpp"
#include "lepton/kernels/cpu/simd/tile.hpp"

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {

// A tile function that maps vectors; `p` and `q` are the parameters as vectors.
#define LEPTON_MATH_TILE(name, expression)                                                                      \
  void name(const TileCall& call) {                                                                             \
    [[maybe_unused]] const Floats p = set(static_cast<float>(call.parameters[0]));                              \
    [[maybe_unused]] const Floats q = set(static_cast<float>(call.parameters[1]));                              \
    map_floats(call.input<float>(0), call.output<float>(), call.count, [&](Floats x) { return (expression); }); \
  }

LEPTON_MATH_TILE(exp_tile, exp(x))
LEPTON_MATH_TILE(expm1_tile, expm1(x))
LEPTON_MATH_TILE(log_tile, log(x))
LEPTON_MATH_TILE(log1p_tile, log1p(x))
LEPTON_MATH_TILE(sigmoid_tile, sigmoid(x))
LEPTON_MATH_TILE(tanh_tile, tanh(x))
LEPTON_MATH_TILE(erf_tile, erf(x))
LEPTON_MATH_TILE(sin_tile, sin(x))
LEPTON_MATH_TILE(cos_tile, cos(x))
LEPTON_MATH_TILE(silu_tile, silu(x))
LEPTON_MATH_TILE(mish_tile, mish(x))
// From 30 on x itself is the nearest float, and the product may overflow.
LEPTON_MATH_TILE(softplus_tile, hn::IfThenElse(hn::Gt(hn::Mul(p, x), set(30.0f)), x, hn::Div(softplus(hn::Mul(p, x)), p)))
LEPTON_MATH_TILE(exact_gelu, gelu(x))
LEPTON_MATH_TILE(approximate_gelu, gelu_tanh(x))

// a expm1(x / b) on the negative side: elu, celu and selu.
HWY_INLINE Floats exponential_linear(Floats x, Floats a, Floats b) {
  return hn::IfThenElse(hn::Gt(x, hn::Zero(FloatTag())), x, hn::Mul(a, expm1(hn::Div(x, b))));
}
LEPTON_MATH_TILE(elu_tile, exponential_linear(x, p, set(1.0f)))
LEPTON_MATH_TILE(celu_tile, exponential_linear(x, p, p))
LEPTON_MATH_TILE(selu_tile, hn::Mul(set(1.05070099f), exponential_linear(x, set(1.67326324f), set(1.0f))))

void gelu_tile(const TileCall& call) { call.parameters[0] != 0 ? approximate_gelu(call) : exact_gelu(call); }

std::span<const TileEntry> math_table() {
  static constexpr TileEntry kTable[] = {
      {"celu", DType::kF32, celu_tile, "alpha"},
      {"cos", DType::kF32, cos_tile},
      {"elu", DType::kF32, elu_tile, "alpha"},
      {"erf", DType::kF32, erf_tile},
      {"exp", DType::kF32, exp_tile},
      {"expm1", DType::kF32, expm1_tile},
      {"gelu", DType::kF32, gelu_tile, "approximate"},
      {"log", DType::kF32, log_tile},
      {"log1p", DType::kF32, log1p_tile},
      {"mish", DType::kF32, mish_tile},
      {"selu", DType::kF32, selu_tile},
      {"sigmoid", DType::kF32, sigmoid_tile},
      {"silu", DType::kF32, silu_tile},
      {"sin", DType::kF32, sin_tile},
      {"softplus", DType::kF32, softplus_tile, "beta"},
      {"tanh", DType::kF32, tanh_tile},
  };
  return kTable;
}

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lepton::kernels::simd {
HWY_EXPORT(math_table);
std::span<const TileEntry> math_tiles() { return HWY_DYNAMIC_DISPATCH(math_table)(); }
}  // namespace lepton::kernels::simd
#endif
