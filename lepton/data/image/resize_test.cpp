// Resizing against Pillow, and the corners of cropping.
#include "lepton/data/image/resize.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"

namespace lepton::data {
namespace {

const std::string kFolder = std::string(LEPTON_SOURCE_DIR) + "/lepton/data/testdata/resize/";

Tensor load(const std::string& name, Shape shape) {
  const std::string raw = read_file(local_files(), kFolder + name, 1 << 24).value();
  const Tensor tensor = Tensor::empty(DType::kU8, std::move(shape));
  EXPECT_EQ(raw.size(), static_cast<std::size_t>(tensor.num_elements()));
  std::memcpy(tensor.bytes(), raw.data(), raw.size());
  return tensor;
}

int worst_difference(const Tensor& a, const Tensor& b) {
  const auto x = a.to_vector<int>(), y = b.to_vector<int>();
  int worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) worst = std::max(worst, std::abs(x[i] - y[i]));
  return worst;
}

TEST(Resize, MatchesPillowWithinOneLevel) {
  const Tensor source = load("source.raw", Shape{37, 53, 3});
  const Json cases = parse_json(read_file(local_files(), kFolder + "cases.json", 1 << 20).value()).value();
  ASSERT_EQ(cases.size(), 16u);
  for (const Json& test : cases) {
    SCOPED_TRACE(test["file"].get<std::string>());
    const std::int64_t height = test["height"], width = test["width"];
    const auto filter = resize_filter_from_name(test["filter"].get<std::string>());
    ASSERT_TRUE(filter);
    const Tensor expected = load(test["file"], Shape{height, width, 3});
    EXPECT_LE(worst_difference(resize(source, height, width, *filter), expected), *filter == ResizeFilter::kNearest ? 0 : 1);
    // Bicubic overshoots, and only u8 clamps.
    if (*filter != ResizeFilter::kBicubic) {
      EXPECT_LE(worst_difference(resize(source.cast(DType::kF32), height, width, *filter), expected), 2);
    }
  }
}

TEST(Resize, KeepsAConstantPicture) {
  const Tensor flat = Tensor::full(DType::kU8, Shape{7, 5, 1}, 200);
  for (const auto filter : {ResizeFilter::kArea, ResizeFilter::kBilinear, ResizeFilter::kBicubic}) {
    EXPECT_TRUE(same_bits(resize(flat, 13, 3, filter), Tensor::full(DType::kU8, Shape{13, 3, 1}, 200)));
  }
}

TEST(Resize, RefusesNonsense) {
  EXPECT_THROW(resize(Tensor::zeros(DType::kU8, Shape{2, 2}), 1, 1), Error);
  EXPECT_THROW(resize(Tensor::zeros(DType::kU8, Shape{2, 2, 1}), 0, 1), Error);
  EXPECT_THROW(resize(Tensor::zeros(DType::kF64, Shape{2, 2, 1}), 1, 1), Error);
}

TEST(CropOrPad, CutsInsideAndFillsOutside) {
  const Tensor image = Tensor::from<std::uint8_t>({1, 2, 3, 4}, Shape{2, 2, 1});
  EXPECT_EQ(crop_or_pad(image, 1, 1, 1, 1).to_vector<int>(), std::vector<int>{4});
  EXPECT_EQ(crop_or_pad(image, -1, -1, 2, 2, 9).to_vector<int>(), (std::vector<int>{9, 9, 9, 1}));
  EXPECT_EQ(crop_or_pad(image, 5, 5, 1, 2, 7).to_vector<int>(), (std::vector<int>{7, 7}));
}

}  // namespace
}  // namespace lepton::data
