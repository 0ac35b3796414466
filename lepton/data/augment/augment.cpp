// All movements of pixels are one map from the result back to the picture; whole moves copy, others interpolate.
#include "lepton/data/augment/augment.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "lepton/base/random.hpp"
#include "lepton/data/augment/internal/warp.hpp"
#include "lepton/data/augment/mixing.hpp"
#include "lepton/data/augment/picture_operations.hpp"
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
      {"randaugment",
       "operations drawn for each picture out of fourteen (Cubuk et al. 2020)",
       {{"operations", 2, non_negative, "so many, one after the other"}, {"magnitude", 9.0, non_negative, "their strength, up to 10"}},
       [](AugmentationRange& r, const Attributes& a) {
         if (a.number("magnitude") > 10) fail(ErrorCode::kInvalidArgument, "randaugment: the magnitude must be at most 10");
         r.rand_layers = a.integer("operations");
         r.rand_magnitude = a.number("magnitude");
       }},
      {"mixup",
       "pictures and labels mixed in pairs (Zhang et al. 2018)",
       {{"alpha", 0.2, non_negative, "of the share's beta distribution"}},
       [](AugmentationRange& r, const Attributes& a) { r.mixup = a.number("alpha"); }},
      {"cutmix",
       "a window of another picture, labels by its area (Yun et al. 2019)",
       {{"alpha", 1.0, non_negative, "of the share's beta distribution"}},
       [](AugmentationRange& r, const Attributes& a) { r.cutmix = a.number("alpha"); }},
  };
  return rows;
}

std::uint64_t stream_of(std::int64_t epoch, std::int64_t number) {
  return (static_cast<std::uint64_t>(epoch) << 40) ^ static_cast<std::uint64_t>(number);
}

// What was drawn for one picture. Every number is drawn whether it is needed or not, so that adding an operation changes no other's.
struct Draw {
  bool flip_x, flip_y;
  std::int64_t move_x, move_y;
  double angle, scale, contrast, brightness;

  Draw(const AugmentationRange& range, std::uint64_t seed, std::int64_t epoch, std::int64_t sample)
      : Draw(range, Random(seed ^ 0x9E3779B97F4A7C15u, stream_of(epoch, sample))) {}

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

void move_whole(const std::vector<std::uint8_t>& from, std::span<std::uint8_t> to, const PictureSize& size, const Draw& draw) {
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

void turn(const std::vector<std::uint8_t>& from, std::span<std::uint8_t> to, const PictureSize& size, const Draw& draw) {
  const double middle_y = static_cast<double>(size.height - 1) / 2, middle_x = static_cast<double>(size.width - 1) / 2;
  const double c = std::cos(draw.angle) / draw.scale, s = std::sin(draw.angle) / draw.scale;
  const double sign_y = draw.flip_y ? -1 : 1, sign_x = draw.flip_x ? -1 : 1;
  warp(from, to, size, [&](double result_y, double result_x) {
    const double dy = result_y * sign_y, dx = result_x * sign_x;
    return PicturePlace{middle_y + s * dx + c * dy + static_cast<double>(draw.move_y),
                        middle_x + c * dx - s * dy + static_cast<double>(draw.move_x)};
  });
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

void apply_random_operations(const AugmentationRange& range, std::span<std::uint8_t> picture, const Shape& shape, Random random) {
  for (std::int64_t i = 0; i < range.rand_layers; ++i) {
    const auto operation = static_cast<PictureOperation>(random.below(kNumPictureOperations));
    apply_operation(operation, range.rand_magnitude / 10, random.uniform() < 0.5, picture, shape);
  }
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
  return !r.flip_horizontal && !r.flip_vertical && r.crop == 0 && r.rotate == 0 && r.zoom == 0 && r.contrast == 0 && r.brightness == 0 &&
         r.rand_layers == 0 && !mixes();
}

void Augmentation::apply(std::span<std::uint8_t> picture, const Shape& shape, std::uint64_t seed, std::int64_t epoch,
                         std::int64_t sample) const {
  if (picture.empty() || empty()) return;
  LEPTON_ASSERT(shape.rank() == 3 && static_cast<std::int64_t>(picture.size()) == shape.num_elements(), "augment: not a picture");
  const Draw draw(range_, seed, epoch, sample);
  const PictureSize size(shape);
  const bool turns = draw.angle != 0 || draw.scale != 1;
  if (turns || draw.flip_x || draw.flip_y || draw.move_x != 0 || draw.move_y != 0) {
    const std::vector<std::uint8_t> before(picture.begin(), picture.end());
    turns ? turn(before, picture, size, draw) : move_whole(before, picture, size, draw);
  }
  if (draw.contrast != 1 || draw.brightness != 0) change_values(picture, draw);
  apply_random_operations(range_, picture, shape, Random(seed ^ 0xC2B2AE3D27D4EB4Fu, stream_of(epoch, sample)));
}

void Augmentation::mix(const Tensor& pictures, const Tensor& targets, std::uint64_t seed, std::int64_t epoch, std::int64_t batch) const {
  if (!mixes()) return;
  const Shape& shape = pictures.shape();
  Random random(seed ^ 0x165667B19E3779F9u, stream_of(epoch, batch));
  std::vector<std::int64_t> partner(static_cast<std::size_t>(shape[0]));
  std::iota(partner.begin(), partner.end(), 0);
  random.shuffle(partner);
  const bool cuts = range_.mixup == 0 || (range_.cutmix > 0 && random.uniform() < 0.5);
  const double share = draw_beta(random, cuts ? range_.cutmix : range_.mixup);
  if (cuts) return cut_mix(pictures, targets, partner, draw_window(random, 1 - share, shape[1], shape[2]));
  mix_up(pictures, targets, partner, share);
}

}  // namespace lepton::data
