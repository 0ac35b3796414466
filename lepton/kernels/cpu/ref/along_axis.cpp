// Reference gather and scatter of single elements along an axis.
#include <algorithm>
#include <cstring>

#include "lepton/kernels/cpu/ref/elementwise_loops.hpp"
#include "lepton/kernels/cpu/ref/indices.hpp"

namespace lepton::kernels::ref {
namespace {

// Calls body(offset into the indices, offset into the tensor with `size` elements along the axis) for each index of operand `input`.
template <class Body>
void visit_indices(const RefCall& call, std::size_t input, std::int64_t size, const Body& body) {
  const Shape& shape = call.shape(input);
  const int axis = axis_of(call, shape.rank());
  const std::int64_t inner = elements_along(shape, axis + 1, shape.rank()), along = shape[axis], count = shape.num_elements();
  visit_index(call.dtype(input), [&]<class Index>(TypeTag<Index>) {
    const Index* indices = call.input<Index>(input);
    for (std::int64_t i = 0; i < count; ++i) body(i, (i / (inner * along) * size + index_in(indices[i], size)) * inner + i % inner);
  });
}

std::int64_t axis_length(const RefCall& call, const Shape& shape) { return shape[static_cast<int>(call.attributes.integer("axis"))]; }

void take(const RefCall& call) {
  const auto size = static_cast<std::int64_t>(size_of(call.output_dtype()));
  const std::byte* x = call.input<std::byte>(0);
  std::byte* y = call.output<std::byte>();
  visit_indices(call, 1, axis_length(call, call.shape(0)),
                [&](std::int64_t i, std::int64_t place) { std::memcpy(y + i * size, x + place * size, static_cast<std::size_t>(size)); });
}

void scatter_add(const RefCall& call) {
  visit_number(call.dtype(0), [&]<class T>(TypeTag<T>) {
    const T* updates = call.input<T>(0);
    T* y = call.output<T>();
    std::fill(y, y + call.output_shape().num_elements(), T{});
    visit_indices(call, 1, axis_length(call, call.output_shape()),
                  [&](std::int64_t i, std::int64_t place) { y[place] = wrapping_sum(y[place], updates[i]); });
  });
}

void scatter(const RefCall& call) {
  const bool adds = call.attributes.text("reduction") == "add";
  visit_number(call.dtype(0), [&]<class T>(TypeTag<T>) {
    const T *x = call.input<T>(0), *updates = call.input<T>(2);
    T* y = call.output<T>();
    std::copy_n(x, call.output_shape().num_elements(), y);
    visit_indices(call, 1, axis_length(call, call.output_shape()),
                  [&](std::int64_t i, std::int64_t place) { y[place] = adds ? wrapping_sum(y[place], updates[i]) : updates[i]; });
  });
}

constexpr RefEntry kTable[] = {{"scatter", scatter}, {"scatter_add_along_axis", scatter_add}, {"take_along_axis", take}};

}  // namespace

std::span<const RefEntry> along_axis_table() { return kTable; }

}  // namespace lepton::kernels::ref
