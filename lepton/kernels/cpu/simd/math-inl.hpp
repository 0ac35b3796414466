// Vector exp, log and their kin in f32, by polynomials of our own. Included once per instruction set, inside foreach_target sources.
// Largest errors in units of the last place, as math_test.cpp finds them: exp 1, log 1, expm1 1.5, log1p 1.5, tanh 1.5, sigmoid 2,
// erf 2.5, sin and cos 1.5 (up to 30 radians).
#if defined(LEPTON_SIMD_MATH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef LEPTON_SIMD_MATH_INL
#undef LEPTON_SIMD_MATH_INL
#else
#define LEPTON_SIMD_MATH_INL
#endif

#include <hwy/highway.h>

#include <cmath>
#include <cstdint>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace lepton::kernels::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using Floats = hn::Vec<FloatTag>;
using IntTag = hn::RebindToSigned<FloatTag>;

HWY_INLINE Floats set(float value) { return hn::Set(FloatTag(), value); }

/// The first `count` lanes from memory, 0 in the others. Neither reads nor writes anything beyond them, which masked loads and stores of
/// older instruction sets do.
HWY_INLINE Floats load_part(const float* x, std::int64_t count) {
  const FloatTag d;
  if (count == static_cast<std::int64_t>(hn::Lanes(d))) return hn::LoadU(d, x);
  HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)] = {};
  for (std::int64_t i = 0; i < count; ++i) lanes[i] = x[i];
  return hn::Load(d, lanes);
}
/// Stores the first `count` lanes.
HWY_INLINE void store_part(Floats v, float* y, std::int64_t count) {
  const FloatTag d;
  if (count == static_cast<std::int64_t>(hn::Lanes(d))) return hn::StoreU(v, d, y);
  HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)] = {};
  hn::Store(v, d, lanes);
  for (std::int64_t i = 0; i < count; ++i) y[i] = lanes[i];
}

/// c[0] + c[1] x + … by Horner's rule.
template <std::size_t N>
HWY_INLINE Floats polynomial(Floats x, const float (&c)[N]) {
  Floats sum = set(c[N - 1]);
  for (std::size_t i = N - 1; i-- > 0;) sum = hn::MulAdd(sum, x, set(c[i]));
  return sum;
}

/// x 2^n for n in [-252, 254]; two steps, because 2^n alone may not be representable.
HWY_INLINE Floats scale_by_power(Floats x, hn::Vec<IntTag> n) {
  const IntTag i;
  const auto half = hn::ShiftRight<1>(n), rest = hn::Sub(n, half), bias = hn::Set(i, 127);
  const auto power = [&](auto e) { return hn::BitCast(FloatTag(), hn::ShiftLeft<23>(hn::Add(e, bias))); };
  return hn::Mul(hn::Mul(x, power(half)), power(rest));
}

/// x = n ln 2 + r with |r| <= ln 2 / 2, and expm1(r).
struct ExpParts {
  hn::Vec<IntTag> n;
  Floats expm1_r;
};
HWY_INLINE ExpParts exp_parts(Floats x) {
  constexpr float kQ[] = {0.500000001f, 0.166666668f, 0.0416664568f, 0.00833328411f, 0.00139345442f, 0.000199089038f};
  const Floats n = hn::Round(hn::Mul(x, set(1.44269504f)));
  Floats r = hn::NegMulAdd(n, set(0.693147182f), x);
  r = hn::NegMulAdd(n, set(-1.90465421e-09f), r);
  return {hn::ConvertTo(IntTag(), n), hn::MulAdd(hn::Mul(r, r), polynomial(r, kQ), r)};
}

HWY_INLINE Floats keep_nan(Floats x, Floats y) { return hn::IfThenElse(hn::IsNaN(x), x, y); }

HWY_INLINE Floats exp(Floats x) {
  const ExpParts parts = exp_parts(hn::Min(hn::Max(x, set(-104.0f)), set(89.0f)));
  return keep_nan(x, scale_by_power(hn::Add(set(1.0f), parts.expm1_r), parts.n));
}

HWY_INLINE Floats expm1(Floats x) {
  const Floats limited = hn::Min(hn::Max(x, set(-18.0f)), set(80.0f));
  const ExpParts parts = exp_parts(limited);
  const Floats power = scale_by_power(set(1.0f), parts.n);
  const Floats near = hn::MulAdd(power, parts.expm1_r, hn::Sub(power, set(1.0f)));
  // 2^n (1 + …) - 1: far from 0 the 1 does not matter, and the scaling by two powers cannot overflow early.
  const Floats y = hn::IfThenElse(hn::Gt(x, set(60.0f)), exp(x), near);
  return keep_nan(x, hn::IfThenElse(hn::Eq(x, hn::Zero(FloatTag())), x, y));
}

HWY_INLINE Floats log(Floats x) {
  constexpr float kP[] = {0.333333311f,  -0.249999797f, 0.200007151f,  -0.166693058f, 0.142502665f,
                          -0.123925492f, 0.116402082f,  -0.116923675f, 0.0735612266f};
  const FloatTag d;
  const IntTag i;
  const auto tiny = hn::Lt(x, set(1.17549435e-38f));
  const Floats normal = hn::IfThenElse(tiny, hn::Mul(x, set(8388608.0f)), x);
  // Mantissa in [sqrt(1/2), sqrt(2)): subtracting the bits of sqrt(1/2) moves the cut of the exponent there.
  const auto bits = hn::Sub(hn::BitCast(i, normal), hn::Set(i, 0x3f3504f3));
  const auto exponent = hn::ShiftRight<23>(bits);
  const Floats mantissa = hn::BitCast(d, hn::Add(hn::And(bits, hn::Set(i, 0x007fffff)), hn::Set(i, 0x3f3504f3)));
  const Floats e = hn::Sub(hn::ConvertTo(d, exponent), hn::IfThenElseZero(tiny, set(23.0f)));
  const Floats f = hn::Sub(mantissa, set(1.0f)), square = hn::Mul(f, f);
  Floats y = hn::Mul(hn::Mul(f, square), polynomial(f, kP));
  y = hn::MulAdd(e, set(-1.90465421e-09f), y);
  y = hn::NegMulAdd(set(0.5f), square, y);
  y = hn::MulAdd(e, set(0.693147182f), hn::Add(y, f));
  const float infinity = std::numeric_limits<float>::infinity();
  y = hn::IfThenElse(hn::Eq(x, set(infinity)), x, y);
  y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), set(-infinity), y);
  return keep_nan(x, hn::IfThenElse(hn::Lt(x, hn::Zero(d)), set(std::numeric_limits<float>::quiet_NaN()), y));
}

HWY_INLINE Floats log1p(Floats x) {
  const Floats u = hn::Add(x, set(1.0f));
  // What the rounding of 1 + x lost, to first order.
  const Floats lost = hn::Div(hn::Sub(x, hn::Sub(u, set(1.0f))), u);
  const auto plain = hn::Or(hn::Eq(u, hn::Zero(FloatTag())), hn::Eq(u, set(std::numeric_limits<float>::infinity())));
  const Floats y = hn::Add(log(u), hn::IfThenZeroElse(plain, lost));
  return hn::IfThenElse(hn::Eq(u, set(1.0f)), x, y);
}

HWY_INLINE Floats sigmoid(Floats x) { return hn::Div(set(1.0f), hn::Add(set(1.0f), exp(hn::Neg(x)))); }

HWY_INLINE Floats tanh(Floats x) {
  constexpr float kP[] = {-0.333333331f, 0.133332982f, -0.0539579537f, 0.0217581436f, -0.00830849555f, 0.00225263183f};
  const Floats a = hn::Abs(x), z = hn::Mul(x, x);
  const Floats small = hn::MulAdd(hn::Mul(x, z), polynomial(z, kP), x);
  const Floats e = exp(hn::Add(a, a));
  const Floats large = hn::Sub(set(1.0f), hn::Div(set(2.0f), hn::Add(e, set(1.0f))));
  return keep_nan(x, hn::IfThenElse(hn::Lt(a, set(0.625f)), small, hn::CopySign(large, x)));
}

/// log(1 + exp(x)), without overflow.
HWY_INLINE Floats softplus(Floats x) {
  const Floats positive = hn::IfThenZeroElse(hn::Lt(x, hn::Zero(FloatTag())), x);
  return hn::Add(log1p(exp(hn::Neg(hn::Abs(x)))), positive);
}

/// erf(x) for |x| < 0.93, and erfc(|x|) for more.
struct ErfParts {
  Floats small, complement;
  hn::Mask<FloatTag> is_small;
};
HWY_INLINE ErfParts erf_parts(Floats x) {
  constexpr float kSmall[] = {1.12837917f, -0.376126337f, 0.112836939f, -0.0268592708f, 0.0052006343f, -0.000813743751f, 8.3452247e-05f};
  constexpr float kLarge[] = {1.12869369f,     0.635004357f,     0.106384175f,    -0.0237510875f,  0.00351539557f,
                              -0.00022226828f, -2.42969224e-05f, 5.85995181e-06f, -3.45940771e-07f};
  const Floats a = hn::Abs(x), z = hn::Mul(x, x);
  const Floats limited = hn::Min(a, set(4.0f));
  const Floats tail = exp(hn::Neg(hn::Mul(limited, polynomial(limited, kLarge))));
  return {hn::Mul(x, polynomial(z, kSmall)), hn::IfThenZeroElse(hn::Gt(a, set(4.0f)), tail), hn::Lt(a, set(0.92f))};
}

HWY_INLINE Floats erf(Floats x) {
  const ErfParts parts = erf_parts(x);
  return keep_nan(x, hn::IfThenElse(parts.is_small, parts.small, hn::CopySign(hn::Sub(set(1.0f), parts.complement), x)));
}

/// x Φ(x) with the normal distribution function Φ; the lower tail keeps its relative precision.
HWY_INLINE Floats gelu(Floats x) {
  const ErfParts parts = erf_parts(hn::Mul(x, set(0.707106781f)));
  const Floats half = hn::Mul(set(0.5f), parts.complement);
  const Floats tail = hn::IfThenElse(hn::Lt(x, hn::Zero(FloatTag())), half, hn::Sub(set(1.0f), half));
  const Floats phi = hn::IfThenElse(parts.is_small, hn::MulAdd(set(0.5f), parts.small, set(0.5f)), tail);
  const Floats y = hn::Mul(x, phi);
  // 0 far out on the left, also for -infinity.
  return keep_nan(x, hn::IfThenElse(hn::Lt(x, set(-20.0f)), set(-0.0f), y));
}

HWY_INLINE Floats gelu_tanh(Floats x) {
  const Floats cube = hn::Mul(hn::Mul(x, x), x);
  const Floats inner = hn::Mul(set(0.797884561f), hn::MulAdd(set(0.044715f), cube, x));
  const Floats y = hn::Mul(hn::Mul(set(0.5f), x), hn::Add(set(1.0f), tanh(inner)));
  return keep_nan(x, hn::IfThenElse(hn::Lt(x, set(-20.0f)), set(-0.0f), y));
}

/// x tanh(log(1 + e^x)), in terms of e = e^x.
HWY_INLINE Floats mish(Floats x) {
  const Floats e = exp(hn::Min(x, set(20.0f))), top = hn::Mul(e, hn::Add(e, set(2.0f)));
  const Floats y = hn::Div(hn::Mul(x, top), hn::Add(top, set(2.0f)));
  const Floats limited = hn::IfThenElse(hn::Lt(x, set(-90.0f)), set(-0.0f), y);
  return keep_nan(x, hn::IfThenElse(hn::Gt(x, set(20.0f)), x, limited));
}

/// x sigmoid(x); 0 at -infinity.
HWY_INLINE Floats silu(Floats x) { return hn::IfThenElse(hn::Lt(x, set(-104.0f)), set(-0.0f), hn::Mul(x, sigmoid(x))); }

constexpr float kLargestAngle = 8192.0f;

/// sin(x + quarter π/2) for |x| <= kLargestAngle.
HWY_INLINE Floats sin_by_quarter(Floats x, int quarter) {
  constexpr float kSin[] = {-0.166666667f, 0.00833333179f, -0.000198400396f, 2.724386e-06f};
  constexpr float kCos[] = {0.0416666667f, -0.00138888876f, 2.48005609e-05f, -2.72958798e-07f};
  const FloatTag d;
  const IntTag i;
  const Floats n = hn::Round(hn::Mul(x, set(0.636619772f)));
  Floats r = hn::NegMulAdd(n, set(1.57079637f), x);
  r = hn::NegMulAdd(n, set(-4.37113883e-08f), r);
  r = hn::NegMulAdd(n, set(-1.77635684e-15f), r);
  const auto q = hn::Add(hn::ConvertTo(i, n), hn::Set(i, quarter));
  const Floats z = hn::Mul(r, r);
  const Floats sine = hn::MulAdd(hn::Mul(r, z), polynomial(z, kSin), r);
  const Floats cosine = hn::MulAdd(hn::Mul(z, z), polynomial(z, kCos), hn::NegMulAdd(set(0.5f), z, set(1.0f)));
  const auto odd = hn::RebindMask(d, hn::Eq(hn::And(q, hn::Set(i, 1)), hn::Set(i, 1)));
  const auto sign = hn::ShiftLeft<30>(hn::And(q, hn::Set(i, 2)));
  return hn::Xor(hn::IfThenElse(odd, cosine, sine), hn::BitCast(d, sign));
}

/// f of the lanes whose argument is too large for the vector code (or not finite), one by one.
HWY_INLINE Floats fix_large_angles(Floats x, Floats y, double (*f)(double)) {
  const FloatTag d;
  const auto fine = hn::Le(hn::Abs(x), set(kLargestAngle));
  if (HWY_LIKELY(hn::AllTrue(d, fine))) return y;
  HWY_ALIGN float in[hn::MaxLanes(d)];
  HWY_ALIGN float out[hn::MaxLanes(d)];
  hn::Store(x, d, in);
  hn::Store(y, d, out);
  for (std::size_t lane = 0; lane < hn::Lanes(d); ++lane) {
    if (!(std::fabs(in[lane]) <= kLargestAngle)) out[lane] = static_cast<float>(f(static_cast<double>(in[lane])));
  }
  return hn::Load(d, out);
}

inline double library_sin(double x) { return std::sin(x); }
inline double library_cos(double x) { return std::cos(x); }

HWY_INLINE Floats sin(Floats x) { return fix_large_angles(x, sin_by_quarter(x, 0), library_sin); }
HWY_INLINE Floats cos(Floats x) { return fix_large_angles(x, sin_by_quarter(x, 1), library_cos); }

/// y[i] = f(x[i]); the last, partial vector is computed like all others.
template <class F>
HWY_INLINE void map_floats(const float* x, float* y, std::int64_t count, const F& f) {
  const FloatTag d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(f(hn::LoadU(d, x + i)), d, y + i);
  if (i < count) {
    const auto mask = hn::FirstN(d, static_cast<std::size_t>(count - i));
    hn::BlendedStore(f(hn::MaskedLoad(mask, d, x + i)), mask, d, y + i);
  }
}

}  // namespace lepton::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
