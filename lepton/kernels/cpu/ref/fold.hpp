// Walks a tensor result by result and, for each result, element by element along the folded axes.
#pragma once

#include <algorithm>

#include "lepton/kernels/cpu/ref/ref.hpp"

namespace lepton::kernels::ref {

/// The axes of a row-major tensor, parted into kept and folded ones.
struct Fold {
  std::int64_t kept_dims[IndexWalk::kMaxRank] = {}, kept_strides[IndexWalk::kMaxRank] = {};
  std::int64_t folded_dims[IndexWalk::kMaxRank] = {}, folded_strides[IndexWalk::kMaxRank] = {};
  std::size_t num_kept = 0, num_folded = 0;
  std::int64_t results = 1;  // number of results
  std::int64_t count = 1;    // elements in each

  /// is_folded(axis) says which axes of `x` are folded.
  template <class IsFolded>
  Fold(const Shape& x, const IsFolded& is_folded) {
    std::int64_t strides[IndexWalk::kMaxRank] = {};
    std::int64_t stride = 1;
    for (int axis = x.rank() - 1; axis >= 0; --axis) {
      strides[axis] = stride;
      stride *= x[axis];
    }
    for (int axis = 0; axis < x.rank(); ++axis) {
      const bool folded = is_folded(axis);
      (folded ? folded_dims[num_folded] : kept_dims[num_kept]) = x[axis];
      (folded ? folded_strides[num_folded++] : kept_strides[num_kept++]) = strides[axis];
      (folded ? count : results) *= x[axis];
    }
  }

  /// By attribute "axes" (empty: all).
  static Fold of_axes(const RefCall& call) {
    const auto& axes = call.attributes.integers("axes");
    const int rank = call.shape(0).rank();
    return {call.shape(0), [&](int axis) {
              return axes.empty() || std::ranges::any_of(axes, [&](std::int64_t a) { return a == axis || a + rank == axis; });
            }};
  }
  /// By attribute "axis".
  static Fold of_axis(const RefCall& call) {
    const std::int64_t chosen = call.attributes.integer("axis");
    const int rank = call.shape(0).rank();
    return {call.shape(0), [&](int axis) { return chosen == axis || chosen + rank == axis; }};
  }

  /// Calls body(number of the result, offset of its first element).
  template <class Body>
  void for_each_result(const Body& body) const {
    IndexWalk walk({kept_dims, num_kept});
    walk.add_strided({kept_strides, num_kept});
    for (std::int64_t i = 0; i < results; ++i, walk.next()) body(i, walk.offset(0));
  }
  /// Calls body(offset) for each element of the result that starts at `first`.
  template <class Body>
  void for_each_element(std::int64_t first, const Body& body) const {
    IndexWalk walk({folded_dims, num_folded});
    walk.add_strided({folded_strides, num_folded});
    for (std::int64_t i = 0; i < count; ++i, walk.next()) body(first + walk.offset(0));
  }
};

}  // namespace lepton::kernels::ref
