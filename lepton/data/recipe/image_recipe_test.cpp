// The recipe for pictures: colour, depth, size, and its JSON form.
#include "lepton/data/recipe/image_recipe.hpp"

#include <gtest/gtest.h>

#include "lepton/base/json.hpp"

namespace lepton::data {
namespace {

TEST(ImageRecipe, ConvertsColourAndDepth) {
  const Tensor red = Tensor::from<std::uint8_t>({255, 0, 0}, Shape{1, 1, 3});
  EXPECT_EQ(apply({}, red).to_vector<int>(), (std::vector<int>{255, 0, 0}));
  EXPECT_EQ(apply({.colour = Colour::kGrey}, red).to_vector<int>(), std::vector<int>{76});  // as Pillow's convert("L")
  const Tensor grey = Tensor::from<std::uint8_t>({9}, Shape{1, 1, 1});
  EXPECT_EQ(apply({}, grey).to_vector<int>(), (std::vector<int>{9, 9, 9}));
  const Tensor deep = Tensor::from<std::uint16_t>({32768}, Shape{1, 1, 1});
  EXPECT_EQ(apply({.colour = Colour::kGrey}, deep).to_vector<int>(), std::vector<int>{128});
  EXPECT_FLOAT_EQ(static_cast<float>(apply({.colour = Colour::kGrey, .dtype = DType::kF32}, deep).item()), 32768.0f / 257.0f);
  const Tensor clear = Tensor::from<std::uint8_t>({10, 20, 30, 0}, Shape{1, 1, 4});
  EXPECT_EQ(apply({.background = 200}, clear).to_vector<int>(), (std::vector<int>{200, 200, 200}));
  const Tensor solid = Tensor::from<std::uint8_t>({10, 20, 30, 255}, Shape{1, 1, 4});
  EXPECT_EQ(apply({}, solid).to_vector<int>(), (std::vector<int>{10, 20, 30}));
}

TEST(ImageRecipe, FitsTheSize) {
  const Tensor wide = Tensor::full(DType::kU8, Shape{2, 4, 1}, 100);
  ImageRecipe recipe{.colour = Colour::kGrey, .height = 4, .width = 4, .fill = 7};
  EXPECT_TRUE(same_bits(apply(recipe, wide), Tensor::full(DType::kU8, Shape{4, 4, 1}, 100)));
  recipe.fit = Fit::kLetterbox;
  EXPECT_EQ(apply(recipe, wide).to_vector<int>(), (std::vector<int>{7, 7, 7, 7, 100, 100, 100, 100, 100, 100, 100, 100, 7, 7, 7, 7}));
  recipe.fit = Fit::kCenterCrop;
  recipe.height = recipe.width = 2;
  const Tensor steps = Tensor::from<std::uint8_t>({1, 2, 3, 4, 1, 2, 3, 4}, Shape{2, 4, 1});
  EXPECT_EQ(apply(recipe, steps).to_vector<int>(), (std::vector<int>{2, 3, 2, 3}));
  for (const Fit fit : {Fit::kStretch, Fit::kLetterbox, Fit::kCenterCrop}) {
    for (const auto& [h, w] : {std::pair{1, 50}, {50, 1}, {7, 3}, {333, 334}}) {
      const Tensor out = apply({.height = 5, .width = 9, .fit = fit}, Tensor::zeros(DType::kU8, Shape{h, w, 3}));
      EXPECT_EQ(out.shape(), (Shape{5, 9, 3}));
    }
  }
}

TEST(ImageRecipe, JsonRoundTrip) {
  const ImageRecipe recipe{.colour = Colour::kGrey,
                           .height = 32,
                           .width = 48,
                           .fit = Fit::kLetterbox,
                           .filter = ResizeFilter::kArea,
                           .dtype = DType::kF32,
                           .fill = 3,
                           .background = 0};
  EXPECT_EQ(image_recipe_from_json(to_json(recipe)).value(), recipe);
  EXPECT_EQ(image_recipe_from_json(Json::object()).value(), ImageRecipe{});
}

TEST(ImageRecipe, RefusesUnknownKeysAndValues) {
  const auto code = [](const char* text) { return image_recipe_from_json(parse_json(text).value()).error().code(); };
  const auto typo = image_recipe_from_json(parse_json(R"({"heigth": 32})").value());
  ASSERT_FALSE(typo);
  EXPECT_NE(typo.error().message().find("height"), std::string::npos);
  EXPECT_EQ(code(R"({"colour": "green"})"), ErrorCode::kParseError);
  EXPECT_EQ(code(R"({"height": "x"})"), ErrorCode::kParseError);
  EXPECT_EQ(code(R"({"height": -1, "width": 3})"), ErrorCode::kParseError);
  EXPECT_EQ(code(R"({"height": 4})"), ErrorCode::kParseError);
  EXPECT_EQ(code(R"({"version": 99})"), ErrorCode::kUnsupported);
  EXPECT_EQ(code(R"([1])"), ErrorCode::kParseError);
}

TEST(ImageRecipe, RefusesWhatIsNoPicture) {
  EXPECT_THROW(apply({}, Tensor::zeros(DType::kU8, Shape{2, 2})), Error);
  EXPECT_THROW(apply({}, Tensor::zeros(DType::kF32, Shape{2, 2, 3})), Error);
}

}  // namespace
}  // namespace lepton::data
