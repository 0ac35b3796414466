// Order of the steps: depth, transparency, colour, size.
#include "lepton/data/recipe/image_recipe.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "lepton/base/json.hpp"
#include "lepton/data/recipe/internal/json_fields.hpp"

namespace lepton::data {
namespace {

constexpr std::array<Choice<Colour>, 2> kColours{{{"rgb", Colour::kRgb}, {"grey", Colour::kGrey}}};
constexpr std::array<Choice<Fit>, 3> kFits{{{"stretch", Fit::kStretch}, {"letterbox", Fit::kLetterbox}, {"center-crop", Fit::kCenterCrop}}};
constexpr std::array<Choice<ResizeFilter>, 4> kFilters{{{"nearest", ResizeFilter::kNearest},
                                                        {"area", ResizeFilter::kArea},
                                                        {"bilinear", ResizeFilter::kBilinear},
                                                        {"bicubic", ResizeFilter::kBicubic}}};
constexpr std::array<Choice<DType>, 2> kDtypes{{{"u8", DType::kU8}, {"f32", DType::kF32}}};
constexpr std::int64_t kMaxSide = 32768;

// Samples of the recipe's dtype on the scale 0 to 255.
template <class Target, class Source>
Target scaled(Source value) {
  if constexpr (std::is_same_v<Source, std::uint8_t>) {
    return static_cast<Target>(value);
  } else if constexpr (std::is_same_v<Target, float>) {
    return static_cast<float>(value) / 257.0f;
  } else {
    return static_cast<Target>((value * 255u + 32767u) / 65535u);
  }
}

template <class T>
T rounded(float value) {
  if constexpr (std::is_same_v<T, float>) return value;
  return static_cast<T>(std::clamp(value + 0.5f, 0.0f, 255.0f));
}

// Luma in Pillow's fixed point for u8, so that a grey picture made elsewhere agrees to the bit.
template <class T>
T luma(T red, T green, T blue) {
  if constexpr (std::is_same_v<T, float>) return 0.299f * red + 0.587f * green + 0.114f * blue;
  return static_cast<T>((static_cast<std::uint32_t>(red) * 19595u + static_cast<std::uint32_t>(green) * 38470u +
                         static_cast<std::uint32_t>(blue) * 7471u + 0x8000u) >>
                        16);
}

// One picture: depth, transparency and colour in a single pass.
template <class Target, class Source>
void convert(const Tensor& image, const Tensor& result, Colour colour, int background) {
  const std::int64_t channels = image.shape()[2];
  const bool has_alpha = channels % 2 == 0, is_grey = channels <= 2;
  const Source* source = image.data<Source>();
  Target* target = result.data<Target>();
  const std::int64_t pixels = image.shape()[0] * image.shape()[1];
  constexpr float kFullAlpha = std::is_same_v<Source, std::uint8_t> ? 255.0f : 65535.0f;
  for (std::int64_t i = 0; i < pixels; ++i, source += channels) {
    std::array<Target, 3> pixel{};
    for (std::size_t c = 0; c < 3; ++c) pixel[c] = scaled<Target>(source[is_grey ? 0 : c]);
    if (has_alpha) {
      const float alpha = static_cast<float>(source[channels - 1]) / kFullAlpha;
      for (Target& value : pixel)
        value = rounded<Target>(alpha * static_cast<float>(value) + (1.0f - alpha) * static_cast<float>(background));
    }
    if (colour == Colour::kRgb) {
      target = std::ranges::copy(pixel, target).out;
    } else {
      *target++ = is_grey ? pixel[0] : luma(pixel[0], pixel[1], pixel[2]);
    }
  }
}

Tensor to_colour(const ImageRecipe& recipe, const Tensor& image) {
  const bool deep = image.dtype() == DType::kU16;
  if (image.shape().rank() != 3 || image.shape()[2] < 1 || image.shape()[2] > 4 || image.num_elements() == 0) {
    fail(ErrorCode::kShapeMismatch, "recipe: expects a picture [height, width, 1 to 4], got {}", image.shape());
  }
  if (!deep && image.dtype() != DType::kU8) fail(ErrorCode::kDtypeMismatch, "recipe: expects u8 or u16, got {}", name_of(image.dtype()));
  const std::int64_t channels = recipe.colour == Colour::kRgb ? 3 : 1;
  const Tensor source = image.contiguous();
  if (recipe.dtype == DType::kU8 && !deep && image.shape()[2] == channels) return source;
  const Tensor result = Tensor::empty(recipe.dtype, Shape{image.shape()[0], image.shape()[1], channels});
  if (recipe.dtype == DType::kU8) {
    deep ? convert<std::uint8_t, std::uint16_t>(source, result, recipe.colour, recipe.background)
         : convert<std::uint8_t, std::uint8_t>(source, result, recipe.colour, recipe.background);
  } else {
    deep ? convert<float, std::uint16_t>(source, result, recipe.colour, recipe.background)
         : convert<float, std::uint8_t>(source, result, recipe.colour, recipe.background);
  }
  return result;
}

Tensor to_size(const ImageRecipe& recipe, const Tensor& image) {
  const std::int64_t height = image.shape()[0], width = image.shape()[1];
  if (recipe.height == 0 || (height == recipe.height && width == recipe.width)) return image;
  if (recipe.fit == Fit::kStretch) return resize(image, recipe.height, recipe.width, recipe.filter);
  const double by_height = static_cast<double>(recipe.height) / static_cast<double>(height);
  const double by_width = static_cast<double>(recipe.width) / static_cast<double>(width);
  const double scale = recipe.fit == Fit::kLetterbox ? std::min(by_height, by_width) : std::max(by_height, by_width);
  const auto side = [&](std::int64_t length, double own, std::int64_t target) {
    // The side that decides must hit its target exactly, whatever the rounding.
    if (own == scale) return target;
    return std::max<std::int64_t>(1, std::llround(static_cast<double>(length) * scale));
  };
  const Tensor sized = resize(image, side(height, by_height, recipe.height), side(width, by_width, recipe.width), recipe.filter);
  const auto start = [](std::int64_t have, std::int64_t want) { return have >= want ? (have - want) / 2 : -((want - have) / 2); };
  return crop_or_pad(sized, start(sized.shape()[0], recipe.height), start(sized.shape()[1], recipe.width), recipe.height, recipe.width,
                     recipe.fill);
}

}  // namespace

Tensor apply(const ImageRecipe& recipe, const Tensor& image) { return to_size(recipe, to_colour(recipe, image)); }

FeatureSpec feature_of(const ImageRecipe& recipe) {
  const std::int64_t height = recipe.height == 0 ? kAnyDim : recipe.height, width = recipe.height == 0 ? kAnyDim : recipe.width;
  return {"image", {recipe.dtype, Shape{height, width, recipe.colour == Colour::kRgb ? 3 : 1}}};
}

Json to_json(const ImageRecipe& recipe) {
  return {{"version", 1},
          {"kind", "image"},
          {"colour", name_in(kColours, recipe.colour)},
          {"height", recipe.height},
          {"width", recipe.width},
          {"fit", name_in(kFits, recipe.fit)},
          {"filter", name_in(kFilters, recipe.filter)},
          {"dtype", name_in(kDtypes, recipe.dtype)},
          {"fill", recipe.fill},
          {"background", recipe.background}};
}

Result<ImageRecipe> image_recipe_from_json(const Json& json) {
  constexpr std::array<std::string_view, 10> kKeys{"version", "kind",   "colour", "height", "width",
                                                   "fit",     "filter", "dtype",  "fill",   "background"};
  JsonFields fields("image recipe", json);
  LEPTON_CHECK_OK(fields.check(kKeys, "image", 1));
  ImageRecipe recipe;
  LEPTON_CHECK_OK(fields.read_choice("colour", kColours, recipe.colour));
  LEPTON_CHECK_OK(fields.read_integer("height", 0, kMaxSide, recipe.height));
  LEPTON_CHECK_OK(fields.read_integer("width", 0, kMaxSide, recipe.width));
  LEPTON_CHECK_OK(fields.read_choice("fit", kFits, recipe.fit));
  LEPTON_CHECK_OK(fields.read_choice("filter", kFilters, recipe.filter));
  LEPTON_CHECK_OK(fields.read_choice("dtype", kDtypes, recipe.dtype));
  LEPTON_CHECK_OK(fields.read_integer("fill", 0, 255, recipe.fill));
  LEPTON_CHECK_OK(fields.read_integer("background", 0, 255, recipe.background));
  if ((recipe.height == 0) != (recipe.width == 0)) {
    return Error(ErrorCode::kParseError, "image recipe: give both height and width, or neither");
  }
  return recipe;
}

}  // namespace lepton::data
