// Texts are standardised, split, joined to n-grams and looked up.
#include "lepton/data/text/text_vectorizer.hpp"

#include <algorithm>

#include "lepton/base/json.hpp"
#include "lepton/base/text.hpp"
#include "lepton/data/recipe/internal/json_fields.hpp"

namespace lepton::data {
namespace {

constexpr std::array<Choice<Standardize>, 4> kStandardize{{{"none", Standardize::kNone},
                                                           {"lower", Standardize::kLower},
                                                           {"strip_punctuation", Standardize::kStripPunctuation},
                                                           {"lower_and_strip_punctuation", Standardize::kLowerAndStripPunctuation}}};
constexpr std::array<Choice<TextSplit>, 3> kSplits{
    {{"none", TextSplit::kNone}, {"whitespace", TextSplit::kWhitespace}, {"character", TextSplit::kCharacter}}};

bool is_punctuation(char c) { return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~'); }
bool is_white_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string standardized(std::string_view text, Standardize how) {
  const bool lower = how == Standardize::kLower || how == Standardize::kLowerAndStripPunctuation;
  std::string result = lower ? to_lower_ascii(text) : std::string(text);
  if (how == Standardize::kStripPunctuation || how == Standardize::kLowerAndStripPunctuation) std::erase_if(result, is_punctuation);
  return result;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (auto at = text.begin();;) {
    at = std::find_if_not(at, text.end(), is_white_space);
    if (at == text.end()) return words;
    const auto end = std::find_if(at, text.end(), is_white_space);
    words.emplace_back(at, end);
    at = end;
  }
}

std::vector<std::string> characters_of(const std::string& text) {
  std::vector<std::string> characters;
  for (const char c : to_valid_utf8(text)) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (!continues) characters.emplace_back();
    characters.back().push_back(c);
  }
  return characters;
}

std::vector<std::string> runs_of(const std::vector<std::string>& tokens, std::span<const std::int64_t> lengths) {
  std::vector<std::string> runs;
  for (const std::int64_t length : lengths) {
    for (std::int64_t first = 0; first + length <= std::ssize(tokens); ++first)
      runs.push_back(join(std::span(tokens).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(length)), " "));
  }
  return runs;
}

std::vector<std::string> tokens_of(std::string_view text, const TextVectorizerOptions& o) {
  std::string standard = standardized(text, o.standardize);
  if (o.split == TextSplit::kNone) return {std::move(standard)};
  std::vector<std::string> tokens = o.split == TextSplit::kWhitespace ? words_of(standard) : characters_of(standard);
  return o.ngrams.empty() ? tokens : runs_of(tokens, o.ngrams);
}

Result<StringLookupOptions> lookup_options(const TextVectorizerOptions& o) {
  const auto wrong = [](std::string_view what) { return make_error(ErrorCode::kInvalidArgument, "text vectorizer: {}", what); };
  if (!std::ranges::all_of(o.ngrams, [](std::int64_t n) { return n >= 1; })) return wrong("n-grams have at least 1 token");
  if (!o.ngrams.empty() && o.split == TextSplit::kNone) return wrong("n-grams need a split");
  if (o.output_mode == TokenOutput::kOneHot) return wrong("a text has several tokens: use multi_hot instead of one_hot");
  if (o.output_sequence_length < 0) return wrong("output_sequence_length must not be negative");
  if (o.output_sequence_length > 0 && o.output_mode != TokenOutput::kInt) return wrong("output_sequence_length needs the output int");
  return StringLookupOptions{
      .max_tokens = o.max_tokens, .mask_token = "", .output_mode = o.output_mode, .pad_to_max_tokens = o.pad_to_max_tokens};
}

}  // namespace

Result<TextVectorizer> TextVectorizer::fit(std::span<const std::string> texts, const TextVectorizerOptions& options) {
  LEPTON_TRY(const StringLookupOptions own, lookup_options(options));
  std::vector<std::vector<std::string>> documents;
  documents.reserve(texts.size());
  for (const std::string& text : texts) documents.push_back(tokens_of(text, options));
  LEPTON_TRY(StringLookup lookup, StringLookup::fit(documents, own));
  return TextVectorizer(options, std::move(lookup));
}

Result<TextVectorizer> TextVectorizer::make(std::span<const std::string> vocabulary, const TextVectorizerOptions& options,
                                            std::span<const double> idf_weights) {
  LEPTON_TRY(const StringLookupOptions own, lookup_options(options));
  LEPTON_TRY(StringLookup lookup, StringLookup::make(vocabulary, own, idf_weights));
  return TextVectorizer(options, std::move(lookup));
}

std::vector<std::string> TextVectorizer::tokens(std::string_view text) const { return tokens_of(text, options_); }

Tensor TextVectorizer::apply(std::span<const std::string> texts) const {
  const auto count = static_cast<std::int64_t>(texts.size());
  if (options_.output_mode != TokenOutput::kInt) {
    const Tensor result = Tensor::empty(DType::kF32, {count, lookup_.width()});
    float* row = result.span<float>().data();
    for (const std::string& text : texts) row = std::ranges::copy(lookup_.encode(tokens(text)).value(), row).out;
    return result;
  }
  std::vector<std::vector<std::int64_t>> rows;
  std::size_t longest = 0;
  for (const std::string& text : texts) {
    rows.push_back(lookup_.indices(tokens(text)).value());
    longest = std::max(longest, rows.back().size());
  }
  const std::int64_t length = options_.output_sequence_length > 0 ? options_.output_sequence_length : static_cast<std::int64_t>(longest);
  const Tensor result = Tensor::zeros(DType::kI64, {count, length});
  std::int64_t* row = result.span<std::int64_t>().data();
  for (const std::vector<std::int64_t>& places : rows) {
    std::copy_n(places.begin(), std::min(std::ssize(places), length), row);
    row += length;
  }
  return result;
}

Json to_json(const TextVectorizer& vectorizer) {
  const TextVectorizerOptions& o = vectorizer.options();
  Json json{{"version", 1},
            {"kind", "text_vectorizer"},
            {"max_tokens", o.max_tokens},
            {"standardize", name_in(kStandardize, o.standardize)},
            {"split", name_in(kSplits, o.split)},
            {"ngrams", o.ngrams},
            {"output_mode", name_of(o.output_mode)},
            {"output_sequence_length", o.output_sequence_length},
            {"pad_to_max_tokens", o.pad_to_max_tokens},
            {"vocabulary", vectorizer.lookup().vocabulary()}};
  if (!vectorizer.lookup().idf_weights().empty()) json["idf_weights"] = vectorizer.lookup().idf_weights();
  return json;
}

Result<TextVectorizer> text_vectorizer_from_json(const Json& json) {
  constexpr std::array<std::string_view, 11> kKeys{"version",     "kind",       "max_tokens",       "standardize",
                                                   "split",       "ngrams",     "output_mode",      "output_sequence_length",
                                                   "idf_weights", "vocabulary", "pad_to_max_tokens"};
  const JsonFields fields("text vectorizer", json);
  LEPTON_CHECK_OK(fields.check(kKeys, "text_vectorizer", 1));
  TextVectorizerOptions options;
  constexpr std::int64_t kMost = std::int64_t{1} << 27;
  LEPTON_CHECK_OK(fields.read_integer("max_tokens", 0, kMost, options.max_tokens));
  LEPTON_CHECK_OK(fields.read_choice("standardize", kStandardize, options.standardize));
  LEPTON_CHECK_OK(fields.read_choice("split", kSplits, options.split));
  LEPTON_CHECK_OK(fields.read_integers("ngrams", options.ngrams));
  std::string output = name_of(options.output_mode);
  LEPTON_CHECK_OK(fields.read_text("output_mode", output));
  LEPTON_TRY(options.output_mode, token_output_from_name(output));
  LEPTON_CHECK_OK(fields.read_integer("output_sequence_length", 0, kMost, options.output_sequence_length));
  LEPTON_CHECK_OK(fields.read_flag("pad_to_max_tokens", options.pad_to_max_tokens));
  std::vector<std::string> vocabulary;
  std::vector<double> idf_weights;
  LEPTON_CHECK_OK(fields.read_texts("vocabulary", vocabulary));
  LEPTON_CHECK_OK(fields.read_numbers("idf_weights", idf_weights));
  return TextVectorizer::make(vocabulary, options, idf_weights);
}

}  // namespace lepton::data
