// Operations on values against Pillow's; moves by what they do to a picture of numbers.
#include "lepton/data/augment/picture_operations.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "lepton/base/files.hpp"

namespace lepton::data {
namespace {

std::vector<std::uint8_t> golden(const std::string& name) {
  const std::string bytes =
      read_file(local_files(), std::string(LEPTON_SOURCE_DIR) + "/lepton/data/testdata/operations/" + name + ".raw", 1 << 20).value();
  return {bytes.begin(), bytes.end()};
}

TEST(PictureOperations, FollowPillow) {
  const Shape rgb = {20, 21, 3}, grey = {20, 21, 1};
  using Change = std::function<void(PictureBytes)>;
  const std::map<std::string, Change> changes = {{"auto_contrast", [&](PictureBytes p) { auto_contrast(p, rgb); }},
                                                 {"equalize", [&](PictureBytes p) { equalize(p, rgb); }},
                                                 {"solarize_100", [&](PictureBytes p) { solarize(p, 100); }},
                                                 {"posterize_3", [&](PictureBytes p) { posterize(p, 3); }},
                                                 {"color_3", [&](PictureBytes p) { change_color(p, rgb, 0.3); }},
                                                 {"color_17", [&](PictureBytes p) { change_color(p, rgb, 1.7); }},
                                                 {"contrast_3", [&](PictureBytes p) { change_contrast(p, rgb, 0.3); }},
                                                 {"contrast_17", [&](PictureBytes p) { change_contrast(p, rgb, 1.7); }},
                                                 {"brightness_3", [&](PictureBytes p) { change_brightness(p, 0.3); }},
                                                 {"brightness_17", [&](PictureBytes p) { change_brightness(p, 1.7); }},
                                                 {"sharpness_3", [&](PictureBytes p) { change_sharpness(p, rgb, 0.3); }},
                                                 {"sharpness_17", [&](PictureBytes p) { change_sharpness(p, rgb, 1.7); }},
                                                 {"grey_equalize", [&](PictureBytes p) { equalize(p, grey); }},
                                                 {"grey_contrast_17", [&](PictureBytes p) { change_contrast(p, grey, 1.7); }}};
  for (const auto& [name, change] : changes) {
    std::vector<std::uint8_t> picture = golden(name.starts_with("grey") ? "grey_picture" : "picture");
    change(picture);
    EXPECT_EQ(picture, golden(name)) << name;
  }
}

const Shape kShape = {11, 9, 1};

std::vector<std::uint8_t> after(PictureOperation operation, double strength, bool negative = false) {
  std::vector<std::uint8_t> picture(99);
  std::iota(picture.begin(), picture.end(), std::uint8_t{100});
  apply_operation(operation, strength, negative, picture, kShape);
  return picture;
}
int at(const std::vector<std::uint8_t>& picture, int row, int column) { return picture[static_cast<std::size_t>(row * 9 + column)]; }

TEST(PictureOperations, MovesShowWhatLiesThere) {
  const std::vector<std::uint8_t> before = after(PictureOperation::kIdentity, 1);
  // 0.45 · 9 = 4.05 columns and 0.45 · 11 = 4.95 rows; the edge is repeated.
  EXPECT_EQ(at(after(PictureOperation::kTranslateX, 1), 5, 2), at(before, 5, 6));
  EXPECT_EQ(at(after(PictureOperation::kTranslateX, 1, true), 5, 6), at(before, 5, 2));
  EXPECT_EQ(at(after(PictureOperation::kTranslateX, 1), 5, 8), at(before, 5, 8));
  EXPECT_NEAR(at(after(PictureOperation::kTranslateY, 1), 3, 4), at(before, 8, 4), 1);
  // Three rows below the middle are moved by 0.3 · 3 columns; the middle stays.
  EXPECT_EQ(at(after(PictureOperation::kShearX, 1), 5, 4), at(before, 5, 4));
  EXPECT_EQ(at(after(PictureOperation::kShearX, 1), 8, 4), at(before, 8, 5));
  EXPECT_NEAR(at(after(PictureOperation::kShearY, 1, true), 5, 7), at(before, 4, 7), 1);
  EXPECT_EQ(at(after(PictureOperation::kRotate, 1), 5, 4), at(before, 5, 4));
  EXPECT_NE(after(PictureOperation::kRotate, 1), after(PictureOperation::kRotate, 1, true));
}

TEST(PictureOperations, StrengthZeroChangesNothingThatIsGraded) {
  const std::vector<std::uint8_t> before = after(PictureOperation::kIdentity, 0);
  for (int i = 0; i < kNumPictureOperations; ++i) {
    const auto operation = static_cast<PictureOperation>(i);
    if (operation == PictureOperation::kAutoContrast || operation == PictureOperation::kEqualize) continue;  // have no strength
    EXPECT_EQ(after(operation, 0), before) << i;
  }
}

TEST(PictureOperations, AllOfAPictureOfOneValue) {
  for (int i = 0; i < kNumPictureOperations; ++i) {
    std::vector<std::uint8_t> picture(12, 77);
    apply_operation(static_cast<PictureOperation>(i), 0.5, true, picture, {2, 2, 3});
    EXPECT_EQ(std::set(picture.begin(), picture.end()).size(), 1u) << i;
  }
}

}  // namespace
}  // namespace lepton::data
