// Creation, views, strides, conversion and the 16-bit storage types.
#include "lepton/tensor/tensor.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace lepton {
namespace {

TEST(TensorTest, TransposeIsAViewAndCopyMakesItContiguous) {
  const Tensor x = Tensor::from<float>({0, 1, 2, 3, 4, 5}, {2, 3});
  const int permutation[] = {1, 0};
  const Tensor y = x.transpose(permutation);
  EXPECT_EQ(y.bytes(), x.bytes());
  EXPECT_FALSE(y.is_contiguous());
  EXPECT_EQ(y.to_vector<float>(), (std::vector<float>{0, 3, 1, 4, 2, 5}));
  EXPECT_TRUE(same_bits(y, y.copy()));
}

TEST(TensorTest, ReshapeInfersOneDim) {
  const Tensor x = Tensor::zeros(DType::kI32, {4, 6});
  EXPECT_EQ(x.reshape({3, -1}).shape(), (Shape{3, 8}));
  EXPECT_THROW((void)x.reshape({5, -1}), Error);
}

TEST(TensorTest, CastSaturates) {
  const Tensor x = Tensor::from<float>({300.f, -5.f, 1.9f, std::numeric_limits<float>::quiet_NaN()}, {4});
  EXPECT_EQ(x.cast(DType::kU8).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{255, 0, 1, 0}));
}

TEST(TensorTest, ViewOutsideStorageIsRefused) {
  EXPECT_THROW((void)Tensor::view(Storage::allocate(16), DType::kF32, {5}, {1}, 0), Error);
  EXPECT_THROW((void)Tensor::view(Storage::allocate(16), DType::kF32, {2}, {-1}, 0), Error);
}

TEST(TensorTest, AbsurdSizesAreRefused) {
  EXPECT_THROW((void)Tensor::empty(DType::kF32, {1ll << 40, 1ll << 40}), Error);
  EXPECT_THROW((void)Tensor::empty(DType::kF32, {-1}), Error);
}

TEST(TensorTest, HalfRoundTripsEveryBitPattern) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    Half half;
    half.bits = static_cast<std::uint16_t>(bits);
    const auto value = static_cast<float>(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(Half(value))));
    } else {
      ASSERT_EQ(Half(value).bits, half.bits) << bits;
    }
  }
}

TEST(TensorTest, SixteenBitFloatsRoundToNearestEven) {
  EXPECT_EQ(BFloat16(1.00390625f).bits, 0x3f80);  // halfway between 1 and the next: even wins
  EXPECT_EQ(BFloat16(1.01171875f).bits, 0x3f82);
  EXPECT_EQ(Half(65520.f).bits, 0x7c00);  // rounds to infinity
  EXPECT_EQ(Half(65519.f).bits, 0x7bff);
}

TEST(TensorTest, DtypeNames) {
  EXPECT_EQ(dtype_from_name("bf16"), DType::kBF16);
  EXPECT_EQ(dtype_from_name("uint32"), DType::kU32);
  EXPECT_FALSE(dtype_from_name("float8"));
}

TEST(ShapeTest, Broadcast) {
  EXPECT_EQ(broadcast({2, 1, 3}, {4, 1}), (Shape{2, 4, 3}));
  EXPECT_FALSE(broadcast({2}, {3}));
  EXPECT_EQ(broadcast({0}, {1}), (Shape{0}));
}

}  // namespace
}  // namespace lepton
