// Tile functions without vector code of their own: the C++ library for rare functions and f64, small integers, and casts of any kind.
#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>

#include "lepton/kernels/cpu/simd/tile.hpp"
#include "lepton/tensor/convert.hpp"

namespace lepton::kernels::simd {
namespace {

// f32 is computed in double: these are not worth polynomials of their own.
template <class T, class F>
void map1(const TileCall& call, const F& f) {
  const T* xs = call.input<T>(0);
  T* out = call.output<T>();
  for (std::int64_t i = 0; i < call.count; ++i) out[i] = static_cast<T>(f(static_cast<double>(xs[i])));
}
template <class T, class F>
void map2(const TileCall& call, const F& f) {
  const T *xs = call.input<T>(0), *ys = call.input<T>(1);
  T* out = call.output<T>();
  for (std::int64_t i = 0; i < call.count; ++i) out[i] = static_cast<T>(f(xs[i], ys[i]));
}

#define LEPTON_LIBRARY_TILE(name, expression)              \
  template <class T>                                       \
  void name(const TileCall& call) {                        \
    [[maybe_unused]] const double p = call.parameters[0];  \
    map1<T>(call, [&](double x) { return (expression); }); \
  }

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }
double softplus_of(double x) { return std::log1p(std::exp(-std::fabs(x))) + (x < 0 ? 0 : x); }
double elu_of(double x, double alpha, double width) { return x > 0 ? x : alpha * std::expm1(x / width); }
double gelu_of(double x, bool approximate) {
  if (!approximate) return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

LEPTON_LIBRARY_TILE(tan_tile, std::tan(x))
LEPTON_LIBRARY_TILE(asin_tile, std::asin(x))
LEPTON_LIBRARY_TILE(acos_tile, std::acos(x))
LEPTON_LIBRARY_TILE(atan_tile, std::atan(x))
LEPTON_LIBRARY_TILE(sinh_tile, std::sinh(x))
LEPTON_LIBRARY_TILE(cosh_tile, std::cosh(x))
LEPTON_LIBRARY_TILE(asinh_tile, std::asinh(x))
LEPTON_LIBRARY_TILE(acosh_tile, std::acosh(x))
LEPTON_LIBRARY_TILE(atanh_tile, std::atanh(x))
LEPTON_LIBRARY_TILE(exp_tile, std::exp(x))
LEPTON_LIBRARY_TILE(expm1_tile, std::expm1(x))
LEPTON_LIBRARY_TILE(log_tile, std::log(x))
LEPTON_LIBRARY_TILE(log1p_tile, std::log1p(x))
LEPTON_LIBRARY_TILE(sin_tile, std::sin(x))
LEPTON_LIBRARY_TILE(cos_tile, std::cos(x))
LEPTON_LIBRARY_TILE(tanh_tile, std::tanh(x))
LEPTON_LIBRARY_TILE(erf_tile, std::erf(x))
LEPTON_LIBRARY_TILE(sigmoid_tile, sigmoid_of(x))
LEPTON_LIBRARY_TILE(silu_tile, x* sigmoid_of(x))
LEPTON_LIBRARY_TILE(mish_tile, x* std::tanh(softplus_of(x)))
LEPTON_LIBRARY_TILE(softplus_tile, softplus_of(p* x) / p)
LEPTON_LIBRARY_TILE(elu_tile, elu_of(x, p, 1))
LEPTON_LIBRARY_TILE(celu_tile, elu_of(x, p, p))
LEPTON_LIBRARY_TILE(selu_tile, 1.0507009873554804934193349852946 * elu_of(x, 1.6732632423543772848170429916717, 1))
LEPTON_LIBRARY_TILE(gelu_tile, gelu_of(x, p != 0))

template <class T>
void pow_tile(const TileCall& call) {
  map2<T>(call, [](T x, T y) { return std::pow(x, y); });
}

// The remainder with the sign of the divisor.
template <class T>
void mod_tile(const TileCall& call) {
  map2<T>(call, [](T x, T y) {
    const T rest = std::fmod(x, y);
    if (rest == 0) return std::copysign(T{0}, y);
    return (rest < 0) != (y < 0) ? rest + y : rest;
  });
}

constexpr TileEntry kLibrary[] = {
    {"acos", DType::kF32, acos_tile<float>},
    {"acos", DType::kF64, acos_tile<double>},
    {"acosh", DType::kF32, acosh_tile<float>},
    {"acosh", DType::kF64, acosh_tile<double>},
    {"asin", DType::kF32, asin_tile<float>},
    {"asin", DType::kF64, asin_tile<double>},
    {"asinh", DType::kF32, asinh_tile<float>},
    {"asinh", DType::kF64, asinh_tile<double>},
    {"atan", DType::kF32, atan_tile<float>},
    {"atan", DType::kF64, atan_tile<double>},
    {"atanh", DType::kF32, atanh_tile<float>},
    {"atanh", DType::kF64, atanh_tile<double>},
    {"cosh", DType::kF32, cosh_tile<float>},
    {"cosh", DType::kF64, cosh_tile<double>},
    {"mod", DType::kF32, mod_tile<float>},
    {"mod", DType::kF64, mod_tile<double>},
    {"pow", DType::kF32, pow_tile<float>},
    {"pow", DType::kF64, pow_tile<double>},
    {"sinh", DType::kF32, sinh_tile<float>},
    {"sinh", DType::kF64, sinh_tile<double>},
    {"tan", DType::kF32, tan_tile<float>},
    {"tan", DType::kF64, tan_tile<double>},
    {"celu", DType::kF64, celu_tile<double>, "alpha"},
    {"cos", DType::kF64, cos_tile<double>},
    {"elu", DType::kF64, elu_tile<double>, "alpha"},
    {"erf", DType::kF64, erf_tile<double>},
    {"exp", DType::kF64, exp_tile<double>},
    {"expm1", DType::kF64, expm1_tile<double>},
    {"gelu", DType::kF64, gelu_tile<double>, "approximate"},
    {"log", DType::kF64, log_tile<double>},
    {"log1p", DType::kF64, log1p_tile<double>},
    {"mish", DType::kF64, mish_tile<double>},
    {"selu", DType::kF64, selu_tile<double>},
    {"sigmoid", DType::kF64, sigmoid_tile<double>},
    {"silu", DType::kF64, silu_tile<double>},
    {"sin", DType::kF64, sin_tile<double>},
    {"softplus", DType::kF64, softplus_tile<double>, "beta"},
    {"tanh", DType::kF64, tanh_tile<double>},
};

template <class From, class To>
void cast_of(const TileCall& call) {
  const From* xs = call.input<From>(0);
  To* out = call.output<To>();
  for (std::int64_t i = 0; i < call.count; ++i) out[i] = convert<To>(xs[i]);
}

// Numeric parameters arrive as doubles, which hold every i32 but not every i64; the conversion saturates.
std::optional<double> parameter(const Attributes& attributes, std::string_view name) {
  if (name.empty()) return 0.0;
  const Attribute* found = attributes.find(name);
  if (found == nullptr) return std::nullopt;
  if (const bool* flag = std::get_if<bool>(&found->value())) return *flag ? 1.0 : 0.0;
  return found->get<double>();
}

}  // namespace

std::span<const TileEntry> library_tiles() { return kLibrary; }

TileFunction cast_tile(DType from, DType to) {
  if (const TileFunction fast = fast_cast_tile(from, to)) return fast;
  return visit_dtype(from, [&]<class From>(TypeTag<From>) {
    return visit_dtype(to, [&]<class To>(TypeTag<To>) -> TileFunction { return cast_of<From, To>; });
  });
}

std::optional<TileOp> find_tile_op(std::string_view op, const Attributes& attributes, std::span<const DType> operands, DType result) {
  if (op == "cast" && operands.size() == 1) return TileOp{cast_tile(operands[0], result)};
  if (op == "where" && operands.size() == 3 && operands[0] == DType::kBool) return TileOp{where_tile(operands[1])};
  for (const auto table : {arithmetic_tiles(), comparison_tiles(), math_tiles(), library_tiles(), integer_tiles()}) {
    for (const TileEntry& entry : table) {
      if (entry.op != op || entry.dtype != operands[0]) continue;
      const auto first = parameter(attributes, entry.first), second = parameter(attributes, entry.second);
      if (!first || !second) return std::nullopt;
      return TileOp{entry.function, {*first, *second}};
    }
  }
  return std::nullopt;
}

}  // namespace lepton::kernels::simd
