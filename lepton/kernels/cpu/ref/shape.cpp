// Reference data movement: whole elements are copied as bytes, so any dtype works.
#include <cstring>

#include "lepton/kernels/cpu/ref/ref.hpp"

namespace lepton::kernels::ref {
namespace {

void copy_all(const RefCall& call) {
  const auto size = static_cast<std::size_t>(TensorType{call.output_dtype(), call.output_shape()}.size_bytes());
  if (size > 0) std::memcpy(call.output<std::byte>(), call.input<std::byte>(0), size);
}

// Copies element walk.offset(0) of the input to each place of the output in turn.
void gather_by_walk(const RefCall& call, IndexWalk& walk) {
  const std::size_t size = size_of(call.output_dtype());
  const std::byte* x = call.input<std::byte>(0);
  std::byte* y = call.output<std::byte>();
  const std::int64_t count = call.output_shape().num_elements();
  for (std::int64_t i = 0; i < count; ++i, walk.next(), y += size)
    std::memcpy(y, x + walk.offset(0) * static_cast<std::int64_t>(size), size);
}

void broadcast_to(const RefCall& call) {
  IndexWalk walk(call.output_shape());
  walk.add_broadcast(call.shape(0));
  gather_by_walk(call, walk);
}

void transpose(const RefCall& call) {
  const auto& permutation = call.attributes.integers("permutation");
  const Shape& x = call.shape(0);
  std::int64_t x_strides[IndexWalk::kMaxRank], strides[IndexWalk::kMaxRank];
  std::int64_t stride = 1;
  for (int axis = x.rank() - 1; axis >= 0; --axis) {
    x_strides[axis] = stride;
    stride *= x[axis];
  }
  for (std::size_t i = 0; i < permutation.size(); ++i) strides[i] = x_strides[permutation[i]];
  IndexWalk walk(call.output_shape());
  walk.add_strided({strides, permutation.size()});
  gather_by_walk(call, walk);
}

void constant(const RefCall& call) {
  const Tensor& value = call.attributes.get<Tensor>("value");
  const Tensor contiguous = value.contiguous();
  if (contiguous.num_elements() > 0)
    std::memcpy(call.output<std::byte>(), contiguous.bytes(), static_cast<std::size_t>(contiguous.type().size_bytes()));
}

void axis_size(const RefCall& call) {
  const Shape& x = call.shape(0);
  const auto& axes = call.attributes.integers("axes");
  std::int64_t count = axes.empty() ? x.num_elements() : 1;
  for (const std::int64_t axis : axes) count *= x[static_cast<int>(axis)];
  visit_dtype(call.output_dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_arithmetic_v<T>) *call.output<T>() = static_cast<T>(count);
  });
}

constexpr RefEntry kTable[] = {
    {"axis_size", axis_size},   {"broadcast_to", broadcast_to}, {"broadcast_to_like", broadcast_to},
    {"constant", constant},     {"expand_dims", copy_all},      {"reshape", copy_all},
    {"reshape_like", copy_all}, {"squeeze", copy_all},          {"transpose", transpose},
};

}  // namespace

std::span<const RefEntry> shape_table() { return kTable; }

}  // namespace lepton::kernels::ref
