// Reference gather and scatter of blocks: an index, or a tuple of indices, chooses each block (single elements: along_axis.cpp).
#include <cstring>

#include "lepton/kernels/cpu/ref/elementwise_loops.hpp"
#include "lepton/kernels/cpu/ref/indices.hpp"

namespace lepton::kernels::ref {
namespace {

// Copies or adds blocks, whatever their dtype; the caller says where.
struct BlockWriter {
  DType dtype;
  std::int64_t block;  // elements
  std::byte* to;
  const std::byte* from;

  void copy(std::int64_t to_block, std::int64_t from_block) const {
    const std::int64_t bytes = block * static_cast<std::int64_t>(size_of(dtype));
    if (bytes > 0) std::memcpy(to + to_block * bytes, from + from_block * bytes, static_cast<std::size_t>(bytes));
  }
  void add(std::int64_t to_block, std::int64_t from_block) const {
    visit_number(dtype, [&]<class T>(TypeTag<T>) {
      T* sums = reinterpret_cast<T*>(to) + to_block * block;
      const T* more = reinterpret_cast<const T*>(from) + from_block * block;
      for (std::int64_t i = 0; i < block; ++i) sums[i] = wrapping_sum(sums[i], more[i]);
    });
  }
};

void clear(const RefCall& call) {
  std::memset(call.output<std::byte>(), 0, static_cast<std::size_t>(TensorType{call.output_dtype(), call.output_shape()}.size_bytes()));
}
void copy_operand(const RefCall& call) {
  const auto bytes = static_cast<std::size_t>(TensorType{call.output_dtype(), call.output_shape()}.size_bytes());
  if (bytes > 0) std::memcpy(call.output<std::byte>(), call.input<std::byte>(0), bytes);
}

// ---- gather: one index a block -----------------------------------------------------------------------------------------------------

// Calls body(block among the gathered ones, block of the whole tensor) for each index; `whole` has the indexed axis.
template <class Body>
void for_each_gathered(const RefCall& call, const Shape& whole, const Body& body) {
  const int axis = axis_of(call, whole.rank());
  const std::int64_t outer = elements_along(whole, 0, axis), along = whole[axis], count = call.shape(1).num_elements();
  visit_index(call.dtype(1), [&]<class Index>(TypeTag<Index>) {
    const Index* indices = call.input<Index>(1);
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t i = 0; i < count; ++i) body(o * count + i, o * along + index_in(indices[i], along));
    }
  });
}

std::int64_t inner_of(const RefCall& call, const Shape& whole) {
  return elements_along(whole, axis_of(call, whole.rank()) + 1, whole.rank());
}

void gather(const RefCall& call) {
  const BlockWriter blocks{call.dtype(0), inner_of(call, call.shape(0)), call.output<std::byte>(), call.input<std::byte>(0)};
  for_each_gathered(call, call.shape(0), [&](std::int64_t part, std::int64_t whole) { blocks.copy(part, whole); });
}

void gather_gradient(const RefCall& call) {
  clear(call);
  const BlockWriter blocks{call.dtype(0), inner_of(call, call.output_shape()), call.output<std::byte>(), call.input<std::byte>(0)};
  for_each_gathered(call, call.output_shape(), [&](std::int64_t part, std::int64_t whole) { blocks.add(whole, part); });
}

// ---- gather_nd and scatter_nd: a tuple a block --------------------------------------------------------------------------------------

int batch_dims_of(const RefCall& call) {
  const Attribute* batch = call.attributes.find("batch_dims");
  return batch == nullptr ? 0 : static_cast<int>(batch->get<std::int64_t>());
}

// Calls body(number of the tuple, block of the whole tensor).
template <class Body>
void for_each_tuple(const RefCall& call, const Shape& whole, const Body& body) {
  const Shape& indices = call.shape(1);
  const int batch_dims = batch_dims_of(call), depth = static_cast<int>(indices[-1]);
  const std::int64_t batches = elements_along(indices, 0, batch_dims), tuples = elements_along(indices, batch_dims, indices.rank() - 1);
  const std::int64_t blocks_per_batch = elements_along(whole, batch_dims, batch_dims + depth);
  visit_index(call.dtype(1), [&]<class Index>(TypeTag<Index>) {
    const Index* tuple = call.input<Index>(1);
    for (std::int64_t i = 0; i < batches * tuples; ++i, tuple += depth) {
      std::int64_t place = 0;
      for (int d = 0; d < depth; ++d) place = place * whole[batch_dims + d] + index_in(tuple[d], whole[batch_dims + d]);
      body(i, i / tuples * blocks_per_batch + place);
    }
  });
}

// Elements of one block.
std::int64_t tuple_block(const RefCall& call, const Shape& whole) {
  return elements_along(whole, batch_dims_of(call) + static_cast<int>(call.shape(1)[-1]), whole.rank());
}

void gather_nd(const RefCall& call) {
  const BlockWriter blocks{call.dtype(0), tuple_block(call, call.shape(0)), call.output<std::byte>(), call.input<std::byte>(0)};
  for_each_tuple(call, call.shape(0), [&](std::int64_t part, std::int64_t whole) { blocks.copy(part, whole); });
}

void gather_nd_gradient(const RefCall& call) {
  clear(call);
  const BlockWriter blocks{call.dtype(0), tuple_block(call, call.output_shape()), call.output<std::byte>(), call.input<std::byte>(0)};
  for_each_tuple(call, call.output_shape(), [&](std::int64_t part, std::int64_t whole) { blocks.add(whole, part); });
}

void scatter_nd(const RefCall& call) {
  copy_operand(call);
  const BlockWriter blocks{call.dtype(0), tuple_block(call, call.output_shape()), call.output<std::byte>(), call.input<std::byte>(2)};
  const bool adds = call.attributes.text("reduction") == "add";
  for_each_tuple(call, call.output_shape(),
                 [&](std::int64_t part, std::int64_t whole) { adds ? blocks.add(whole, part) : blocks.copy(whole, part); });
}

constexpr RefEntry kTable[] = {
    {"gather", gather},         {"gather_gradient", gather_gradient}, {"gather_nd", gather_nd}, {"gather_nd_gradient", gather_nd_gradient},
    {"scatter_nd", scatter_nd},
};

}  // namespace

std::span<const RefEntry> gathering_table() { return kTable; }

}  // namespace lepton::kernels::ref
