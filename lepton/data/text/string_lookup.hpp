// StringLookup: words as places in a vocabulary.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/base/json_fwd.hpp"
#include "lepton/data/text/token_output.hpp"

namespace lepton::data {

struct StringLookupOptions {
  std::int64_t max_tokens = 0;  ///< Largest vocabulary, special tokens included; 0: any.
  std::int64_t num_oov_indices = 1;
  std::optional<std::string> mask_token = {};            ///< Has index 0 in the output int; goes nowhere in vectors.
  std::string oov_token = "[UNK]";                       ///< What an index of unknown words is shown as.
  std::optional<std::array<std::int64_t, 2>> salt = {};  ///< A key for spreading unknown words over several indices.
  TokenOutput output_mode = TokenOutput::kInt;
  bool pad_to_max_tokens = false;  ///< Vectors have max_tokens places.
  bool operator==(const StringLookupOptions&) const = default;
};

/// Indices are those of Keras's StringLookup: the mask token (if there is one, in the output int), `num_oov_indices` for words that are not
/// in the vocabulary (by their hash, if several), then the vocabulary.
class StringLookup {
 public:
  /// With a vocabulary that is known. It may begin with the special tokens. `idf_weights`, one for each of its tokens, is for kTfIdf.
  ///
  /// Errors:  kInvalidArgument for an empty vocabulary, a repeated token or the mask token in it, more tokens than max_tokens, options that
  ///          do not go together.
  static Result<StringLookup> make(std::span<const std::string> vocabulary, const StringLookupOptions& options,
                                   std::span<const double> idf_weights = {});

  /// Learns the vocabulary from documents, each a list of words: the most frequent first, the larger bytes first among equals. Give
  /// training rows only. With kTfIdf a token weighs log(1 + documents / (1 + documents with it)).
  ///
  /// Errors:  kInvalidArgument if there are no words, or for the options as above.
  static Result<StringLookup> fit(std::span<const std::vector<std::string>> documents, const StringLookupOptions& options);

  const StringLookupOptions& options() const { return options_; }
  /// Without the special tokens.
  const std::vector<std::string>& tokens() const { return tokens_; }
  /// With them; place i holds the token of index i.
  std::vector<std::string> vocabulary() const;
  std::int64_t vocabulary_size() const { return first_token() + static_cast<std::int64_t>(tokens_.size()); }
  /// Of each token with its special ones; empty unless kTfIdf.
  const std::vector<double>& idf_weights() const { return idf_weights_; }

  /// -1 for the mask token where vectors are made.
  /// Errors:  kNotFound for an unknown word if num_oov_indices is 0.
  Result<std::int64_t> index(std::string_view word) const;
  Result<std::vector<std::int64_t>> indices(std::span<const std::string> words) const;
  /// The token of an index; the oov token for one outside.
  const std::string& token(std::int64_t index) const;

  /// Length of a vector.
  std::int64_t width() const { return options_.pad_to_max_tokens ? options_.max_tokens : vocabulary_size(); }
  /// The words of a document as vectors. Shapes: [words, width()] for one-hot, else [width()].
  /// Errors:  as index(); kInvalidArgument for the output int.
  Result<std::vector<float>> encode(std::span<const std::string> words) const;

 private:
  explicit StringLookup(const StringLookupOptions& options) : options_(options) {}
  std::int64_t first_oov() const { return options_.mask_token && options_.output_mode == TokenOutput::kInt ? 1 : 0; }
  std::int64_t first_token() const { return first_oov() + options_.num_oov_indices; }
  std::vector<std::string> special_tokens() const;
  Result<void> set(std::vector<std::string> tokens);

  StringLookupOptions options_;
  std::vector<std::string> tokens_;
  std::vector<double> idf_weights_;
  std::unordered_map<std::string, std::int64_t> places_;
};

Json to_json(const StringLookup& lookup);
/// Reads what to_json() wrote.
/// Errors:  kParseError, naming the key; kUnsupported for a newer version; those of make().
Result<StringLookup> string_lookup_from_json(const Json& json);

}  // namespace lepton::data
