// Shares of pictures and targets agree, and draws have the distribution's mean and variance.
#include "lepton/data/augment/mixing.hpp"

#include <gtest/gtest.h>

namespace lepton::data {
namespace {

struct Mixed {
  Tensor pictures = Tensor::empty(DType::kU8, {3, 4, 5, 2});
  Tensor targets = Tensor::from<float>({1, 0, 0, 0, 1, 0, 0, 0, 1}, {3, 3});
  Mixed() {
    for (std::int64_t n = 0; n < 3; ++n)
      pictures.rows(n, n + 1).assign(Tensor::full(DType::kU8, {1, 4, 5, 2}, 100.0 * static_cast<double>(n)));
  }
};
constexpr std::int64_t kPartner[] = {1, 2, 0};

TEST(Mixing, MixUpTakesTheSameShareOfPicturesAndTargets) {
  Mixed m;
  mix_up(m.pictures, m.targets, kPartner, 0.75);
  const std::vector<double> values = m.pictures.to_vector<double>();
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(values[i], 25);
    EXPECT_EQ(values[40 + i], 125);
    EXPECT_EQ(values[80 + i], 150);
  }
  EXPECT_EQ(m.targets.to_vector<double>(), (std::vector<double>{0.75, 0.25, 0, 0, 0.75, 0.25, 0.25, 0, 0.75}));
}

TEST(Mixing, CutMixPutsAWindowOfThePartnerIn) {
  Mixed m;
  cut_mix(m.pictures, m.targets, kPartner, {1, 2, 2, 3});
  const std::vector<double> values = m.pictures.to_vector<double>();
  for (std::size_t n = 0; n < 3; ++n) {
    for (std::size_t y = 0; y < 4; ++y) {
      for (std::size_t x = 0; x < 5; ++x) {
        const bool inside = y >= 1 && y < 3 && x >= 2;
        EXPECT_EQ(values[((n * 4 + y) * 5 + x) * 2 + 1], 100.0 * static_cast<double>(inside ? kPartner[n] : n)) << n << y << x;
      }
    }
  }
  EXPECT_NEAR(m.targets.to_vector<double>()[0], 0.7, 1e-6);
  EXPECT_NEAR(m.targets.to_vector<double>()[1], 0.3, 1e-6);
}

TEST(Mixing, AnEmptyWindowChangesNothing) {
  Mixed m, before;
  cut_mix(m.pictures, m.targets, kPartner, {2, 2, 0, 0});
  EXPECT_TRUE(same_bits(m.pictures, before.pictures) && same_bits(m.targets, before.targets));
}

TEST(Mixing, WindowsLieInsideAndHaveTheirShareWhereNothingIsCut) {
  Random random(1);
  double largest = 0;
  for (int i = 0; i < 1000; ++i) {
    const PictureWindow w = draw_window(random, 0.25, 40, 60);
    ASSERT_TRUE(w.top >= 0 && w.left >= 0 && w.height >= 0 && w.width >= 0 && w.top + w.height <= 40 && w.left + w.width <= 60);
    largest = std::max(largest, static_cast<double>(w.height * w.width) / 2400);
  }
  EXPECT_EQ(largest, 0.25);
  const PictureWindow all = draw_window(random, 0, 40, 60);
  EXPECT_EQ(all.height * all.width, 0);
}

TEST(Mixing, BetaDrawsHaveTheirMeanAndVariance) {
  constexpr int kCount = 20'000;
  for (const double alpha : {0.01, 0.2, 1.0, 4.0}) {
    Random random(3);
    double sum = 0, squares = 0;
    for (int i = 0; i < kCount; ++i) {
      const double share = draw_beta(random, alpha);
      ASSERT_TRUE(share >= 0 && share <= 1);
      sum += share;
      squares += (share - 0.5) * (share - 0.5);
    }
    EXPECT_NEAR(sum / kCount, 0.5, 0.018) << alpha;
    EXPECT_NEAR(squares / kCount, 0.25 / (2 * alpha + 1), 0.009) << alpha;
  }
}

}  // namespace
}  // namespace lepton::data
