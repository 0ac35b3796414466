// Blocked axes are cut where any operand's blocks cut them; then loops are sorted, and joined where possible.
#include "lepton/kernels/cpu/simd/space.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace lepton::kernels::simd {
namespace {

// A digit of the index along one axis: index / divisor (up to the next digit), with its stride.
struct Digit {
  std::int64_t divisor, stride;
};

// The digits of an operand's axis, from the innermost.
std::vector<Digit> digits_of(const Layout& layout, int axis) {
  std::vector<Digit> digits;
  std::int64_t divisor = 1, stride = 1;
  for (auto block = layout.blocks.rbegin(); block != layout.blocks.rend(); ++block) {
    if (block->axis == axis) {
      digits.push_back({divisor, stride});
      divisor *= block->size;
    }
    stride *= block->size;
  }
  digits.push_back({divisor, layout.strides[static_cast<std::size_t>(axis)]});
  return digits;
}

// The operand's axis that meets axis `axis` of the result; -1 if it is broadcast along it.
int operand_axis(const Shape& operand, int axis, int result_rank) {
  const int own = axis - (result_rank - operand.rank());
  return own < 0 || operand[own] == 1 ? -1 : own;
}

std::int64_t stride_at(const TensorDesc& operand, int axis, int result_rank, std::int64_t divisor) {
  const int own = operand_axis(operand.type.shape, axis, result_rank);
  if (own < 0) return 0;
  const auto digits = digits_of(operand.layout, own);
  auto digit = digits.begin();
  while (digit + 1 != digits.end() && (digit + 1)->divisor <= divisor) ++digit;
  return digit->stride * (divisor / digit->divisor);
}

// Where the digits of any operand begin along one axis of the result.
std::optional<std::vector<std::int64_t>> cuts_of(const Shape& result, std::span<const TensorDesc> operands, int axis) {
  std::vector<std::int64_t> cuts = {1};
  for (const TensorDesc& operand : operands) {
    const int own = operand_axis(operand.type.shape, axis, result.rank());
    if (own < 0) continue;
    for (const Digit& digit : digits_of(operand.layout, own)) cuts.push_back(digit.divisor);
  }
  std::ranges::sort(cuts);
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    if (cuts[i + 1] % cuts[i] != 0) return std::nullopt;
  }
  if (result[axis] % cuts.back() != 0) return std::nullopt;
  return cuts;
}

void sort_by_first(std::vector<std::int64_t>& sizes, std::vector<std::vector<std::int64_t>>& strides) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return strides[0][a] > strides[0][b]; });
  const auto permute = [&](std::vector<std::int64_t>& values) {
    std::vector<std::int64_t> sorted;
    for (const std::size_t i : order) sorted.push_back(values[i]);
    values = std::move(sorted);
  };
  permute(sizes);
  for (auto& list : strides) permute(list);
}

}  // namespace

bool Space::is_dense(std::size_t operand) const {
  std::int64_t expected = 1;
  for (std::size_t loop = rank(); loop-- > 0;) {
    if (strides[operand][loop] != expected) return false;
    expected *= sizes[loop];
  }
  return true;
}

bool Space::is_scalar(std::size_t operand) const {
  return std::ranges::all_of(strides[operand], [](std::int64_t stride) { return stride == 0; });
}

Space make_space(std::vector<std::int64_t> sizes, std::vector<std::vector<std::int64_t>> strides, bool keep_order) {
  for (std::size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] != 1) continue;
    sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(i));
    for (auto& list : strides) list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (!keep_order) sort_by_first(sizes, strides);
  for (std::size_t i = sizes.size(); i-- > 1;) {
    const auto joins = [&](const std::vector<std::int64_t>& list) { return list[i - 1] == list[i] * sizes[i]; };
    if (!std::ranges::all_of(strides, joins)) continue;
    sizes[i - 1] *= sizes[i];
    sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(i));
    for (auto& list : strides) {
      list[i - 1] = list[i];
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return {std::move(sizes), std::move(strides)};
}

std::optional<Space> make_space(const Shape& result, std::span<const TensorDesc> operands) {
  std::vector<std::int64_t> sizes;
  std::vector<std::vector<std::int64_t>> strides(operands.size());
  for (int axis = 0; axis < result.rank(); ++axis) {
    const auto cuts = cuts_of(result, operands, axis);
    if (!cuts) return std::nullopt;
    for (std::size_t i = cuts->size(); i-- > 0;) {
      const std::int64_t end = i + 1 < cuts->size() ? (*cuts)[i + 1] : result[axis];
      sizes.push_back(end / (*cuts)[i]);
      for (std::size_t o = 0; o < operands.size(); ++o) strides[o].push_back(stride_at(operands[o], axis, result.rank(), (*cuts)[i]));
    }
  }
  return make_space(std::move(sizes), std::move(strides));
}

bool has_padding(const TensorDesc& desc) {
  for (const LayoutBlock& block : desc.layout.blocks) {
    if (desc.type.shape[block.axis] % digits_of(desc.layout, block.axis).back().divisor != 0) return true;
  }
  return false;
}

PaddingCleaner::PaddingCleaner(const TensorDesc& desc) : element_size_(size_of(desc.type.dtype)) {
  for (int axis = 0; axis < desc.type.shape.rank(); ++axis) {
    const auto digits = digits_of(desc.layout, axis);
    const std::int64_t valid = desc.type.shape[axis], block = digits.back().divisor, all = (valid + block - 1) / block * block;
    auto& offsets = offsets_.emplace_back();
    for (std::int64_t i = 0; i < all; ++i) {
      std::int64_t offset = 0;
      for (std::size_t d = 0; d < digits.size(); ++d) {
        const std::int64_t part = i / digits[d].divisor;
        offset += digits[d].stride * (d + 1 < digits.size() ? part % (digits[d + 1].divisor / digits[d].divisor) : part);
      }
      offsets.push_back(offset);
    }
    valid_.push_back(static_cast<std::size_t>(valid));
  }
}

void PaddingCleaner::clean(std::byte* data) const {
  constexpr std::size_t kMaxRank = 12;
  const std::size_t rank = offsets_.size();
  for (std::size_t padded = 0; padded < rank; ++padded) {
    if (valid_[padded] == offsets_[padded].size()) continue;
    std::size_t index[kMaxRank] = {};
    index[padded] = valid_[padded];
    for (std::size_t axis = 0; axis < rank;) {
      std::int64_t offset = 0;
      for (std::size_t i = 0; i < rank; ++i) offset += offsets_[i][index[i]];
      std::memset(data + offset * static_cast<std::int64_t>(element_size_), 0, element_size_);
      for (axis = 0; axis < rank; ++axis) {
        if (++index[axis] < offsets_[axis].size()) break;
        index[axis] = axis == padded ? valid_[axis] : 0;
      }
    }
  }
}

}  // namespace lepton::kernels::simd
