// All movements of pixels are one map from the result back to the picture; whole moves copy, others interpolate.
#include "lepton/data/augment/augment.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lepton/base/random.hpp"
#include "lepton/op/spec.hpp"

namespace lepton::data {
namespace {

using Set = void (*)(AugmentationRange&, const Attributes&);

const std::vector<SpecDef<Set>>& table() {
  static const std::vector<SpecDef<Set>> rows = {
      {"flip",
       "left and right, or top and bottom, exchanged half of the time",
       {{"direction", "horizontal", any_value, "horizontal, vertical or both"}},
       [](AugmentationRange& r, const Attributes& a) {
         const std::string& direction = a.text("direction");
         if (direction != "horizontal" && direction != "vertical" && direction != "both")
           fail(ErrorCode::kInvalidArgument, "flip: direction must be horizontal, vertical or both, got '{}'", direction);
         r.flip_horizontal = direction != "vertical";
         r.flip_vertical = direction != "horizontal";
       }},
      {"crop",
       "moved by up to so many pixels",
       {{"pixels", 4.0, non_negative, "largest move"}},
       [](AugmentationRange& r, const Attributes& a) { r.crop = std::floor(a.number("pixels")); }},
      {"rotate",
       "turned by up to so many degrees",
       {{"degrees", 10.0, non_negative, "largest turn"}},
       [](AugmentationRange& r, const Attributes& a) { r.rotate = a.number("degrees"); }},
      {"zoom",
       "scaled up or down",
       {{"share", 0.1, probability, "largest change of scale"}},
       [](AugmentationRange& r, const Attributes& a) {
         if (a.number("share") >= 1) fail(ErrorCode::kInvalidArgument, "zoom: the share must be below 1");
         r.zoom = a.number("share");
       }},
      {"contrast",
       "spread around the mean",
       {{"share", 0.2, probability, "largest change"}},
       [](AugmentationRange& r, const Attributes& a) { r.contrast = a.number("share"); }},
      {"brightness",
       "made lighter or darker",
       {{"share", 0.1, probability, "largest change, of the largest value"}},
       [](AugmentationRange& r, const Attributes& a) { r.brightness = a.number("share"); }},
  };
  return rows;
}

// What was drawn for one picture. Every number is drawn whether it is needed or not, so that adding an operation changes no other's.
struct Draw {
  bool flip_x, flip_y;
  std::int64_t move_x, move_y;
  double angle, scale, contrast, brightness;

  Draw(const AugmentationRange& range, std::uint64_t seed, std::int64_t epoch, std::int64_t sample)
      : Draw(range, Random(seed ^ 0x9E3779B97F4A7C15u, (static_cast<std::uint64_t>(epoch) << 40) ^ static_cast<std::uint64_t>(sample))) {}

 private:
  Draw(const AugmentationRange& range, Random random) {
    flip_x = random.uniform() < 0.5 && range.flip_horizontal;
    flip_y = random.uniform() < 0.5 && range.flip_vertical;
    const auto span = static_cast<std::uint64_t>(2 * range.crop + 1);
    move_x = static_cast<std::int64_t>(random.below(span)) - static_cast<std::int64_t>(range.crop);
    move_y = static_cast<std::int64_t>(random.below(span)) - static_cast<std::int64_t>(range.crop);
    angle = random.uniform(-1, 1) * range.rotate * std::numbers::pi / 180;
    scale = 1 + random.uniform(-1, 1) * range.zoom;
    contrast = 1 + random.uniform(-1, 1) * range.contrast;
    brightness = random.uniform(-1, 1) * range.brightness * 255;
  }
};

struct Size {
  std::int64_t height, width, channels;
};

void move_whole(const std::vector<std::uint8_t>& from, std::span<std::uint8_t> to, const Size& size, const Draw& draw) {
  for (std::int64_t y = 0; y < size.height; ++y) {
    const std::int64_t flipped_y = draw.flip_y ? size.height - 1 - y : y;
    const std::int64_t source_y = std::clamp<std::int64_t>(flipped_y + draw.move_y, 0, size.height - 1);
    for (std::int64_t x = 0; x < size.width; ++x) {
      const std::int64_t flipped_x = draw.flip_x ? size.width - 1 - x : x;
      const std::int64_t source_x = std::clamp<std::int64_t>(flipped_x + draw.move_x, 0, size.width - 1);
      std::copy_n(from.begin() + (source_y * size.width + source_x) * size.channels, size.channels,
                  to.begin() + (y * size.width + x) * size.channels);
    }
  }
}

void turn(const std::vector<std::uint8_t>& from, std::span<std::uint8_t> to, const Size& size, const Draw& draw) {
  const double middle_y = static_cast<double>(size.height - 1) / 2, middle_x = static_cast<double>(size.width - 1) / 2;
  const double c = std::cos(draw.angle) / draw.scale, s = std::sin(draw.angle) / draw.scale;
  for (std::int64_t y = 0; y < size.height; ++y) {
    for (std::int64_t x = 0; x < size.width; ++x) {
      const double dy = (static_cast<double>(y) - middle_y) * (draw.flip_y ? -1 : 1);
      const double dx = (static_cast<double>(x) - middle_x) * (draw.flip_x ? -1 : 1);
      const double sy =
          std::clamp(middle_y + s * dx + c * dy + static_cast<double>(draw.move_y), 0.0, static_cast<double>(size.height - 1));
      const double sx = std::clamp(middle_x + c * dx - s * dy + static_cast<double>(draw.move_x), 0.0, static_cast<double>(size.width - 1));
      const auto y0 = static_cast<std::int64_t>(sy), x0 = static_cast<std::int64_t>(sx);
      const std::int64_t y1 = std::min(y0 + 1, size.height - 1), x1 = std::min(x0 + 1, size.width - 1);
      const double fy = sy - static_cast<double>(y0), fx = sx - static_cast<double>(x0);
      const auto at = [&](std::int64_t row, std::int64_t column, std::int64_t channel) {
        return static_cast<double>(from[static_cast<std::size_t>((row * size.width + column) * size.channels + channel)]);
      };
      for (std::int64_t k = 0; k < size.channels; ++k) {
        const double top = at(y0, x0, k) * (1 - fx) + at(y0, x1, k) * fx, bottom = at(y1, x0, k) * (1 - fx) + at(y1, x1, k) * fx;
        to[static_cast<std::size_t>((y * size.width + x) * size.channels + k)] =
            static_cast<std::uint8_t>(top * (1 - fy) + bottom * fy + 0.5);
      }
    }
  }
}

void change_values(std::span<std::uint8_t> picture, const Draw& draw) {
  double sum = 0;
  for (const std::uint8_t v : picture) sum += v;
  const double mean = sum / static_cast<double>(picture.size());
  std::array<std::uint8_t, 256> changed{};
  for (std::size_t v = 0; v < changed.size(); ++v) {
    const double value = mean + (static_cast<double>(v) - mean) * draw.contrast + draw.brightness;
    changed[v] = static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
  }
  for (std::uint8_t& v : picture) v = changed[v];
}

}  // namespace

Result<Augmentation> Augmentation::from_words(std::span<const std::string> words) {
  return catch_error([&] {
    AugmentationRange range;
    for (const std::string& word : words) {
      const Spec spec = Spec::parse(word).value();
      const SpecDef<Set>* row = find_row(std::span(table()), spec.name, "augmentation").value();
      row->function(range, spec.bind(spec.name, row->arguments).value());
    }
    return Augmentation(range);
  });
}

bool Augmentation::empty() const {
  const AugmentationRange& r = range_;
  return !r.flip_horizontal && !r.flip_vertical && r.crop == 0 && r.rotate == 0 && r.zoom == 0 && r.contrast == 0 && r.brightness == 0;
}

void Augmentation::apply(std::span<std::uint8_t> picture, const Shape& shape, std::uint64_t seed, std::int64_t epoch,
                         std::int64_t sample) const {
  if (picture.empty() || empty()) return;
  LEPTON_ASSERT(shape.rank() == 3 && static_cast<std::int64_t>(picture.size()) == shape.num_elements(), "augment: not a picture");
  const Draw draw(range_, seed, epoch, sample);
  const Size size{shape[0], shape[1], shape[2]};
  const bool turns = draw.angle != 0 || draw.scale != 1;
  if (turns || draw.flip_x || draw.flip_y || draw.move_x != 0 || draw.move_y != 0) {
    const std::vector<std::uint8_t> before(picture.begin(), picture.end());
    turns ? turn(before, picture, size, draw) : move_whole(before, picture, size, draw);
  }
  if (draw.contrast != 1 || draw.brightness != 0) change_values(picture, draw);
}

}  // namespace lepton::data
