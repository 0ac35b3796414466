// Conversions between Keras's order and the graph's.
#include "lepton/nn/feature.hpp"

#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

// [N, C, s1, …] -> [N, s1, …, C]
std::vector<std::int64_t> to_last(int rank) {
  std::vector<std::int64_t> permutation = {0};
  for (int axis = 2; axis < rank; ++axis) permutation.push_back(axis);
  permutation.push_back(1);
  return permutation;
}

// [N, s1, …, C] -> [N, C, s1, …]
std::vector<std::int64_t> to_first(int rank) {
  std::vector<std::int64_t> permutation = {0, rank - 1};
  for (int axis = 1; axis < rank - 1; ++axis) permutation.push_back(axis);
  return permutation;
}

}  // namespace

Shape Feature::logical_shape() const {
  const Shape shape = value.shape();
  if (order != Order::kChannelsFirst) return shape;
  Dims dims;
  for (const std::int64_t axis : to_last(shape.rank())) dims.push_back(shape[static_cast<int>(axis)]);
  return Shape(std::move(dims));
}

Value Feature::logical() const {
  switch (order) {
    case Order::kLogical:
      return value;
    case Order::kChannelsFirst:
      return ops::transpose(value, to_last(value.rank()));
    case Order::kFlatChannelsFirst: {
      Dims dims = {0};
      dims.insert(dims.end(), unflattened.begin(), unflattened.end());
      const Value wide = ops::reshape(value, dims);
      return ops::reshape(ops::transpose(wide, to_last(wide.rank())), {0, -1});
    }
  }
  LEPTON_UNREACHABLE();
}

Value Feature::channels_first() const {
  if (order == Order::kChannelsFirst || value.rank() < 3) return order == Order::kFlatChannelsFirst ? logical() : value;
  return ops::transpose(value, to_first(value.rank()));
}

}  // namespace lepton::nn
