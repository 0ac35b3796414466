// The five rearrangements' attributes, turned into maps.
#include "lepton/tensor/axis_map.hpp"

#include <algorithm>

namespace lepton {
namespace {

// No axis gets longer than this: products of such sizes would overflow.
constexpr std::int64_t kLargest = std::int64_t{1} << 40;

struct Request {
  std::string_view component;
  const Shape& operand;
  const Attributes& attributes;

  template <class... Args>
  Error error(fmt::format_string<Args...> format, Args&&... args) const {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{}: {} (operand {})", component, fmt::format(format, std::forward<Args>(args)...), operand));
  }
};

// Calls change(map, number in the list) for each axis that attribute "axes" names; none means all of them, or the first `length` ones.
template <class Change>
Result<void> for_named_axes(const Request& r, std::size_t length, AxisMaps& maps, const Change& change) {
  const auto& axes = r.attributes.integers("axes");
  if (!axes.empty() && axes.size() != length) return r.error("needs one value for each of {} axes, got {}", axes.size(), length);
  if (axes.empty() && length > static_cast<std::size_t>(maps.rank)) return r.error("{} values are more than there are axes", length);
  std::array<bool, AxisMaps::kMaxRank> seen{};
  for (std::size_t i = 0; i < length; ++i) {
    auto axis = static_cast<std::size_t>(i);
    if (!axes.empty()) {
      LEPTON_TRY(const int place, normalize_axis(axes[i], maps.rank, r.component));
      axis = static_cast<std::size_t>(place);
    }
    if (seen[axis]) return r.error("axis {} is named twice", axis);
    seen[axis] = true;
    LEPTON_CHECK_OK(change(maps.axes[axis], i));
  }
  return {};
}

Result<void> slice(const Request& r, AxisMaps& maps) {
  const auto &starts = r.attributes.integers("starts"), &ends = r.attributes.integers("ends"), &steps = r.attributes.integers("steps");
  if (ends.size() != starts.size() || (!steps.empty() && steps.size() != starts.size()))
    return r.error("starts, ends and steps must be equally long ({}, {}, {})", starts.size(), ends.size(), steps.size());
  return for_named_axes(r, starts.size(), maps, [&](AxisMap& map, std::size_t i) -> Result<void> {
    map.step = steps.empty() ? 1 : steps[i];
    if (map.step == 0) return r.error("a step must not be 0");
    const bool forward = map.step > 0;
    const std::int64_t low = forward ? 0 : -1, high = forward ? map.size : map.size - 1;
    const auto bound = [&](std::int64_t b) { return std::clamp(b < 0 ? b + map.size : b, low, high); };
    map.first = bound(starts[i]);
    const std::int64_t last = bound(ends[i]);
    const std::int64_t distance = forward ? last - map.first : map.first - last;
    // Written so that neither a huge step nor the smallest one overflows.
    const std::uint64_t stride = forward ? static_cast<std::uint64_t>(map.step) : std::uint64_t{0} - static_cast<std::uint64_t>(map.step);
    map.count = distance <= 0 ? 0 : static_cast<std::int64_t>((static_cast<std::uint64_t>(distance) - 1) / stride) + 1;
    if (map.count <= 1) map.step = 1;
    return {};
  });
}

Result<void> flip(const Request& r, AxisMaps& maps) {
  const auto& axes = r.attributes.integers("axes");
  return for_named_axes(r, axes.empty() ? static_cast<std::size_t>(maps.rank) : axes.size(), maps, [](AxisMap& map, std::size_t) {
    map.first = map.size - 1;
    map.step = -1;
    return Result<void>();
  });
}

Result<void> roll(const Request& r, AxisMaps& maps) {
  const auto& shifts = r.attributes.integers("shifts");
  return for_named_axes(r, shifts.size(), maps, [&](AxisMap& map, std::size_t i) {
    map.outside = AxisMap::Outside::kWrap;
    map.first = map.size == 0 ? 0 : -(shifts[i] % map.size);
    return Result<void>();
  });
}

Result<void> pad(const Request& r, AxisMaps& maps) {
  const auto& pads = r.attributes.integers("pads");
  const std::string& mode = r.attributes.text("mode");
  const auto rank = static_cast<std::size_t>(maps.rank);
  if (pads.size() != 2 * rank) return r.error("pads must have {} numbers, two for each axis (got {})", 2 * rank, pads.size());
  const bool constant = mode == "constant", reflect = mode == "reflect";
  if (!constant && !reflect && mode != "edge") return r.error("mode must be constant, reflect or edge, got '{}'", mode);
  for (std::size_t axis = 0; axis < rank; ++axis) {
    AxisMap& map = maps.axes[axis];
    const std::int64_t before = pads[axis], after = pads[axis + rank];
    if (before < 0 || after < 0) return r.error("pads must not be negative; slice cuts (got {} and {})", before, after);
    if (before > kLargest || after > kLargest) return r.error("a pad of {} is beyond all memory", std::max(before, after));
    if (reflect && std::max(before, after) >= std::max<std::int64_t>(map.size, 1))
      return r.error("reflects at most the {} elements beside the edge of axis {}, asked for {}", map.size - 1, axis,
                     std::max(before, after));
    if (!constant && map.size == 0 && before + after > 0) return r.error("axis {} has no element to repeat", axis);
    map.first = -before;
    map.count = map.size + before + after;
    map.outside = constant ? AxisMap::Outside::kFill : reflect ? AxisMap::Outside::kReflect : AxisMap::Outside::kEdge;
  }
  return {};
}

Result<void> tile(const Request& r, AxisMaps& maps) {
  const auto& repeats = r.attributes.integers("repeats");
  if (repeats.size() != static_cast<std::size_t>(maps.rank)) return r.error("needs one repeat for each axis (got {})", repeats.size());
  for (std::size_t axis = 0; axis < repeats.size(); ++axis) {
    if (repeats[axis] < 0) return r.error("repeats must not be negative (got {})", repeats[axis]);
    AxisMap& map = maps.axes[axis];
    if (repeats[axis] > kLargest / std::max<std::int64_t>(map.size, 1)) return r.error("{} repeats are beyond all memory", repeats[axis]);
    map.outside = AxisMap::Outside::kWrap;
    map.count = map.size * repeats[axis];
  }
  return {};
}

}  // namespace

std::int64_t AxisMap::place(std::int64_t i) const {
  const std::int64_t at = first + i * step;
  if (at >= 0 && at < size) return at;
  switch (outside) {
    case Outside::kFill:
      return -1;
    case Outside::kEdge:
      return at < 0 ? 0 : size - 1;
    case Outside::kReflect:
      return at < 0 ? -at : 2 * (size - 1) - at;
    case Outside::kWrap:
      return ((at % size) + size) % size;
  }
  LEPTON_UNREACHABLE("an unknown kind of edge");
}

Shape AxisMaps::result() const {
  Dims dims;
  for (int axis = 0; axis < rank; ++axis) dims.push_back(axes[static_cast<std::size_t>(axis)].count);
  return Shape(std::move(dims));
}

Result<AxisMaps> axis_maps(Rearrangement kind, std::string_view component, const Shape& operand, const Attributes& attributes) {
  const Request request{component, operand, attributes};
  if (operand.rank() > AxisMaps::kMaxRank) return request.error("takes at most {} axes", AxisMaps::kMaxRank);
  AxisMaps maps;
  maps.rank = operand.rank();
  for (int axis = 0; axis < maps.rank; ++axis) maps.axes[static_cast<std::size_t>(axis)] = {.size = operand[axis], .count = operand[axis]};
  constexpr std::array kRules = {slice, flip, roll, pad, tile};
  LEPTON_CHECK_OK(kRules.at(static_cast<std::size_t>(kind))(request, maps));
  return maps;
}

}  // namespace lepton
