// Shape: the sizes of a tensor along its axes, and the arithmetic that everything shares (broadcast, strides, text).
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton {

/// Sizes along each axis; rank 0 is a scalar. A declared (not a concrete) shape may hold kAnyDim.
using Dims = std::vector<std::int64_t>;

inline constexpr std::int64_t kAnyDim = -1;

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> dims) : dims_(dims) {}
  explicit Shape(Dims dims) : dims_(std::move(dims)) {}
  explicit Shape(std::span<const std::int64_t> dims) : dims_(dims.begin(), dims.end()) {}

  int rank() const { return static_cast<int>(dims_.size()); }
  /// Size along `axis`; negative axes count from the end.
  /// A negative axis counts from the end. Throws kShapeMismatch if there is no such axis: rules see shapes of foreign models.
  std::int64_t operator[](int axis) const { return dims_[place(axis)]; }
  std::int64_t& operator[](int axis) { return dims_[place(axis)]; }
  const Dims& dims() const { return dims_; }
  auto begin() const { return dims_.begin(); }
  auto end() const { return dims_.end(); }

  /// Number of elements: 1 for a scalar, 0 when an axis is empty.
  std::int64_t num_elements() const;
  bool has_any_dim() const;
  /// "[2,3,4]"; a free axis prints as "?".
  std::string to_string() const;

  bool operator==(const Shape&) const = default;

 private:
  std::size_t place(int axis) const {
    const int from_front = axis < 0 ? axis + rank() : axis;
    if (from_front < 0 || from_front >= rank()) no_axis(axis);
    return static_cast<std::size_t>(from_front);
  }
  [[noreturn]] void no_axis(int axis) const;
  Dims dims_;
};

/// Row-major strides in elements.
Dims row_major_strides(const Shape& shape);

/// Returns the NumPy broadcast of two shapes, or nothing if they do not fit.
std::optional<Shape> broadcast(const Shape& a, const Shape& b);

/// Returns `axis` counted from the front; fails with kInvalidArgument (naming `component`) if it is outside [-rank, rank).
Result<int> normalize_axis(std::int64_t axis, int rank, std::string_view component);

}  // namespace lepton

// Written out by hand: fmt/core.h is enough for it, and every file of the engine includes this one.
template <>
struct fmt::formatter<lepton::Shape> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  template <class Context>
  auto format(const lepton::Shape& shape, Context& context) const {
    auto out = context.out();
    for (const char c : shape.to_string()) *out++ = c;
    return out;
  }
};
