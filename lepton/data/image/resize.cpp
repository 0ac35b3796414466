// Separable resampling: one table of weights per axis, rows first, then columns. u8 runs in fixed point, so bits agree everywhere.
#include "lepton/data/image/resize.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

namespace lepton::data {
namespace {

constexpr std::array<std::pair<std::string_view, ResizeFilter>, 4> kNames{{{"nearest", ResizeFilter::kNearest},
                                                                           {"area", ResizeFilter::kArea},
                                                                           {"bilinear", ResizeFilter::kBilinear},
                                                                           {"bicubic", ResizeFilter::kBicubic}}};
// 8-bit values, weights that may sum to a little over 1 in magnitude (bicubic), all in 32 bits.
constexpr int kWeightBits = 32 - 8 - 2;

double filter_support(ResizeFilter filter) {
  switch (filter) {
    case ResizeFilter::kArea:
      return 0.5;
    case ResizeFilter::kBicubic:
      return 2.0;
    default:
      return 1.0;
  }
}

double filter_value(ResizeFilter filter, double x) {
  if (filter == ResizeFilter::kArea) return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
  x = std::abs(x);
  if (filter == ResizeFilter::kBilinear) return x < 1.0 ? 1.0 - x : 0.0;
  constexpr double a = -0.5;
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  return x < 2.0 ? (((x - 5.0) * x + 8.0) * x - 4.0) * a : 0.0;
}

// For each output position: the first input sample, and a row of `taps` weights that sum to 1.
template <class Weight>
struct Weights {
  std::int64_t taps = 0;
  std::vector<std::int64_t> first;
  std::vector<std::int64_t> count;
  std::vector<Weight> values;
};

template <class Weight>
Weights<Weight> make_weights(std::int64_t input, std::int64_t output, ResizeFilter filter) {
  const double scale = static_cast<double>(input) / static_cast<double>(output);
  const double stretch = std::max(scale, 1.0);
  const double support = filter_support(filter) * stretch;
  Weights<Weight> weights;
  weights.taps = static_cast<std::int64_t>(std::ceil(support)) * 2 + 1;
  weights.values.assign(static_cast<std::size_t>(output * weights.taps), Weight{0});
  std::vector<double> row(static_cast<std::size_t>(weights.taps));
  for (std::int64_t i = 0; i < output; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale;
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(center - support + 0.5));
    const auto last = std::min<std::int64_t>(input, static_cast<std::int64_t>(center + support + 0.5));
    double sum = 0;
    for (std::int64_t k = first; k < last; ++k) {
      row[static_cast<std::size_t>(k - first)] = filter_value(filter, (static_cast<double>(k) - center + 0.5) / stretch);
      sum += row[static_cast<std::size_t>(k - first)];
    }
    for (std::int64_t k = 0; k < last - first; ++k) {
      const double weight = row[static_cast<std::size_t>(k)] / (sum == 0 ? 1.0 : sum);
      Weight& target = weights.values[static_cast<std::size_t>(i * weights.taps + k)];
      if constexpr (std::is_integral_v<Weight>) {
        target = static_cast<Weight>(std::lround(weight * (1 << kWeightBits)));
      } else {
        target = static_cast<Weight>(weight);
      }
    }
    weights.first.push_back(first);
    weights.count.push_back(last - first);
  }
  return weights;
}

std::uint8_t finish(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255)); }
float finish(float sum) { return sum; }

template <class T>
struct Arithmetic;
template <>
struct Arithmetic<std::uint8_t> {
  using Sum = std::int32_t;
  static constexpr Sum kStart = 1 << (kWeightBits - 1);
};
template <>
struct Arithmetic<float> {
  using Sum = float;
  static constexpr Sum kStart = 0;
};

// Resamples along the middle axis of [outer, length, inner].
template <class T>
void resample(const T* source, T* target, std::int64_t outer, std::int64_t length, std::int64_t new_length, std::int64_t inner,
              ResizeFilter filter) {
  using Sum = typename Arithmetic<T>::Sum;
  const auto weights = make_weights<Sum>(length, new_length, filter);
  std::vector<Sum> sums(static_cast<std::size_t>(inner));
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < new_length; ++i, target += inner) {
      const auto row = static_cast<std::size_t>(i);
      std::ranges::fill(sums, Arithmetic<T>::kStart);
      const T* sample = source + (o * length + weights.first[row]) * inner;
      for (std::int64_t k = 0; k < weights.count[row]; ++k, sample += inner) {
        const Sum weight = weights.values[static_cast<std::size_t>(i * weights.taps + k)];
        for (std::int64_t c = 0; c < inner; ++c) sums[static_cast<std::size_t>(c)] += weight * static_cast<Sum>(sample[c]);
      }
      for (std::int64_t c = 0; c < inner; ++c) target[c] = finish(sums[static_cast<std::size_t>(c)]);
    }
  }
}

template <class T>
Tensor resize_columns(const Tensor& image, std::int64_t width, ResizeFilter filter) {
  if (width == image.shape()[1]) return image;
  Tensor result = Tensor::empty(image.dtype(), Shape{image.shape()[0], width, image.shape()[2]});
  resample(image.data<T>(), result.data<T>(), image.shape()[0], image.shape()[1], width, image.shape()[2], filter);
  return result;
}

template <class T>
Tensor resize_rows(const Tensor& image, std::int64_t height, ResizeFilter filter) {
  if (height == image.shape()[0]) return image;
  Tensor result = Tensor::empty(image.dtype(), Shape{height, image.shape()[1], image.shape()[2]});
  resample(image.data<T>(), result.data<T>(), 1, image.shape()[0], height, image.shape()[1] * image.shape()[2], filter);
  return result;
}

// Shrinks before it grows: less work, and the order that Pillow takes.
template <class T>
Tensor resize_smooth(const Tensor& image, std::int64_t height, std::int64_t width, ResizeFilter filter) {
  if (height * image.shape()[1] < width * image.shape()[0]) {
    return resize_columns<T>(resize_rows<T>(image, height, filter), width, filter);
  }
  return resize_rows<T>(resize_columns<T>(image, width, filter), height, filter);
}

Tensor resize_nearest(const Tensor& image, std::int64_t height, std::int64_t width) {
  const std::int64_t old_height = image.shape()[0], old_width = image.shape()[1];
  Tensor result = Tensor::empty(image.dtype(), Shape{height, width, image.shape()[2]});
  const std::size_t pixel_bytes = static_cast<std::size_t>(image.shape()[2]) * size_of(image.dtype());
  std::byte* target = result.bytes();
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x, target += pixel_bytes) {
      // (2i + 1) * old / (2 * new): the middle of the output pixel, in whole numbers.
      const std::int64_t row = (2 * y + 1) * old_height / (2 * height), column = (2 * x + 1) * old_width / (2 * width);
      std::memcpy(target, image.bytes() + static_cast<std::size_t>(row * old_width + column) * pixel_bytes, pixel_bytes);
    }
  }
  return result;
}

void check_image(const Tensor& image, std::string_view component) {
  if (image.shape().rank() != 3 || image.num_elements() == 0) {
    fail(ErrorCode::kShapeMismatch, "{}: expects a picture [height, width, channels], got {}", component, image.shape());
  }
  if (image.dtype() != DType::kU8 && image.dtype() != DType::kF32) {
    fail(ErrorCode::kDtypeMismatch, "{}: expects u8 or f32, got {}", component, name_of(image.dtype()));
  }
}

}  // namespace

std::string_view name_of(ResizeFilter filter) {
  return std::ranges::find(kNames, filter, &std::pair<std::string_view, ResizeFilter>::second)->first;
}

std::optional<ResizeFilter> resize_filter_from_name(std::string_view name) {
  const auto* found = std::ranges::find(kNames, name, &std::pair<std::string_view, ResizeFilter>::first);
  return found == kNames.end() ? std::nullopt : std::optional(found->second);
}

Tensor resize(const Tensor& image, std::int64_t height, std::int64_t width, ResizeFilter filter) {
  check_image(image, "resize");
  if (height <= 0 || width <= 0) fail(ErrorCode::kInvalidArgument, "resize: size must be positive, got {}x{}", width, height);
  const Tensor source = image.contiguous();
  if (height == image.shape()[0] && width == image.shape()[1]) return source;
  if (filter == ResizeFilter::kNearest) return resize_nearest(source, height, width);
  return image.dtype() == DType::kU8 ? resize_smooth<std::uint8_t>(source, height, width, filter)
                                     : resize_smooth<float>(source, height, width, filter);
}

Tensor crop_or_pad(const Tensor& image, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width, double fill) {
  check_image(image, "crop_or_pad");
  const Tensor source = image.contiguous();
  Tensor result = Tensor::full(image.dtype(), Shape{height, width, image.shape()[2]}, fill);
  const std::int64_t first_x = std::max<std::int64_t>(0, left), last_x = std::min(image.shape()[1], left + width);
  const std::int64_t first_y = std::max<std::int64_t>(0, top), last_y = std::min(image.shape()[0], top + height);
  if (first_x >= last_x) return result;
  const std::size_t pixel_bytes = static_cast<std::size_t>(image.shape()[2]) * size_of(image.dtype());
  for (std::int64_t y = first_y; y < last_y; ++y) {
    const auto from = static_cast<std::size_t>(y * image.shape()[1] + first_x),
               to = static_cast<std::size_t>((y - top) * width + first_x - left);
    std::memcpy(result.bytes() + to * pixel_bytes, source.bytes() + from * pixel_bytes,
                static_cast<std::size_t>(last_x - first_x) * pixel_bytes);
  }
  return result;
}

}  // namespace lepton::data
