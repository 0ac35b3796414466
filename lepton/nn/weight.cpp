// Conversion of weights between the shown and the stored order.
#include "lepton/nn/weight.hpp"

#include <functional>
#include <numeric>

namespace lepton::nn {
namespace {

Dims permuted(const Dims& dims, const std::vector<int>& permutation) {
  Dims result;
  for (const int axis : permutation) result.push_back(dims[static_cast<std::size_t>(axis)]);
  return result;
}

}  // namespace

StoredOrder convolution_order(const Shape& shown) {
  const int rank = shown.rank();
  StoredOrder order{.split = shown.dims(), .permutation = {rank - 1, rank - 2}};
  for (int axis = 0; axis < rank - 2; ++axis) order.permutation.push_back(axis);
  return order;
}

StoredOrder depthwise_order(const Shape& shown) {
  const int rank = shown.rank();
  StoredOrder order{.split = shown.dims(), .permutation = {rank - 2, rank - 1}, .stored = {shown[-2] * shown[-1], 1}};
  for (int axis = 0; axis < rank - 2; ++axis) {
    order.permutation.push_back(axis);
    order.stored.push_back(shown[axis]);
  }
  return order;
}

StoredOrder flattened_order(const Dims& unflattened, std::int64_t units) {
  // unflattened is [C, s1, …]; rows are shown as [s1, …, C].
  StoredOrder order;
  order.split.assign(unflattened.begin() + 1, unflattened.end());
  order.split.push_back(unflattened[0]);
  order.split.push_back(units);
  const int channels = static_cast<int>(unflattened.size()) - 1;
  order.permutation.push_back(channels);
  for (int axis = 0; axis < channels; ++axis) order.permutation.push_back(axis);
  order.permutation.push_back(channels + 1);
  // A dense kernel stays a matrix when stored: its split row axes are joined again.
  order.stored = {std::accumulate(unflattened.begin(), unflattened.end(), std::int64_t{1}, std::multiplies<>()), units};
  return order;
}

Shape stored_shape(const Shape& shown, const StoredOrder& order) {
  if (order.is_identity()) return shown;
  return Shape(order.stored.empty() ? permuted(order.split, order.permutation) : order.stored);
}

Tensor to_stored(const Weight& weight, const Tensor& shown) {
  if (shown.shape() != weight.shape)
    fail(ErrorCode::kShapeMismatch, "{}: the weight has shape {}, got {}", weight.name, weight.shape, shown.shape());
  const Tensor typed = shown.dtype() == weight.stored.dtype ? shown : shown.cast(weight.stored.dtype);
  if (weight.order.is_identity()) return typed.contiguous();
  return typed.reshape(Shape(weight.order.split)).transpose(weight.order.permutation).contiguous().reshape(weight.stored.shape);
}

Tensor to_shown(const Weight& weight, const Tensor& stored) {
  if (weight.order.is_identity()) return stored.contiguous();
  std::vector<int> inverse(weight.order.permutation.size());
  for (std::size_t i = 0; i < inverse.size(); ++i) inverse[static_cast<std::size_t>(weight.order.permutation[i])] = static_cast<int>(i);
  return stored.reshape(Shape(permuted(weight.order.split, weight.order.permutation)))
      .transpose(inverse)
      .contiguous()
      .reshape(weight.shape);
}

}  // namespace lepton::nn
