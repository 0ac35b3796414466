// Edges of words and texts as numbers; the numbers themselves are compared with Keras's in tests/data.
#include <gtest/gtest.h>

#include "lepton/base/json.hpp"
#include "lepton/data/text/hashing.hpp"
#include "lepton/data/text/string_hash.hpp"
#include "lepton/data/text/text_vectorizer.hpp"

namespace lepton::data {
namespace {

using Texts = std::vector<std::string>;

// The reference values of the SipHash paper's appendix, and of FarmHash as TensorFlow has it.
TEST(StringHash, KnownValues) {
  std::string bytes;
  for (char c = 0; c < 15; ++c) bytes.push_back(c);
  EXPECT_EQ(sip_hash(bytes, {0x0706050403020100, 0x0f0e0d0c0b0a0908}), 0xa129ca6149be45e5u);
  constexpr std::uint64_t kMask = (std::uint64_t{1} << 62) - 1;
  EXPECT_EQ(farm_fingerprint("") & kMask, 1936946117179621455u);
  EXPECT_EQ(farm_fingerprint("123456789") & kMask, 2490690402781879402u);
  EXPECT_EQ(farm_fingerprint(std::string(200, 'q')) & kMask, 3537263014797593713u);
}

TEST(TokenOutput, IndicesOutsideGoNowhere) {
  const std::vector<std::int64_t> indices = {1, -1, 1, 3};
  std::vector<float> counts(3), hot(3), each(12);
  write_vectors(indices, TokenOutput::kCount, 3, counts);
  write_vectors(indices, TokenOutput::kMultiHot, 3, hot);
  write_vectors(indices, TokenOutput::kOneHot, 3, each);
  EXPECT_EQ(counts, (std::vector<float>{0, 2, 0}));
  EXPECT_EQ(hot, (std::vector<float>{0, 1, 0}));
  EXPECT_EQ(each, (std::vector<float>{0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}));
  for (const TokenOutput output : {TokenOutput::kInt, TokenOutput::kOneHot, TokenOutput::kTfIdf})
    EXPECT_EQ(token_output_from_name(name_of(output)).value(), output);
  EXPECT_EQ(token_output_from_name("hot").error().code(), ErrorCode::kParseError);
}

TEST(Hashing, RefusesNoBins) {
  EXPECT_EQ(Hashing::make({.num_bins = 0}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(hashing_from_json(parse_json(R"({"kind": "hashing", "num_bins": 3, "salt": [1]})").value()).error().code(),
            ErrorCode::kParseError);
  EXPECT_EQ(hashing_from_json(parse_json(R"({"kind": "hashing", "version": 2})").value()).error().code(), ErrorCode::kUnsupported);
}

ErrorCode refused(const Texts& vocabulary, const StringLookupOptions& options, const std::vector<double>& idf_weights = {}) {
  return StringLookup::make(vocabulary, options, idf_weights).error().code();
}

TEST(StringLookup, RefusesWhatCannotBe) {
  EXPECT_EQ(refused({}, {}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({"[UNK]"}, {}), ErrorCode::kInvalidArgument) << "special tokens alone";
  EXPECT_EQ(refused({"a", "a"}, {}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({"b", "a"}, {.mask_token = "a"}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({"a", "b"}, {.max_tokens = 2}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({"a"}, {.max_tokens = 1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({"a"}, {.num_oov_indices = -1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({"a"}, {.pad_to_max_tokens = true}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({"a"}, {.output_mode = TokenOutput::kTfIdf}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({"a"}, {}, {1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({"a", "b"}, {.output_mode = TokenOutput::kTfIdf}, {1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(StringLookup::fit(std::vector<Texts>{{}, {"[UNK]"}}, {}).error().code(), ErrorCode::kInvalidArgument);
}

TEST(StringLookup, TokensAndIndicesAreInverse) {
  const StringLookup lookup = StringLookup::make(Texts{"", "[UNK]", "red", "blue"}, {.mask_token = ""}).value();
  EXPECT_EQ(lookup.tokens(), (Texts{"red", "blue"}));
  const Texts vocabulary = lookup.vocabulary();
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    EXPECT_EQ(lookup.token(static_cast<std::int64_t>(i)), vocabulary[i]);
    EXPECT_EQ(lookup.index(vocabulary[i]).value(), static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(lookup.token(-1), "[UNK]");
  EXPECT_EQ(lookup.token(4), "[UNK]");
  EXPECT_EQ(lookup.encode(Texts{"red"}).error().code(), ErrorCode::kInvalidArgument) << "indices, not vectors";
}

TEST(StringLookup, WithoutUnknownWordsOneIsAnError) {
  const StringLookup lookup = StringLookup::make(Texts{"red"}, {.num_oov_indices = 0, .output_mode = TokenOutput::kCount}).value();
  EXPECT_EQ(lookup.encode(Texts{"red", "red"}).value(), std::vector<float>{2});
  EXPECT_EQ(lookup.index("blue").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(lookup.encode(Texts{"blue"}).error().code(), ErrorCode::kNotFound);
}

ErrorCode refused(const TextVectorizerOptions& options) { return TextVectorizer::fit(Texts{"a b"}, options).error().code(); }

TEST(TextVectorizer, RefusesWhatCannotBe) {
  EXPECT_EQ(refused({.ngrams = {0}}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({.split = TextSplit::kNone, .ngrams = {2}}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({.output_mode = TokenOutput::kOneHot}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({.output_mode = TokenOutput::kCount, .output_sequence_length = 3}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({.output_sequence_length = -1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({.pad_to_max_tokens = true}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(TextVectorizer::fit(Texts{"", "?!"}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(text_vectorizer_from_json(parse_json(R"({"split": "sentences", "vocabulary": ["a"]})").value()).error().code(),
            ErrorCode::kParseError);
  EXPECT_EQ(text_vectorizer_from_json(parse_json(R"({"ngrams": [1.5], "vocabulary": ["a"]})").value()).error().code(),
            ErrorCode::kParseError);
}

TEST(TextVectorizer, BytesThatAreNoTextAreCharactersToo) {
  const TextVectorizer made = TextVectorizer::make(Texts{"a", "\xEF\xBF\xBD"}, {.split = TextSplit::kCharacter}).value();
  EXPECT_EQ(made.tokens("a\xFF"
                        "A\xC3"),
            (Texts{"a", "\xEF\xBF\xBD", "a", "\xEF\xBF\xBD"}));
  EXPECT_EQ(made.apply(Texts{}).shape(), (Shape{0, 0}));
}

}  // namespace
}  // namespace lepton::data
