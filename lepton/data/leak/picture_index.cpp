// Grid averages from a table of sums; entries in buckets of three Hadamard coefficients, so that a query looks at few of them.
#include "lepton/data/leak/internal/picture_index.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <tuple>

namespace lepton::data {
namespace {

constexpr std::int64_t kCoarse = 4;
constexpr std::int64_t kMaxFine = 16;
constexpr std::int64_t kFineCellPixels = 4;
constexpr std::int64_t kMinWindow = 8;
// Root mean square difference of averages over 4x4 pixels. JPEG at quality 60 stays below 4 on 4,000 real pictures.
constexpr std::int64_t kLimit = 5;
constexpr std::size_t kShiftsPerPicture = 3;
// A thousand blank pages are a million pairs; to know of some of them is enough.
constexpr std::size_t kMaxPictures = 64;
// A coefficient is a signed sum of 16 averages: its difference is at most 16 times their root mean square difference.
constexpr std::int64_t kBucketWidth = 16 * kLimit;
constexpr std::int64_t kBucketOffset = 4096;  // coefficients lie within ±16 * 255

using Coarse = std::array<std::uint8_t, 16>;

Coarse coarse_of(const GreyPicture& picture, std::int64_t y, std::int64_t x, std::int64_t height, std::int64_t width) {
  Coarse cells{};
  for (std::int64_t i = 0; i < kCoarse; ++i) {
    for (std::int64_t j = 0; j < kCoarse; ++j) {
      cells[static_cast<std::size_t>(i * kCoarse + j)] =
          picture.average(y + i * height / kCoarse, x + j * width / kCoarse, y + (i + 1) * height / kCoarse, x + (j + 1) * width / kCoarse);
    }
  }
  return cells;
}

std::int64_t fine_cells(std::int64_t length) { return std::clamp<std::int64_t>(length / kFineCellPixels, 1, kMaxFine); }

void fine_of(const GreyPicture& picture, std::int64_t y, std::int64_t x, std::int64_t height, std::int64_t width,
             std::vector<std::uint8_t>& cells) {
  const std::int64_t rows = fine_cells(height), columns = fine_cells(width);
  cells.clear();
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      cells.push_back(
          picture.average(y + i * height / rows, x + j * width / columns, y + (i + 1) * height / rows, x + (j + 1) * width / columns));
    }
  }
}

template <class Cells>
std::int64_t squared_difference(const Cells& a, const Cells& b) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const int difference = int{a[i]} - int{b[i]};
    sum += difference * difference;
  }
  return sum;
}

// Mean, top against bottom, left against right.
std::array<std::int64_t, 3> buckets_of(const Coarse& cells) {
  std::array<std::int64_t, 3> sums{};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::int64_t value = cells[i];
    sums[0] += value;
    sums[1] += i < 8 ? value : -value;
    sums[2] += i % 4 < 2 ? value : -value;
  }
  for (std::int64_t& sum : sums) sum = (sum + kBucketOffset) / kBucketWidth;
  return sums;
}

std::uint64_t pack(std::int64_t a, std::int64_t b, std::int64_t c) {
  return (static_cast<std::uint64_t>(a) << 40) | (static_cast<std::uint64_t>(b) << 20) | static_cast<std::uint64_t>(c);
}

std::uint64_t bucket_of(const Coarse& cells) {
  const auto buckets = buckets_of(cells);
  return pack(buckets[0], buckets[1], buckets[2]);
}

}  // namespace

GreyPicture::GreyPicture(const Tensor& picture) : height_(picture.shape()[0]), width_(picture.shape()[1]) {
  const Tensor plain = picture.contiguous();
  const std::int64_t channels = picture.shape()[2];
  const std::uint8_t* source = plain.data<std::uint8_t>();
  pixels_.resize(static_cast<std::size_t>(height_ * width_));
  for (std::uint8_t& pixel : pixels_) {
    pixel =
        channels < 3 ? source[0] : static_cast<std::uint8_t>((source[0] * 19595u + source[1] * 38470u + source[2] * 7471u + 0x8000u) >> 16);
    source += channels;
  }
  const auto stride = static_cast<std::size_t>(width_ + 1);
  sums_.assign(stride * static_cast<std::size_t>(height_ + 1), 0);
  for (std::size_t y = 0; y < static_cast<std::size_t>(height_); ++y) {
    std::uint32_t row = 0;
    for (std::size_t x = 0; x < static_cast<std::size_t>(width_); ++x) {
      row += pixels_[y * static_cast<std::size_t>(width_) + x];
      sums_[(y + 1) * stride + x + 1] = sums_[y * stride + x + 1] + row;
    }
  }
}

std::uint8_t GreyPicture::average(std::int64_t y0, std::int64_t x0, std::int64_t y1, std::int64_t x1) const {
  const auto at = [&](std::int64_t y, std::int64_t x) { return sums_[static_cast<std::size_t>(y * (width_ + 1) + x)]; };
  const auto count = static_cast<std::uint32_t>((y1 - y0) * (x1 - x0));
  const std::uint32_t sum = at(y1, x1) - at(y0, x1) - at(y1, x0) + at(y0, x0);
  return static_cast<std::uint8_t>((sum + count / 2) / count);
}

PictureIndex::Window PictureIndex::window_of(std::int64_t height, std::int64_t width) const {
  // Tiny pictures keep a window that still says something, at the price of smaller shifts.
  const auto margin = [&](std::int64_t length) { return std::clamp<std::int64_t>((length - kMinWindow) / 2, 0, max_shift_); };
  const std::int64_t margin_y = margin(height), margin_x = margin(width);
  return {height - 2 * margin_y, width - 2 * margin_x, margin_y, margin_x};
}

PictureIndex::Entry PictureIndex::describe(const GreyPicture& picture, std::int64_t key) const {
  Entry entry{.height = picture.height(), .width = picture.width(), .key = key};
  if (entry.height < kCoarse || entry.width < kCoarse) return entry;  // only an identical picture is a copy of one so small
  const Window window = window_of(entry.height, entry.width);
  entry.coarse = coarse_of(picture, window.margin_y, window.margin_x, window.height, window.width);
  fine_of(picture, window.margin_y, window.margin_x, window.height, window.width, entry.fine);
  return entry;
}

void PictureIndex::add(Entry entry) {
  if (!entry.fine.empty()) groups_[{entry.height, entry.width}].entries.push_back(std::move(entry));
}

void PictureIndex::finish() {
  for (auto& [size, group] : groups_) {
    std::ranges::stable_sort(group.entries, {}, [](const Entry& entry) { return bucket_of(entry.coarse); });
    group.buckets.clear();
    for (const Entry& entry : group.entries) group.buckets.push_back(bucket_of(entry.coarse));
  }
}

std::vector<Candidate> PictureIndex::query(const GreyPicture& picture) const {
  std::vector<Candidate> found;
  if (picture.height() < kCoarse || picture.width() < kCoarse) return found;
  // A shifted copy may be a crop: its sides differ by as much as it was shifted.
  for (std::int64_t dy = -max_shift_; dy <= max_shift_; ++dy) {
    for (std::int64_t dx = -max_shift_; dx <= max_shift_; ++dx) {
      const auto group = groups_.find({picture.height() + dy, picture.width() + dx});
      if (group == groups_.end()) continue;
      query_group(picture, group->second, window_of(picture.height() + dy, picture.width() + dx), found);
    }
  }
  // The likeliest first; each picture keeps its best shifts, and only so many pictures are kept.
  std::ranges::sort(found, {}, [](const Candidate& one) { return std::tuple(one.badness, one.key, one.shift_y, one.shift_x); });
  std::map<std::int64_t, std::vector<Candidate>> by_key;
  for (const Candidate& one : found) {
    auto own = by_key.find(one.key);
    if (own == by_key.end()) {
      if (by_key.size() == kMaxPictures) continue;
      own = by_key.emplace(one.key, std::vector<Candidate>()).first;
    }
    if (own->second.size() < kShiftsPerPicture) own->second.push_back(one);
  }
  std::vector<Candidate> best;
  for (const auto& [key, own] : by_key) best.insert(best.end(), own.begin(), own.end());
  return best;
}

void PictureIndex::query_group(const GreyPicture& picture, const Group& group, const Window& window, std::vector<Candidate>& found) const {
  std::vector<std::uint8_t> fine;
  for (std::int64_t y = 0; y + window.height <= picture.height(); ++y) {
    for (std::int64_t x = 0; x + window.width <= picture.width(); ++x) {
      const std::int64_t shift_y = y - window.margin_y, shift_x = x - window.margin_x;
      if (std::abs(shift_y) > max_shift_ || std::abs(shift_x) > max_shift_) continue;
      const Coarse coarse = coarse_of(picture, y, x, window.height, window.width);
      const auto center = buckets_of(coarse);
      fine.clear();
      for (std::int64_t a = center[0] - 1; a <= center[0] + 1; ++a) {
        for (std::int64_t b = center[1] - 1; b <= center[1] + 1; ++b) {
          const auto begin = std::ranges::lower_bound(group.buckets, pack(a, b, std::max<std::int64_t>(0, center[2] - 1)));
          const std::uint64_t last = pack(a, b, center[2] + 1);
          for (auto at = begin; at != group.buckets.end() && *at <= last; ++at) {
            const Entry& entry = group.entries[static_cast<std::size_t>(at - group.buckets.begin())];
            if (squared_difference(entry.coarse, coarse) > kLimit * kLimit * 16) continue;
            if (fine.empty()) fine_of(picture, y, x, window.height, window.width, fine);
            const std::int64_t badness = squared_difference(entry.fine, fine);
            if (badness > kLimit * kLimit * static_cast<std::int64_t>(fine.size())) continue;
            found.push_back({entry.key, static_cast<int>(shift_x), static_cast<int>(shift_y), badness});
          }
        }
      }
    }
  }
}

}  // namespace lepton::data
