// Any text is a recipe that reads back equal from its own JSON, or an error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lepton/base/json.hpp"
#include "lepton/data/recipe/image_recipe.hpp"
#include "lepton/data/recipe/tabular_recipe.hpp"
#include "lepton/data/text/hashing.hpp"
#include "lepton/data/text/text_vectorizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  const auto json = parse_json({reinterpret_cast<const char*>(data), size}, {.max_bytes = 1 << 16, .max_depth = 16});
  if (!json) return 0;
  if (const auto recipe = data::image_recipe_from_json(*json)) {
    LEPTON_ASSERT(data::image_recipe_from_json(data::to_json(*recipe)).value() == *recipe, "image recipe round trip");
  }
  if (const auto recipe = data::tabular_recipe_from_json(*json)) {
    LEPTON_ASSERT(data::tabular_recipe_from_json(data::to_json(*recipe)).value().width() == recipe->width(), "tabular recipe round trip");
  }
  if (const auto hashing = data::hashing_from_json(*json)) {
    LEPTON_ASSERT(data::hashing_from_json(data::to_json(*hashing)).value().options() == hashing->options(), "hashing round trip");
  }
  if (const auto lookup = data::string_lookup_from_json(*json)) {
    LEPTON_ASSERT(data::string_lookup_from_json(data::to_json(*lookup)).value().tokens() == lookup->tokens(), "lookup round trip");
  }
  if (const auto texts = data::text_vectorizer_from_json(*json)) {
    LEPTON_ASSERT(data::text_vectorizer_from_json(data::to_json(*texts)).value().options() == texts->options(), "texts round trip");
  }
  return 0;
}
