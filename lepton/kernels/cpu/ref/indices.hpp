// What reference kernels that read or write by index share.
#pragma once

#include "lepton/kernels/cpu/ref/ref.hpp"

namespace lepton::kernels::ref {

/// Attribute "axis", counted from the front.
inline int axis_of(const RefCall& call, int rank) {
  const std::int64_t axis = call.attributes.integer("axis");
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

/// Number of elements along axes [begin, end).
inline std::int64_t elements_along(const Shape& shape, int begin, int end) {
  std::int64_t count = 1;
  for (int axis = begin; axis < end; ++axis) count *= shape[axis];
  return count;
}

/// An index counted from the front; negative ones count from the end. Throws kInvalidArgument if it is outside the axis.
inline std::int64_t index_in(std::int64_t index, std::int64_t size) {
  if (index < -size || index >= size) fail(ErrorCode::kInvalidArgument, "index {} is outside an axis of {} elements", index, size);
  return index < 0 ? index + size : index;
}

/// Calls body with the TypeTag of an index operand.
template <class Body>
void visit_index(DType dtype, Body&& body) {
  dtype == DType::kI32 ? body(TypeTag<std::int32_t>{}) : body(TypeTag<std::int64_t>{});
}

}  // namespace lepton::kernels::ref
