// Vocabularies of whole numbers and boundaries of bins, against what Keras learns from the same values.
#include <gtest/gtest.h>

#include <cmath>

#include "lepton/data/fit_categories.hpp"
#include "tests/support/golden.hpp"

namespace lepton::data {
namespace {

TEST(KerasCategories, LearnWhatKerasLearns) {
  const Json cases = lepton::testing::read_golden_json("categories/cases.json").at("cases");
  ASSERT_FALSE(cases.empty());
  for (const Json& one : cases) {
    SCOPED_TRACE(one.at("name").get<std::string>());
    if (one.contains("vocabulary")) {
      const IntegerVocabularyOptions options{one.at("most"), one.at("leave_out").get<std::vector<std::int64_t>>()};
      EXPECT_EQ(integer_vocabulary(one.at("values").get<std::vector<std::int64_t>>(), options),
                one.at("vocabulary").get<std::vector<std::int64_t>>());
      continue;
    }
    const std::vector<double> made = bin_boundaries(one.at("values").get<std::vector<float>>(), one.at("num_bins"), one.at("epsilon"));
    const auto wanted = one.at("boundaries").get<std::vector<double>>();
    ASSERT_EQ(made.size(), wanted.size());
    for (std::size_t i = 0; i < made.size(); ++i) EXPECT_NEAR(made[i], wanted[i], 1e-6);
  }
}

TEST(KerasCategories, NothingToLearnFromIsAnError) {
  const std::vector<float> values = {1, 2, 3}, broken = {1, std::nanf("")};
  EXPECT_TRUE(integer_vocabulary({}).empty());
  EXPECT_THROW(bin_boundaries({}, 3), Error);
  EXPECT_THROW(bin_boundaries(values, 1), Error);
  EXPECT_THROW(bin_boundaries(values, 3, 0), Error);
  EXPECT_THROW(bin_boundaries(broken, 3), Error);
}

}  // namespace
}  // namespace lepton::data
