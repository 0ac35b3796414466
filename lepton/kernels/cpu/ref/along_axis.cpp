// Reference gather and scatter of single elements along an axis.
#include <cstring>

#include "lepton/kernels/cpu/ref/elementwise_loops.hpp"
#include "lepton/kernels/cpu/ref/fold.hpp"

namespace lepton::kernels::ref {
namespace {

// Calls body(offset into the indices, offset into the tensor with `size` elements along the axis) for each index.
template <class Index, class Body>
void for_each_place(const RefCall& call, const Index* indices, const Shape& shape, std::int64_t size, const Body& body) {
  const std::int64_t axis = call.attributes.integer("axis");
  const int place = static_cast<int>(axis < 0 ? axis + shape.rank() : axis);
  std::int64_t inner = 1;
  for (int i = place + 1; i < shape.rank(); ++i) inner *= shape[i];
  const std::int64_t along = shape[place], count = shape.num_elements();
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t index = static_cast<std::int64_t>(indices[i]);
    if (index < -size || index >= size)
      fail(ErrorCode::kInvalidArgument, "along_axis: index {} is outside an axis of {} elements", index, size);
    if (index < 0) index += size;
    body(i, (i / (inner * along) * size + index) * inner + i % inner);
  }
}

template <class Body>
void visit_indices(const RefCall& call, std::size_t input, std::int64_t size, const Body& body) {
  const Shape& shape = call.shape(input);
  call.dtype(input) == DType::kI32 ? for_each_place(call, call.input<std::int32_t>(input), shape, size, body)
                                   : for_each_place(call, call.input<std::int64_t>(input), shape, size, body);
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
    visit_indices(call, 1, axis_length(call, call.output_shape()), [&](std::int64_t i, std::int64_t place) {
      if constexpr (std::is_integral_v<T>) {
        y[place] = static_cast<T>(bits_of(y[place]) + bits_of(updates[i]));
      } else {
        y[place] += updates[i];
      }
    });
  });
}

constexpr RefEntry kTable[] = {{"scatter_add_along_axis", scatter_add}, {"take_along_axis", take}};

}  // namespace

std::span<const RefEntry> along_axis_table() { return kTable; }

}  // namespace lepton::kernels::ref
