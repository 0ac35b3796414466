// The vocabulary lies in a hash table; its order is Keras's.
#include "lepton/data/text/string_lookup.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "lepton/base/json.hpp"
#include "lepton/data/text/internal/salt.hpp"

namespace lepton::data {
namespace {

template <class... Args>
Error wrong(fmt::format_string<Args...> format, Args&&... args) {
  return make_error(ErrorCode::kInvalidArgument, "string lookup: {}", fmt::format(format, std::forward<Args>(args)...));
}

Result<void> check(const StringLookupOptions& o) {
  if (o.max_tokens < 0 || o.max_tokens == 1) return wrong("max_tokens must be 0 or more than 1, got {}", o.max_tokens);
  if (o.num_oov_indices < 0) return wrong("num_oov_indices must not be negative, got {}", o.num_oov_indices);
  if (o.pad_to_max_tokens && o.max_tokens == 0) return wrong("pad_to_max_tokens needs max_tokens");
  return {};
}

struct Counts {
  std::int64_t words = 0, documents = 0;
};

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

std::vector<std::string> StringLookup::special_tokens() const {
  std::vector<std::string> special(static_cast<std::size_t>(first_token()), options_.oov_token);
  if (first_oov() == 1) special[0] = *options_.mask_token;
  return special;
}

std::vector<std::string> StringLookup::vocabulary() const {
  std::vector<std::string> all = special_tokens();
  all.insert(all.end(), tokens_.begin(), tokens_.end());
  return all;
}

Result<void> StringLookup::set(std::vector<std::string> tokens) {
  tokens_ = std::move(tokens);
  if (tokens_.empty()) return wrong("the vocabulary is empty");
  for (const std::string& token : tokens_) {
    if (options_.mask_token == token) return wrong("the vocabulary has the mask token '{}'; leave it out", token);
    if (!places_.emplace(token, first_token() + static_cast<std::int64_t>(places_.size())).second)
      return wrong("the vocabulary has '{}' twice", token);
  }
  if (options_.max_tokens > 0 && vocabulary_size() > options_.max_tokens)
    return wrong("the vocabulary needs {} indices, max_tokens allows {}", vocabulary_size(), options_.max_tokens);
  return {};
}

Result<StringLookup> StringLookup::make(std::span<const std::string> vocabulary, const StringLookupOptions& options,
                                        std::span<const double> idf_weights) {
  LEPTON_CHECK_OK(check(options));
  StringLookup made(options);
  const std::vector<std::string> special = made.special_tokens();
  const bool begins = vocabulary.size() >= special.size() && std::equal(special.begin(), special.end(), vocabulary.begin());
  const auto own = vocabulary.subspan(begins ? special.size() : 0);
  LEPTON_CHECK_OK(made.set({own.begin(), own.end()}));
  if ((options.output_mode == TokenOutput::kTfIdf) != !idf_weights.empty()) return wrong("idf_weights and the output tf_idf go together");
  if (idf_weights.empty()) return made;
  if (idf_weights.size() != vocabulary.size())
    return wrong("idf_weights needs one weight for each of the {} tokens, got {}", vocabulary.size(), idf_weights.size());
  made.idf_weights_.assign(idf_weights.begin(), idf_weights.end());
  if (!begins) made.idf_weights_.insert(made.idf_weights_.begin(), special.size(), mean_of(made.idf_weights_));
  return made;
}

Result<StringLookup> StringLookup::fit(std::span<const std::vector<std::string>> documents, const StringLookupOptions& options) {
  LEPTON_CHECK_OK(check(options));
  StringLookup made(options);
  std::map<std::string, Counts> counts;
  for (const std::vector<std::string>& words : documents) {
    for (const std::string& word : words) ++counts[word].words;
    for (const std::string& word : std::set(words.begin(), words.end())) ++counts[word].documents;
  }
  counts.erase(options.oov_token);
  if (options.mask_token) counts.erase(*options.mask_token);
  std::vector<std::pair<std::string, Counts>> order(counts.rbegin(), counts.rend());
  std::ranges::stable_sort(order, std::greater<>(), [](const auto& one) { return one.second.words; });
  const std::int64_t room = options.max_tokens - made.first_token();
  if (options.max_tokens > 0 && room < std::ssize(order)) order.resize(static_cast<std::size_t>(std::max<std::int64_t>(room, 0)));
  if (order.empty()) return wrong("there are no words to learn in {} documents", documents.size());
  std::vector<std::string> tokens;
  for (auto& [token, of] : order) {
    if (options.output_mode == TokenOutput::kTfIdf)
      made.idf_weights_.push_back(std::log1p(static_cast<double>(documents.size()) / (1.0 + static_cast<double>(of.documents))));
    tokens.push_back(std::move(token));
  }
  LEPTON_CHECK_OK(made.set(std::move(tokens)));
  if (!made.idf_weights_.empty())
    made.idf_weights_.insert(made.idf_weights_.begin(), static_cast<std::size_t>(made.first_token()), mean_of(made.idf_weights_));
  return made;
}

Result<std::int64_t> StringLookup::index(std::string_view word) const {
  const auto found = places_.find(std::string(word));
  if (found != places_.end()) return found->second;
  if (options_.mask_token == word) return first_oov() == 1 ? 0 : -1;
  if (options_.num_oov_indices == 0)
    return make_error(ErrorCode::kNotFound, "string lookup: '{}' is not in the vocabulary; num_oov_indices = 1 takes unknown words", word);
  if (options_.num_oov_indices == 1) return first_oov();
  return first_oov() + bucket_of(word, options_.num_oov_indices, options_.salt);
}

Result<std::vector<std::int64_t>> StringLookup::indices(std::span<const std::string> words) const {
  std::vector<std::int64_t> all;
  all.reserve(words.size());
  for (const std::string& word : words) {
    LEPTON_TRY(const std::int64_t place, index(word));
    all.push_back(place);
  }
  return all;
}

const std::string& StringLookup::token(std::int64_t index) const {
  if (first_oov() == 1 && index == 0) return *options_.mask_token;
  if (index < first_token() || index >= vocabulary_size()) return options_.oov_token;
  return tokens_[static_cast<std::size_t>(index - first_token())];
}

Result<std::vector<float>> StringLookup::encode(std::span<const std::string> words) const {
  const TokenOutput output = options_.output_mode;
  if (output == TokenOutput::kInt) return wrong("the output int makes no vectors; ask for indices()");
  LEPTON_TRY(const std::vector<std::int64_t> places, indices(words));
  const std::size_t rows = output == TokenOutput::kOneHot ? words.size() : 1;
  std::vector<float> result(rows * static_cast<std::size_t>(width()));
  write_vectors(places, output, width(), result);
  for (std::size_t i = 0; i < idf_weights_.size(); ++i) result[i] *= static_cast<float>(idf_weights_[i]);
  return result;
}

Json to_json(const StringLookup& lookup) {
  const StringLookupOptions& o = lookup.options();
  Json json{{"version", 1},
            {"kind", "string_lookup"},
            {"max_tokens", o.max_tokens},
            {"num_oov_indices", o.num_oov_indices},
            {"oov_token", o.oov_token},
            {"output_mode", name_of(o.output_mode)},
            {"pad_to_max_tokens", o.pad_to_max_tokens},
            {"vocabulary", lookup.vocabulary()}};
  if (o.mask_token) json["mask_token"] = *o.mask_token;
  if (o.salt) json["salt"] = *o.salt;
  if (!lookup.idf_weights().empty()) json["idf_weights"] = lookup.idf_weights();
  return json;
}

Result<StringLookup> string_lookup_from_json(const Json& json) {
  constexpr std::array<std::string_view, 11> kKeys{"version",     "kind",       "max_tokens",       "num_oov_indices",
                                                   "oov_token",   "mask_token", "output_mode",      "salt",
                                                   "idf_weights", "vocabulary", "pad_to_max_tokens"};
  const JsonFields fields("string lookup", json);
  LEPTON_CHECK_OK(fields.check(kKeys, "string_lookup", 1));
  StringLookupOptions options;
  constexpr std::int64_t kMost = std::int64_t{1} << 27;
  LEPTON_CHECK_OK(fields.read_integer("max_tokens", 0, kMost, options.max_tokens));
  LEPTON_CHECK_OK(fields.read_integer("num_oov_indices", 0, 1 << 20, options.num_oov_indices));
  LEPTON_CHECK_OK(fields.read_text("oov_token", options.oov_token));
  LEPTON_CHECK_OK(read_optional_text(fields, json, "mask_token", options.mask_token));
  std::string output = name_of(options.output_mode);
  LEPTON_CHECK_OK(fields.read_text("output_mode", output));
  LEPTON_TRY(options.output_mode, token_output_from_name(output));
  LEPTON_CHECK_OK(read_salt(fields, options.salt));
  LEPTON_CHECK_OK(fields.read_flag("pad_to_max_tokens", options.pad_to_max_tokens));
  std::vector<std::string> vocabulary;
  std::vector<double> idf_weights;
  LEPTON_CHECK_OK(fields.read_texts("vocabulary", vocabulary));
  LEPTON_CHECK_OK(fields.read_numbers("idf_weights", idf_weights));
  return StringLookup::make(vocabulary, options, idf_weights);
}

}  // namespace lepton::data
