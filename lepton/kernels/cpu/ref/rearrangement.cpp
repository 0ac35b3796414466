// Reference rearrangements, axis by axis (slice, flip, roll, pad, tile), and their transposes, which add each element back to where it
// came from.
#include <algorithm>
#include <cstring>

#include "lepton/kernels/cpu/ref/elementwise_loops.hpp"
#include "lepton/tensor/axis_map.hpp"
#include "lepton/tensor/convert.hpp"

namespace lepton::kernels::ref {
namespace {

// Walks the result row by row: body(offset of the row in the result, offset of its operand's row or -1 if all of it is filled).
class Rows {
 public:
  Rows(const AxisMaps& maps) : maps_(maps) {
    const int last = maps.rank - 1;
    std::int64_t stride = last < 0 ? 1 : maps.axes[static_cast<std::size_t>(last)].size;
    for (int axis = last - 1; axis >= 0; --axis) {
      strides_[axis] = stride;
      stride *= maps.axes[static_cast<std::size_t>(axis)].size;
      count_ *= maps.axes[static_cast<std::size_t>(axis)].count;
    }
    if (last >= 0) row_ = maps.axes[static_cast<std::size_t>(last)];
  }
  const AxisMap& row() const { return row_; }

  template <class Body>
  void for_each(const Body& body) const {
    std::int64_t index[AxisMaps::kMaxRank] = {};
    for (std::int64_t r = 0; r < count_; ++r) {
      std::int64_t offset = 0;
      for (int axis = 0; axis + 1 < maps_.rank && offset >= 0; ++axis) {
        const std::int64_t place = maps_.axes[static_cast<std::size_t>(axis)].place(index[axis]);
        offset = place < 0 ? -1 : offset + place * strides_[axis];
      }
      body(r * row_.count, offset);
      for (int axis = maps_.rank - 2; axis >= 0; --axis) {
        if (++index[axis] < maps_.axes[static_cast<std::size_t>(axis)].count) break;
        index[axis] = 0;
      }
    }
  }

 private:
  const AxisMaps& maps_;
  AxisMap row_;
  std::int64_t strides_[AxisMaps::kMaxRank] = {};
  std::int64_t count_ = 1;
};

// The elements [begin, end) of a row that come straight from one piece of the operand.
struct Straight {
  std::int64_t begin, end;
  explicit Straight(const AxisMap& row) {
    const bool ascending = row.step == 1;
    begin = ascending ? std::clamp<std::int64_t>(-row.first, 0, row.count) : 0;
    end = ascending ? std::clamp<std::int64_t>(row.size - row.first, begin, row.count) : begin;
  }
};

template <class T>
void fill(const RefCall& call) {
  const Attribute* value = call.attributes.find("value");
  const T filling = convert<T>(value == nullptr ? 0.0 : value->get<double>());
  std::fill_n(call.output<T>(), call.output_shape().num_elements(), filling);
}

template <Rearrangement kKind>
void rearrange(const RefCall& call) {
  const AxisMaps maps = axis_maps(kKind, "rearrange", call.shape(0), call.attributes).value();
  if (kKind == Rearrangement::kPad) visit_dtype(call.output_dtype(), [&]<class T>(TypeTag<T>) { fill<T>(call); });
  const auto size = static_cast<std::int64_t>(size_of(call.output_dtype()));
  const std::byte* x = call.input<std::byte>(0);
  std::byte* y = call.output<std::byte>();
  const Rows rows(maps);
  const AxisMap& row = rows.row();
  const Straight straight(row);
  const auto copy = [&](std::int64_t to, std::int64_t from, std::int64_t count) {
    std::memcpy(y + to * size, x + from * size, static_cast<std::size_t>(count * size));
  };
  rows.for_each([&](std::int64_t to, std::int64_t from) {
    if (from < 0) return;
    const auto single = [&](std::int64_t i) {
      if (const std::int64_t place = row.place(i); place >= 0) copy(to + i, from + place, 1);
    };
    for (std::int64_t i = 0; i < straight.begin; ++i) single(i);
    if (straight.end > straight.begin) copy(to + straight.begin, from + row.first + straight.begin, straight.end - straight.begin);
    for (std::int64_t i = straight.end; i < row.count; ++i) single(i);
  });
}

// g has the shape of the rearranged tensor, the result that of `like`.
template <Rearrangement kKind>
void add_back(const RefCall& call) {
  const AxisMaps maps = axis_maps(kKind, "rearrange", call.output_shape(), call.attributes).value();
  const Rows rows(maps);
  const AxisMap& row = rows.row();
  visit_number(call.dtype(0), [&]<class T>(TypeTag<T>) {
    const T* g = call.input<T>(0);
    T* y = call.output<T>();
    std::fill_n(y, call.output_shape().num_elements(), T{});
    rows.for_each([&](std::int64_t from, std::int64_t to) {
      if (to < 0) return;
      for (std::int64_t i = 0; i < row.count; ++i) {
        const std::int64_t place = row.place(i);
        if (place >= 0) y[to + place] = wrapping_sum(y[to + place], g[from + i]);
      }
    });
  });
}

constexpr RefEntry kTable[] = {
    {"flip", rearrange<Rearrangement::kFlip>},       {"pad", rearrange<Rearrangement::kPad>},
    {"pad_gradient", add_back<Rearrangement::kPad>}, {"roll", rearrange<Rearrangement::kRoll>},
    {"slice", rearrange<Rearrangement::kSlice>},     {"slice_gradient", add_back<Rearrangement::kSlice>},
    {"tile", rearrange<Rearrangement::kTile>},       {"tile_gradient", add_back<Rearrangement::kTile>},
};

}  // namespace

std::span<const RefEntry> rearrangement_table() { return kTable; }

}  // namespace lepton::kernels::ref
