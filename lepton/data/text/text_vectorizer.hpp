// TextVectorizer: texts as indices of their words, or as vectors of word counts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lepton/data/text/string_lookup.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::data {

enum class Standardize : std::uint8_t {
  kNone,
  kLower,             ///< ASCII letters only, as Keras does.
  kStripPunctuation,  ///< ASCII punctuation goes.
  kLowerAndStripPunctuation,
};

enum class TextSplit : std::uint8_t {
  kNone,        ///< The text is one token.
  kWhitespace,  ///< ASCII white space.
  kCharacter,   ///< Code points.
};

struct TextVectorizerOptions {
  std::int64_t max_tokens = 0;  ///< Largest vocabulary, special tokens included; 0: any.
  Standardize standardize = Standardize::kLowerAndStripPunctuation;
  TextSplit split = TextSplit::kWhitespace;
  std::vector<std::int64_t> ngrams = {};  ///< Lengths of runs of tokens that become tokens, joined by spaces; {1, 2}: words and pairs.
  TokenOutput output_mode = TokenOutput::kInt;
  std::int64_t output_sequence_length = 0;  ///< Of the output int: longer texts are cut, shorter ones padded; 0: the longest's.
  bool pad_to_max_tokens = false;           ///< Vectors have max_tokens places.
  bool operator==(const TextVectorizerOptions&) const = default;
};

/// The numbers are those of Keras's TextVectorization: index 0 pads (output int), then comes "[UNK]", then the vocabulary.
class TextVectorizer {
 public:
  /// Learns the vocabulary from training texts. Each is valid UTF-8; a byte that is not counts as U+FFFD.
  ///
  /// Errors:  kInvalidArgument for texts without words, n-grams below 1 or without a split, a sequence length without the output int,
  ///          pad_to_max_tokens without max_tokens, and one-hot, which is for single words (see StringLookup).
  static Result<TextVectorizer> fit(std::span<const std::string> texts, const TextVectorizerOptions& options = {});
  /// With a vocabulary that is known; see StringLookup::make().
  static Result<TextVectorizer> make(std::span<const std::string> vocabulary, const TextVectorizerOptions& options = {},
                                     std::span<const double> idf_weights = {});

  const TextVectorizerOptions& options() const { return options_; }
  const StringLookup& lookup() const { return lookup_; }

  /// The tokens that a text is made of.
  std::vector<std::string> tokens(std::string_view text) const;

  /// Shapes:  output int: i64 [texts, length]; else f32 [texts, lookup().width()].
  Tensor apply(std::span<const std::string> texts) const;

 private:
  TextVectorizer(const TextVectorizerOptions& options, StringLookup lookup) : options_(options), lookup_(std::move(lookup)) {}
  TextVectorizerOptions options_;
  StringLookup lookup_;
};

Json to_json(const TextVectorizer& vectorizer);
/// Reads what to_json() wrote.
/// Errors:  kParseError, naming the key; kUnsupported for a newer version; those of make().
Result<TextVectorizer> text_vectorizer_from_json(const Json& json);

}  // namespace lepton::data
