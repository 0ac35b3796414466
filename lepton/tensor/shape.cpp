// Shape arithmetic.
#include "lepton/tensor/shape.hpp"

#include <algorithm>

namespace lepton {

void Shape::no_axis(int axis) const { fail(ErrorCode::kShapeMismatch, "the shape {} has no axis {}", *this, axis); }

std::int64_t Shape::num_elements() const {
  std::int64_t count = 1;
  for (const std::int64_t dim : dims_) count *= dim;
  return count;
}

bool Shape::has_any_dim() const { return std::ranges::find(dims_, kAnyDim) != dims_.end(); }

std::string Shape::to_string() const {
  std::string text = "[";
  for (const std::int64_t dim : dims_) {
    if (text.size() > 1) text += ',';
    text += dim == kAnyDim ? "?" : std::to_string(dim);
  }
  return text + "]";
}

Dims row_major_strides(const Shape& shape) {
  Dims strides(static_cast<std::size_t>(shape.rank()));
  std::int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[static_cast<std::size_t>(axis)] = stride;
    stride *= shape[axis];
  }
  return strides;
}

std::optional<Shape> broadcast(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  Dims dims(static_cast<std::size_t>(rank));
  for (int i = 1; i <= rank; ++i) {
    const std::int64_t x = i <= a.rank() ? a[-i] : 1;
    const std::int64_t y = i <= b.rank() ? b[-i] : 1;
    if (x != y && x != 1 && y != 1) return std::nullopt;
    dims[static_cast<std::size_t>(rank - i)] = x == 1 ? y : x;
  }
  return Shape(std::move(dims));
}

Result<int> normalize_axis(std::int64_t axis, int rank, std::string_view component) {
  if (axis < -rank || axis >= rank) {
    return make_error(ErrorCode::kInvalidArgument, "{}: axis must be in [{}, {}) (axis {})", component, -rank, rank, axis);
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace lepton
