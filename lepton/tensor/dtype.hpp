// Element types of tensors, and the storage types for 16-bit floats.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lepton/base/error.hpp"

namespace lepton {

enum class DType : std::uint8_t { kF32, kF64, kF16, kBF16, kI8, kI16, kI32, kI64, kU8, kU16, kU32, kU64, kBool };

/// IEEE 754 binary16 as storage; arithmetic happens in float.
struct Half {
  std::uint16_t bits = 0;
  Half() = default;
  explicit Half(float value);
  explicit operator float() const;
  bool operator==(const Half&) const = default;
};

/// The upper half of a float as storage (rounded to nearest even); arithmetic happens in float.
struct BFloat16 {
  std::uint16_t bits = 0;
  BFloat16() = default;
  explicit BFloat16(float value);
  explicit operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
  bool operator==(const BFloat16&) const = default;
};

std::size_t size_of(DType dtype);
std::string_view name_of(DType dtype);                        // "f32"
std::optional<DType> dtype_from_name(std::string_view name);  // also "float32", "int64", …

constexpr bool is_float(DType d) { return d <= DType::kBF16; }
constexpr bool is_signed_integer(DType d) { return d >= DType::kI8 && d <= DType::kI64; }
constexpr bool is_unsigned_integer(DType d) { return d >= DType::kU8 && d <= DType::kU64; }
constexpr bool is_integer(DType d) { return d >= DType::kI8 && d <= DType::kU64; }

template <class T>
struct DTypeOf;
#define LEPTON_DTYPE_OF(type, tag)             \
  template <>                                  \
  struct DTypeOf<type> {                       \
    static constexpr DType value = DType::tag; \
  };
LEPTON_DTYPE_OF(float, kF32)
LEPTON_DTYPE_OF(double, kF64)
LEPTON_DTYPE_OF(Half, kF16)
LEPTON_DTYPE_OF(BFloat16, kBF16)
LEPTON_DTYPE_OF(std::int8_t, kI8)
LEPTON_DTYPE_OF(std::int16_t, kI16)
LEPTON_DTYPE_OF(std::int32_t, kI32)
LEPTON_DTYPE_OF(std::int64_t, kI64)
LEPTON_DTYPE_OF(std::uint8_t, kU8)
LEPTON_DTYPE_OF(std::uint16_t, kU16)
LEPTON_DTYPE_OF(std::uint32_t, kU32)
LEPTON_DTYPE_OF(std::uint64_t, kU64)
LEPTON_DTYPE_OF(bool, kBool)
#undef LEPTON_DTYPE_OF

template <class T>
inline constexpr DType dtype_of = DTypeOf<T>::value;

/// Carries an element type into a generic lambda: visit_dtype(d, [&]<class T>(TypeTag<T>) { … }).
template <class T>
struct TypeTag {
  using type = T;
};

/// Calls `body` with the TypeTag of `dtype`.
template <class Body>
decltype(auto) visit_dtype(DType dtype, Body&& body) {
  switch (dtype) {
    case DType::kF32:
      return body(TypeTag<float>{});
    case DType::kF64:
      return body(TypeTag<double>{});
    case DType::kF16:
      return body(TypeTag<Half>{});
    case DType::kBF16:
      return body(TypeTag<BFloat16>{});
    case DType::kI8:
      return body(TypeTag<std::int8_t>{});
    case DType::kI16:
      return body(TypeTag<std::int16_t>{});
    case DType::kI32:
      return body(TypeTag<std::int32_t>{});
    case DType::kI64:
      return body(TypeTag<std::int64_t>{});
    case DType::kU8:
      return body(TypeTag<std::uint8_t>{});
    case DType::kU16:
      return body(TypeTag<std::uint16_t>{});
    case DType::kU32:
      return body(TypeTag<std::uint32_t>{});
    case DType::kU64:
      return body(TypeTag<std::uint64_t>{});
    case DType::kBool:
      return body(TypeTag<bool>{});
  }
  LEPTON_UNREACHABLE("dtype");
}

}  // namespace lepton
