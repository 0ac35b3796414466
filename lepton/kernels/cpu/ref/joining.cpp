// Reference concat and its inverse, and iota: whole blocks are copied as bytes, so any dtype works.
#include <cstring>

#include "lepton/kernels/cpu/ref/indices.hpp"
#include "lepton/tensor/convert.hpp"

namespace lepton::kernels::ref {
namespace {

// Bytes in one block of `shape` from `axis` on.
std::int64_t block_bytes(const Shape& shape, int axis, DType dtype) {
  return static_cast<std::int64_t>(size_of(dtype)) * elements_along(shape, axis, shape.rank());
}

void copy_blocks(std::byte* to, std::int64_t to_stride, const std::byte* from, std::int64_t from_stride, std::int64_t bytes,
                 std::int64_t count) {
  if (bytes == 0) return;
  for (std::int64_t i = 0; i < count; ++i, to += to_stride, from += from_stride) std::memcpy(to, from, static_cast<std::size_t>(bytes));
}

void concat(const RefCall& call) {
  const Shape& y = call.output_shape();
  const int axis = axis_of(call, y.rank());
  const std::int64_t stride = block_bytes(y, axis, call.output_dtype());
  std::byte* to = call.output<std::byte>();
  for (std::size_t i = 0; i < call.num_inputs(); ++i) {
    const std::int64_t bytes = block_bytes(call.shape(i), axis, call.output_dtype());
    copy_blocks(to, stride, call.input<std::byte>(i), bytes, bytes, elements_along(y, 0, axis));
    to += bytes;
  }
}

void split_like(const RefCall& call) {
  const Shape& x = call.shape(0);
  const int axis = axis_of(call, x.rank());
  const std::int64_t stride = block_bytes(x, axis, call.dtype(0));
  const std::byte* from = call.input<std::byte>(0);
  for (std::size_t i = 0; i < call.num_outputs(); ++i) {
    const std::int64_t bytes = block_bytes(call.output_shape(i), axis, call.dtype(0));
    copy_blocks(call.output<std::byte>(i), bytes, from, stride, bytes, elements_along(x, 0, axis));
    from += bytes;
  }
}

void iota(const RefCall& call) {
  const Shape& shape = call.output_shape();
  const int axis = axis_of(call, shape.rank());
  const std::int64_t inner = elements_along(shape, axis + 1, shape.rank());
  visit_dtype(call.output_dtype(), [&]<class T>(TypeTag<T>) {
    T* y = call.output<T>();
    for (std::int64_t i = 0; i < shape.num_elements(); ++i) y[i] = convert<T>(i / inner % shape[axis]);
  });
}

constexpr RefEntry kTable[] = {{"concat", concat}, {"iota", iota}, {"split_like", split_like}};

}  // namespace

std::span<const RefEntry> joining_table() { return kTable; }

}  // namespace lepton::kernels::ref
