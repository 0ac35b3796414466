// Names, sizes and 16-bit float conversions.
#include "lepton/tensor/dtype.hpp"

#include <array>

namespace lepton {
namespace {

struct DTypeInfo {
  std::string_view name;
  std::string_view long_name;
  std::size_t size_bytes;
};

constexpr std::array<DTypeInfo, 13> kDTypes = {{{"f32", "float32", 4},
                                                {"f64", "float64", 8},
                                                {"f16", "float16", 2},
                                                {"bf16", "bfloat16", 2},
                                                {"i8", "int8", 1},
                                                {"i16", "int16", 2},
                                                {"i32", "int32", 4},
                                                {"i64", "int64", 8},
                                                {"u8", "uint8", 1},
                                                {"u16", "uint16", 2},
                                                {"u32", "uint32", 4},
                                                {"u64", "uint64", 8},
                                                {"bool", "bool", 1}}};

}  // namespace

std::size_t size_of(DType dtype) { return kDTypes.at(static_cast<std::size_t>(dtype)).size_bytes; }

std::string_view name_of(DType dtype) { return kDTypes.at(static_cast<std::size_t>(dtype)).name; }

std::optional<DType> dtype_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kDTypes.size(); ++i) {
    if (kDTypes[i].name == name || kDTypes[i].long_name == name) return static_cast<DType>(i);
  }
  return std::nullopt;
}

Half::Half(float value) {
  const auto f = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((f >> 16) & 0x8000u);
  const std::uint32_t magnitude = f & 0x7fffffffu;
  if (magnitude >= 0x47800000u) {  // too large for half, infinity or NaN
    bits = static_cast<std::uint16_t>(sign | (magnitude > 0x7f800000u ? 0x7e00u : 0x7c00u));
    return;
  }
  if (magnitude < 0x38800000u) {  // subnormal: adding 0.5 lets the FPU shift and round to nearest even
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    bits = static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3f000000u));
    return;
  }
  const std::uint32_t odd = (magnitude >> 13) & 1u;
  bits = static_cast<std::uint16_t>(sign | ((magnitude - 0x38000000u + 0xfffu + odd) >> 13));
}

Half::operator float() const {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1fu;
  const std::uint32_t mantissa = bits & 0x3ffu;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1.0p-24f;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
  }
  const std::uint32_t wide_exponent = exponent == 31 ? 255u : exponent + 112u;
  return std::bit_cast<float>(sign | (wide_exponent << 23) | (mantissa << 13));
}

BFloat16::BFloat16(float value) {
  const auto f = std::bit_cast<std::uint32_t>(value);
  if ((f & 0x7fffffffu) > 0x7f800000u) {
    bits = static_cast<std::uint16_t>((f >> 16) | 0x40u);  // keep NaN a NaN
    return;
  }
  bits = static_cast<std::uint16_t>((f + 0x7fffu + ((f >> 16) & 1u)) >> 16);
}

}  // namespace lepton
