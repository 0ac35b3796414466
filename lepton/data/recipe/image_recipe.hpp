// ImageRecipe: how a decoded picture becomes the tensor that a model takes. Declarative, saved with the model, run by one path in
// training, prediction and serving.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lepton/base/error.hpp"
#include "lepton/base/json_fwd.hpp"
#include "lepton/data/dataset.hpp"
#include "lepton/data/image/codec.hpp"
#include "lepton/data/image/resize.hpp"

namespace lepton::data {

enum class Colour : std::uint8_t { kRgb, kGrey };

enum class Fit : std::uint8_t {
  kStretch,     ///< To the size, whatever happens to the aspect.
  kLetterbox,   ///< The whole picture inside the size, the rest filled.
  kCenterCrop,  ///< The size filled, what hangs over cut off evenly.
};

struct ImageRecipe {
  Colour colour = Colour::kRgb;
  std::int64_t height = 0;  ///< 0 for both: pictures keep their size.
  std::int64_t width = 0;
  Fit fit = Fit::kStretch;
  ResizeFilter filter = ResizeFilter::kBilinear;
  DType dtype = DType::kU8;  ///< kU8, or kF32 in the same units (0 to 255, 16-bit pictures with fractions). Scaling is in the graph.
  int fill = 0;              ///< Grey level around a letterboxed picture.
  int background = 255;      ///< Grey level behind transparent pixels.

  bool operator==(const ImageRecipe&) const = default;
};

/// Returns the tensor for `image`.
///
/// Shapes:  image: [h, w, 1 to 4], u8 or u16; result: [height, width, 3 or 1], the recipe's dtype.
/// Errors:  throws kShapeMismatch or kDtypeMismatch for anything else.
Tensor apply(const ImageRecipe& recipe, const Tensor& image);

/// The feature that the recipe makes: "image", with kAnyDim sizes if it does not resize.
FeatureSpec feature_of(const ImageRecipe& recipe);

/// `{"version": 1, "kind": "image", …}` with every field.
Json to_json(const ImageRecipe& recipe);

/// Reads what to_json() wrote; missing fields get their defaults.
///
/// Errors:  kParseError naming the key for an unknown key (with the nearest known one), a value of the wrong type or out of range;
///          kUnsupported for a newer version.
Result<ImageRecipe> image_recipe_from_json(const Json& json);

}  // namespace lepton::data
