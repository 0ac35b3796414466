// Finds pictures that may be copies of each other by low-resolution averages, without comparing every two.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::data {

/// Brightness of a picture, [height, width], and its sums over any rectangle in constant time.
class GreyPicture {
 public:
  /// `picture`: [height, width, 1 to 4] u8.
  explicit GreyPicture(const Tensor& picture);

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  const std::vector<std::uint8_t>& pixels() const { return pixels_; }
  /// Average over rows [y0, y1) and columns [x0, x1), rounded.
  std::uint8_t average(std::int64_t y0, std::int64_t x0, std::int64_t y1, std::int64_t x1) const;

 private:
  std::int64_t height_, width_;
  std::vector<std::uint8_t> pixels_;
  std::vector<std::uint32_t> sums_;  // of everything above and left; wraps around, differences do not care
};

struct Candidate {
  std::int64_t key = 0;  ///< Of the picture in the index.
  int shift_x = 0;
  int shift_y = 0;
  std::int64_t badness = 0;  ///< Squared difference of the averages: smaller is likelier.
};

/// Pictures described by averages over a grid in their middle. A query slides that window over the other picture.
///
/// Averages can only be nearer than the pixels are (Jensen), so with a limit on the averages no copy whose pixels are within the same
/// limit is missed, apart from rounding.
class PictureIndex {
 public:
  explicit PictureIndex(int max_shift) : max_shift_(max_shift) {}

  /// One picture's description; made on any thread.
  struct Entry {
    std::int64_t height = 0, width = 0, key = 0;
    std::array<std::uint8_t, 16> coarse{};
    std::vector<std::uint8_t> fine;
  };
  Entry describe(const GreyPicture& picture, std::int64_t key) const;

  void add(Entry entry);
  /// Sorts; queries only after it.
  void finish();
  /// (picture, shift) whose averages are near enough, by key: the best three shifts for each of the 64 likeliest pictures.
  std::vector<Candidate> query(const GreyPicture& picture) const;

 private:
  struct Group {
    std::vector<Entry> entries;
    std::vector<std::uint64_t> buckets;  // of the entries, sorted
  };
  struct Window {
    std::int64_t height = 0, width = 0, margin_y = 0, margin_x = 0;
  };
  Window window_of(std::int64_t height, std::int64_t width) const;
  void query_group(const GreyPicture& picture, const Group& group, const Window& window, std::vector<Candidate>& found) const;
  int max_shift_;
  std::map<std::pair<std::int64_t, std::int64_t>, Group> groups_;
};

}  // namespace lepton::data
