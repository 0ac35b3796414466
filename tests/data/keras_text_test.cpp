// Words and texts as numbers, against Keras: what is learnt from texts, and what other texts become.
#include <gtest/gtest.h>

#include <numeric>

#include "lepton/data/text/hashing.hpp"
#include "lepton/data/text/text_vectorizer.hpp"
#include "tests/support/golden.hpp"

namespace lepton::data {
namespace {

const Json& cases() {
  static const Json all = lepton::testing::read_golden_json("text/cases.json").at("cases");
  return all;
}
std::vector<int> all_cases() {
  std::vector<int> numbers(cases().size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

using Rows = std::vector<std::vector<double>>;

void expect_rows(const Rows& made, const Json& wanted) {
  ASSERT_EQ(made.size(), wanted.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    ASSERT_EQ(made[i].size(), wanted[i].size()) << i;
    for (std::size_t k = 0; k < made[i].size(); ++k) EXPECT_NEAR(made[i][k], wanted[i][k].get<double>(), 1e-6) << i << ", " << k;
  }
}

std::optional<std::array<std::int64_t, 2>> salt_of(const Json& config) {
  if (!config.contains("salt")) return std::nullopt;
  return config.at("salt").get<std::array<std::int64_t, 2>>();
}

TextVectorizerOptions vectorizer_options(const Json& config) {
  TextVectorizerOptions o;
  o.max_tokens = config.value("max_tokens", 0);
  const std::string standardize = config.value("standardize", "none"), split = config.value("split", "none");
  o.standardize = standardize == "none"                ? Standardize::kNone
                  : standardize == "lower"             ? Standardize::kLower
                  : standardize == "strip_punctuation" ? Standardize::kStripPunctuation
                                                       : Standardize::kLowerAndStripPunctuation;
  o.split = split == "none" ? TextSplit::kNone : split == "whitespace" ? TextSplit::kWhitespace : TextSplit::kCharacter;
  const Json ngrams = config.value("ngrams", Json());
  if (ngrams.is_array()) o.ngrams = ngrams.get<std::vector<std::int64_t>>();
  if (ngrams.is_number()) {
    o.ngrams.resize(ngrams.get<std::size_t>());
    std::iota(o.ngrams.begin(), o.ngrams.end(), 1);
  }
  o.output_mode = token_output_from_name(config.at("output_mode")).value();
  o.output_sequence_length = config.value("output_sequence_length", 0);
  o.pad_to_max_tokens = config.at("pad_to_max_tokens");
  return o;
}

// Learnt, and the same again from its JSON.
void check_vectorizer(const Json& one) {
  const auto texts = one.at("inputs").get<std::vector<std::string>>();
  const TextVectorizer learnt =
      TextVectorizer::fit(one.at("fit").get<std::vector<std::string>>(), vectorizer_options(one.at("config"))).value();
  for (const TextVectorizer& vectorizer : {learnt, text_vectorizer_from_json(to_json(learnt)).value()}) {
    EXPECT_EQ(Json(vectorizer.lookup().vocabulary()), one.at("vocabulary"));
    const Tensor made = vectorizer.apply(texts);
    const std::vector<double> values = made.to_vector<double>();
    Rows rows;
    for (std::int64_t i = 0; i < made.shape()[0]; ++i)
      rows.emplace_back(values.begin() + i * made.shape()[1], values.begin() + (i + 1) * made.shape()[1]);
    expect_rows(rows, one.at("outputs"));
  }
}

StringLookup lookup_of(const Json& one) {
  const Json& config = one.at("config");
  StringLookupOptions o{.max_tokens = config.value("max_tokens", 0),
                        .num_oov_indices = config.at("num_oov_indices"),
                        .salt = salt_of(config),
                        .output_mode = token_output_from_name(config.at("output_mode")).value(),
                        .pad_to_max_tokens = config.at("pad_to_max_tokens")};
  if (config.contains("mask_token")) o.mask_token = config.at("mask_token").get<std::string>();
  if (!config.contains("vocabulary")) return StringLookup::fit(one.at("fit").get<std::vector<std::vector<std::string>>>(), o).value();
  return StringLookup::make(config.at("vocabulary").get<std::vector<std::string>>(), o, config.value("idf_weights", std::vector<double>()))
      .value();
}

void check_lookup(const Json& one) {
  const StringLookup made = lookup_of(one);
  for (const StringLookup& lookup : {made, string_lookup_from_json(to_json(made)).value()}) {
    EXPECT_EQ(Json(lookup.vocabulary()), one.at("vocabulary"));
    Rows rows;
    for (const auto& words : one.at("inputs").get<std::vector<std::vector<std::string>>>()) {
      if (lookup.options().output_mode == TokenOutput::kInt) {
        const std::vector<std::int64_t> places = lookup.indices(words).value();
        rows.emplace_back(places.begin(), places.end());
      } else {
        const std::vector<float> vector = lookup.encode(words).value();
        rows.emplace_back(vector.begin(), vector.end());
      }
    }
    expect_rows(rows, one.at("outputs"));
  }
}

void check_hashing(const Json& one) {
  const Json& config = one.at("config");
  HashingOptions options{.num_bins = config.at("num_bins"), .salt = salt_of(config)};
  if (config.contains("mask_value")) {
    const Json& mask = config.at("mask_value");
    options.mask_value = mask.is_string() ? mask.get<std::string>() : mask.dump();
  }
  const Hashing made = Hashing::make(options).value();
  for (const Hashing& hashing : {made, hashing_from_json(to_json(made)).value()}) {
    Rows rows;
    for (const Json& input : one.at("inputs")) {
      const std::int64_t bin = input.is_string() ? hashing.bin(input.get<std::string>()) : hashing.bin(input.get<std::int64_t>());
      rows.push_back({static_cast<double>(bin)});
    }
    expect_rows(rows, one.at("outputs"));
  }
}

class KerasText : public ::testing::TestWithParam<int> {};
TEST_P(KerasText, NumbersFollowKeras) {
  const Json& one = cases().at(static_cast<std::size_t>(GetParam()));
  const std::string kind = one.at("kind");
  kind == "hashing" ? check_hashing(one) : kind == "string_lookup" ? check_lookup(one) : check_vectorizer(one);
}

INSTANTIATE_TEST_SUITE_P(Cases, KerasText, ::testing::ValuesIn(all_cases()), [](const auto& param) {
  return cases().at(static_cast<std::size_t>(param.param)).at("name").template get<std::string>();
});

}  // namespace
}  // namespace lepton::data
