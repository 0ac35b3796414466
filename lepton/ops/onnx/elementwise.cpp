// Arithmetic, comparison, conversion and bits.
#include <cmath>
#include <cstring>
#include <limits>

#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

template <Value (*kJoin)(const Value&, const Value&)>
OnnxResults fold_inputs(OnnxNodeReader& node) {
  Value all = node.value(std::size_t{0});
  for (std::size_t i = 1; i < node.num_inputs(); ++i) all = kJoin(all, node.value(i));
  return {all};
}

OnnxResults average(OnnxNodeReader& node) {
  const Value sum = fold_inputs<add<Value>>(node)[0].value;
  return {div(sum, onnx_scalar(sum, static_cast<double>(node.num_inputs())))};
}

// The exponent may have a dtype of its own.
OnnxResults power(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0}), y = node.value(1);
  if (x.dtype() == y.dtype()) return {pow(x, y)};
  if (is_float(x.dtype())) return {pow(x, cast(y, x.dtype()))};
  return {cast(pow(cast(x, DType::kF64), cast(y, DType::kF64)), x.dtype())};
}

// fmod = 1: the sign of the dividend, as in C.
OnnxResults modulo(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0}), y = node.value(1);
  if (node.integer("fmod", 0) == 0) return {mod(x, y)};
  const Value rest = mod(abs(x), abs(y));
  return {where(less(x, onnx_scalar(x, 0)), neg(rest), rest)};
}

OnnxResults negate(OnnxNodeReader& node) { return {neg(node.value(std::size_t{0}))}; }

// Bounds are attributes before opset 11, then inputs that may be absent.
OnnxResults limit(OnnxNodeReader& node) {
  Value x = node.value(std::size_t{0});
  if (node.opset() < 11) {
    constexpr double kLargest = std::numeric_limits<float>::max();
    return {clip(x, node.number("min", -kLargest), node.number("max", kLargest))};
  }
  // Bounds that are known are attributes, which kernels can take along.
  const auto bound = [&](std::size_t i, double none) -> std::optional<double> {
    if (!node.has(i)) return none;
    const Tensor& known = node.operand(i).known;
    if (!known.defined() || known.shape().num_elements() != 1) return std::nullopt;
    return known.cast(DType::kF64).span<double>()[0];
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto low = bound(1, -kInfinity), high = bound(2, kInfinity);
  if (is_float(x.dtype()) && low && high && *low <= *high) return {clip(x, *low, *high)};
  if (node.has(1)) x = maximum(x, node.value(1));
  if (node.has(2)) x = minimum(x, node.value(2));
  return {x};
}

OnnxResults infinite(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0}), all = is_inf(x), zero = onnx_scalar(x, 0);
  const bool positive = node.integer("detect_positive", 1) != 0, negative = node.integer("detect_negative", 1) != 0;
  if (positive && negative) return {all};
  if (positive) return {logical_and(all, greater(x, zero))};
  if (negative) return {logical_and(all, less(x, zero))};
  return {logical_and(all, logical_not(all))};
}

OnnxResults cast_to(OnnxNodeReader& node) {
  const std::int64_t to = node.integer("to", 0);
  if (to == kOnnxString) return {onnx_to_texts(node)};
  if (node.has_strings(0)) return {onnx_from_texts(node, onnx_dtype(to))};
  return {cast_if_other(node.value(std::size_t{0}), onnx_dtype(to))};
}
OnnxResults cast_like(OnnxNodeReader& node) {
  if (node.has_strings(1)) return {onnx_to_texts(node)};
  if (node.has_strings(0)) return {onnx_from_texts(node, node.type(1).dtype)};
  return {cast_if_other(node.value(std::size_t{0}), node.type(1).dtype)};
}
OnnxResults choose(OnnxNodeReader& node) { return {where(node.value(std::size_t{0}), node.value(1), node.value(2))}; }
OnnxResults identity(OnnxNodeReader& node) { return {node.operand(0)}; }

// ---- bits -----------------------------------------------------------------------------------------------------------------------------

// Whole numbers as sums of their bits: unsigned integers by division, so that no operator of bits is needed.
Value bit_of(const Value& x, int place) {
  const Value shifted = div(x, onnx_scalar(x, std::ldexp(1.0, place)));
  return mod(shifted, onnx_scalar(x, 2));
}
int width_of(DType dtype) { return 8 * static_cast<int>(size_of(dtype)); }
DType unsigned_of(DType dtype) {
  constexpr DType kUnsigned[] = {DType::kU8, DType::kU16, DType::kU32, DType::kU64};
  return is_signed_integer(dtype) ? kUnsigned[static_cast<int>(dtype) - static_cast<int>(DType::kI8)] : dtype;
}

// Of two bits: sum - 2 * product for xor, and so on: a * x + b * y + c * x * y.
template <int kSum, int kProduct>
OnnxResults bitwise(OnnxNodeReader& node) {
  const Value a = node.value(std::size_t{0}), b = node.value(1);
  const DType dtype = unsigned_of(a.dtype());
  const Value x = cast_if_other(a, dtype), y = cast_if_other(b, dtype);
  Value all;
  for (int place = 0; place < width_of(dtype); ++place) {
    const Value p = bit_of(x, place), q = bit_of(y, place);
    Value bit = mul(mul(p, q), onnx_scalar(x, kProduct < 0 ? -kProduct : kProduct));
    if (kSum != 0) bit = kProduct < 0 ? sub(add(p, q), bit) : add(add(p, q), bit);
    bit = mul(bit, onnx_scalar(x, std::ldexp(1.0, place)));
    all = all.defined() ? add(all, bit) : bit;
  }
  return {cast_if_other(all, a.dtype())};
}

// -1 - x in two's complement.
OnnxResults bitwise_not(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0});
  const Value minus_one = sub(onnx_scalar(x, 0), onnx_scalar(x, 1));
  return {sub(minus_one, x)};
}

// To the right with the sign for signed integers; a distance below 0 counts as one beyond the width.
OnnxResults shift_bits(OnnxNodeReader& node) {
  const Value x = node.value(std::size_t{0}), by = node.value(1);
  const Value zero = onnx_scalar(x, 0), none = onnx_scalar(by, 0);
  const Value too_far = logical_or(less(by, none), greater_equal(by, onnx_scalar(by, width_of(x.dtype()))));
  const Value factor = pow(onnx_scalar(x, 2), where(too_far, none, by));
  if (node.text("direction", "") == "LEFT") return {where(too_far, zero, mul(x, factor))};
  if (!is_signed_integer(x.dtype())) return {where(too_far, zero, div(x, factor))};
  const Value minus_one = onnx_scalar(x, -1), negative = less(x, zero);
  const Value floored = where(negative, sub(minus_one, div(sub(minus_one, x), factor)), div(x, factor));
  return {where(too_far, where(negative, minus_one, zero), floored)};
}

OnnxResults reinterpret(OnnxNodeReader& node) {
  const Tensor x = node.tensor(std::size_t{0}).contiguous();
  const DType to = onnx_dtype(node.integer("to", 0));
  if (size_of(to) != size_of(x.dtype()))
    fail(ErrorCode::kUnsupported, "elements of {} and {} differ in size", name_of(x.dtype()), name_of(to));
  const Tensor y = Tensor::empty(to, x.shape());
  if (x.num_elements() > 0) std::memcpy(y.bytes(), x.bytes(), static_cast<std::size_t>(x.type().size_bytes()));
  return {y};
}

}  // namespace

std::span<const OnnxOperator> onnx_elementwise() {
  static const OnnxOperator rows[] = {
      {"BitCast", reinterpret, 26, kStored},
      {"BitShift", shift_bits, 11},
      {"BitwiseAnd", bitwise<0, 1>, 18},
      {"BitwiseNot", bitwise_not, 18},
      {"BitwiseOr", bitwise<1, -1>, 18},
      {"BitwiseXor", bitwise<1, -2>, 18},
      {"Cast", cast_to, 6, kStored},
      {"CastLike", cast_like, 15, kStored},
      {"Clip", limit, 6},
      {"Identity", identity, 1, kMoved},
      {"IsInf", infinite, 10},
      {"Max", fold_inputs<maximum<Value>>, 6},
      {"Mean", average, 6},
      {"Min", fold_inputs<minimum<Value>>, 6},
      {"Mod", modulo, 10},
      {"Neg", negate, 6},
      {"Pow", power, 7},
      {"Sum", fold_inputs<add<Value>>, 6},
      {"Where", choose, 9, kMoved},
  };
  return rows;
}

}  // namespace lepton::ops
