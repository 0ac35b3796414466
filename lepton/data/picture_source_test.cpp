// Pictures from any kind of place, through one recipe.
#include "lepton/data/picture_source.hpp"

#include <gtest/gtest.h>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/formats/npz.hpp"

namespace lepton::data {
namespace {

void put(const TemporaryFolder& folder, const std::string& name, const std::string& bytes) {
  ASSERT_TRUE(local_files().make_folders(parent_folder(folder.file(name))));
  ASSERT_TRUE(write_atomic(local_files(), folder.file(name), bytes));
}

TEST(PictureSource, FoldersAndArraysGiveTheSame) {
  const TemporaryFolder folder;
  const Tensor light = Tensor::full(DType::kU8, Shape{6, 4, 1}, 200), dark = Tensor::full(DType::kU8, Shape{6, 4, 1}, 20);
  put(folder, "set/dark/0.png", encode_png(dark).value());
  put(folder, "set/light/1.png", encode_png(light).value());
  const Tensor both = Tensor::empty(DType::kU8, Shape{2, 6, 4});
  both.rows(0, 1).reshape(Shape{6, 4, 1}).assign(dark);
  both.rows(1, 2).reshape(Shape{6, 4, 1}).assign(light);
  put(folder, "set.npz", formats::write_npz({{"x", both}, {"y", Tensor::from<std::int64_t>({0, 1}, Shape{2})}}).value());

  const auto suggested = suggest_image_recipe(local_files(), folder.file("set")).value();
  EXPECT_EQ(suggested, (ImageRecipe{.colour = Colour::kGrey, .height = 6, .width = 4}));
  EXPECT_EQ(suggest_image_recipe(local_files(), folder.file("set.npz")).value(), suggested);
  for (const ImageRecipe& recipe :
       {suggested, ImageRecipe{.height = 8, .width = 8}, ImageRecipe{.colour = Colour::kGrey, .dtype = DType::kF32}}) {
    const auto a = open_pictures(local_files(), folder.file("set"), recipe).value(),
               b = open_pictures(local_files(), folder.file("set.npz"), recipe).value();
    for (const std::int64_t i : {0, 1}) {
      EXPECT_TRUE(same_bits(a->load(i)->inputs[0], b->load(i)->inputs[0]));
      EXPECT_EQ(a->label(i), b->label(i));
      EXPECT_TRUE(same_bits(b->load(i)->target, Tensor::scalar(DType::kI64, static_cast<double>(i))));
    }
    EXPECT_EQ(b->features()[0].type.dtype, recipe.dtype);
  }
}

TEST(PictureSource, SuggestsASquareForMixedSizes) {
  const TemporaryFolder folder;
  put(folder, "a/0.png", encode_png(Tensor::zeros(DType::kU8, Shape{50, 90, 3})).value());
  put(folder, "a/1.png", encode_png(Tensor::zeros(DType::kU8, Shape{61, 60, 1})).value());
  put(folder, "a/2.png", "damaged");
  put(folder, "b/0.png", encode_png(Tensor::zeros(DType::kU8, Shape{80, 70, 1})).value());
  EXPECT_EQ(suggest_image_recipe(local_files(), folder.path()).value(), (ImageRecipe{.height = 56, .width = 56}));
  EXPECT_EQ(suggest_image_recipe(local_files(), folder.path(), {}, 32)->height, 32);
}

TEST(PictureSource, NamesWhatIsMissing) {
  const TemporaryFolder folder;
  put(folder, "x.txt", "hello");
  EXPECT_EQ(open_pictures(local_files(), folder.file("none"), {}).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(open_pictures(local_files(), folder.file("x.txt"), {}).error().code(), ErrorCode::kUnsupported);
  const auto typo = open_pictures(local_files(), "fashion-mnits", {});
  ASSERT_FALSE(typo);
  EXPECT_NE(typo.error().message().find("fashion-mnist"), std::string::npos);
  put(folder, "rows.npz", formats::write_npz({{"x", Tensor::zeros(DType::kF32, Shape{2, 3})}}).value());
  EXPECT_EQ(open_pictures(local_files(), folder.file("rows.npz"), {}).error().code(), ErrorCode::kUnsupported);
}

TEST(PictureSource, KnownNames) {
  const auto data = open_pictures(local_files(), "fashion-mnist", {.colour = Colour::kGrey, .height = 14, .width = 14});
  if (!data && data.error().code() == ErrorCode::kNotFound) GTEST_SKIP() << "needs the set fashion-mnist";
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ((*data)->load(69999)->inputs[0].shape(), (Shape{14, 14, 1}));
  EXPECT_EQ((*data)->picture(0)->shape(), (Shape{28, 28, 1}));
}

}  // namespace
}  // namespace lepton::data
