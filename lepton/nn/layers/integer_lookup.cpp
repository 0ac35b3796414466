// IntegerLookup: a binary search in the sorted vocabulary, unrolled, so that large vocabularies cost little.
#include <algorithm>
#include <numeric>

#include "lepton/nn/internal/preprocessing_parts.hpp"
#include "lepton/nn/layers/categories.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/operators.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

// The settings, checked.
struct Vocabulary {
  Dims tokens;  // without special ones
  Dims mask;    // one token or none
  std::int64_t oov_token, oov_start, oov_count;

  std::int64_t first() const { return oov_start + oov_count; }
  std::int64_t size() const { return first() + static_cast<std::int64_t>(tokens.size()); }
};

Vocabulary vocabulary_of(LayerContext& c) {
  Vocabulary v{c.config().integers("vocabulary"), c.config().integers("mask_token"), c.integer("oov_token"), 0,
               c.integer("num_oov_indices")};
  if (v.mask.size() > 1) fail(ErrorCode::kInvalidArgument, "mask_token must be one number or none, got {}", v.mask.size());
  if (!v.mask.empty() && c.config().text("output_mode") == "int") v.oov_start = 1;
  Dims special(static_cast<std::size_t>(v.oov_start), v.mask.empty() ? 0 : v.mask[0]);
  special.insert(special.end(), static_cast<std::size_t>(v.oov_count), v.oov_token);
  if (v.tokens.size() >= special.size() && std::equal(special.begin(), special.end(), v.tokens.begin()))
    v.tokens.erase(v.tokens.begin(), v.tokens.begin() + static_cast<std::ptrdiff_t>(special.size()));
  if (v.tokens.empty()) fail(ErrorCode::kInvalidArgument, "the vocabulary is empty");
  Dims sorted = v.tokens;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
    fail(ErrorCode::kInvalidArgument, "the vocabulary has the token {} twice", *twice);
  if (!v.mask.empty() && std::ranges::binary_search(sorted, v.mask[0]))
    fail(ErrorCode::kInvalidArgument, "the vocabulary has the mask token {}; leave it out", v.mask[0]);
  if (const std::int64_t most = c.integer("max_tokens"); most > 0 && v.size() > most)
    fail(ErrorCode::kInvalidArgument, "the vocabulary needs {} indices, max_tokens allows {}", v.size(), most);
  return v;
}

Value list(LayerContext& c, const Dims& numbers) {
  return ops::constant(c.builder(), Tensor::from(numbers, {static_cast<std::int64_t>(numbers.size())}));
}

// Place of each x in the vocabulary, and whether it is there. Shapes: x: i64; both: as x.
struct Found {
  Value place, known;
};

Found search(LayerContext& c, const Value& x, const Dims& tokens) {
  std::vector<std::size_t> order(tokens.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return tokens[i]; });
  std::int64_t step = 1;
  while (2 * step <= static_cast<std::int64_t>(tokens.size())) step *= 2;
  Dims sorted, places;
  for (const std::size_t i : order) {
    sorted.push_back(tokens[i]);
    places.push_back(static_cast<std::int64_t>(i));
  }
  sorted.resize(static_cast<std::size_t>(2 * step), sorted.back());
  places.resize(static_cast<std::size_t>(2 * step), places.back());
  const Value table = list(c, sorted);
  Value low = x * 0;  // the last token that is not above x is at or behind it
  for (; step > 0; step /= 2) {
    const Value next = low + static_cast<double>(step);
    low = ops::where(ops::less_equal(ops::gather(table, next), x), next, low);
  }
  return {ops::gather(list(c, places), low), ops::equal(ops::gather(table, low), x)};
}

Value indices(LayerContext& c, const Value& x, const Vocabulary& v) {
  const Found found = search(c, x, v.tokens);
  const auto number = [&](std::int64_t n) { return ops::constant(c.builder(), Tensor::from<std::int64_t>({n}, {})); };
  Value unknown = number(v.oov_start);
  if (v.oov_count > 1) unknown = unknown + ops::mod(x, number(v.oov_count));
  Value index = ops::where(found.known, found.place + static_cast<double>(v.first()), unknown);
  const auto masked = [&](const Value& other) {
    return v.mask.empty() ? index : ops::where(ops::equal(x, number(v.mask[0])), other, index);
  };
  if (v.oov_count == 0) {
    // A gather that fails while running where a number is neither known nor the mask.
    Value fine = ops::cast(ops::logical_not(found.known), DType::kI64);
    if (!v.mask.empty()) fine = ops::where(ops::equal(x, number(v.mask[0])), number(0), fine);
    index = index + ops::gather(list(c, {0}), fine);
  }
  return masked(number(v.oov_start == 1 ? 0 : -1));  // -1: in no vector
}

Value tokens_of(LayerContext& c, const Value& x, const Vocabulary& v) {
  Dims table(static_cast<std::size_t>(v.first()), v.oov_token);
  if (v.oov_start == 1) table[0] = v.mask[0];
  table.insert(table.end(), v.tokens.begin(), v.tokens.end());
  table.push_back(v.oov_token);  // of indices outside
  const Value outside = ops::constant(c.builder(), Tensor::from<std::int64_t>({v.size()}, {}));
  const Value inside = ops::logical_and(ops::greater_equal(x, x * 0), ops::less(x, outside));
  return ops::gather(list(c, table), ops::where(inside, x, outside));
}

// A weight for each place of the vector: the mean for unknown numbers, 0 beyond the vocabulary.
Value idf_weights(LayerContext& c, const Vocabulary& v, std::int64_t depth) {
  std::vector<double> weights = c.config().get<std::vector<double>>("idf_weights");
  if (weights.size() == v.tokens.size()) {
    const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
    weights.insert(weights.begin(), static_cast<std::size_t>(v.first()), mean);
  }
  if (static_cast<std::int64_t>(weights.size()) != v.size())
    fail(ErrorCode::kInvalidArgument, "idf_weights needs one weight for each of the {} tokens (got {})", v.tokens.size(), weights.size());
  weights.resize(static_cast<std::size_t>(depth), 0.0);
  return ops::constant(c.builder(), Tensor::from(weights, {depth}).cast(c.dtype()));
}

std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  const Vocabulary v = vocabulary_of(c);
  const std::string& mode = c.config().text("output_mode");
  const bool pads = c.flag("pad_to_max_tokens"), by_idf = mode == "tf_idf";
  if (pads && c.integer("max_tokens") == 0) fail(ErrorCode::kInvalidArgument, "pad_to_max_tokens needs max_tokens");
  if (by_idf == c.config().get<std::vector<double>>("idf_weights").empty())
    fail(ErrorCode::kInvalidArgument, "idf_weights and the output mode tf_idf go together");
  const Value x = ops::cast(inputs[0].logical(), DType::kI64);
  if (c.flag("invert")) {
    if (mode != "int") fail(ErrorCode::kInvalidArgument, "invert needs the output mode int, got {}", mode);
    return {tokens_of(c, x, v)};
  }
  const std::int64_t depth = pads ? c.integer("max_tokens") : v.size();
  const Value y = encode_categories(c, indices(c, x, v), {.mode = by_idf ? "count" : mode, .depth = depth});
  return {by_idf ? y * idf_weights(c, v, depth) : y};
}

}  // namespace

std::vector<LayerDef> integer_lookup_layers() {
  return {{.name = "IntegerLookup",
           .summary = "Place of each whole number in a vocabulary, or the number at each place.",
           .config = {{"vocabulary", Dims{}, any_value, "the numbers, in order; may begin with its special tokens", true},
                      {"max_tokens", 0, non_negative, "largest size with special tokens; 0: any"},
                      {"num_oov_indices", 1, non_negative, "indices of unknown numbers"},
                      {"mask_token", Dims{}, any_value, "the number that stands for nothing, or none"},
                      {"oov_token", -1, any_value, "stands for unknown numbers"},
                      {"invert", false, any_value, "numbers for indices"},
                      {"output_mode", "int", any_value, "int, one_hot, multi_hot, count or tf_idf"},
                      {"pad_to_max_tokens", false, any_value, "vectors have max_tokens places"},
                      {"idf_weights", std::vector<double>{}, any_value, "of each token, for tf_idf"}},
           .build = build}};
}

Layer IntegerLookup(const Dims& vocabulary, const IntegerLookupOptions& o) {
  return Layer(get_layer("IntegerLookup"),
               {{"vocabulary", vocabulary},
                {"max_tokens", o.max_tokens},
                {"num_oov_indices", o.num_oov_indices},
                {"mask_token", o.mask_token ? Dims{*o.mask_token} : Dims()},
                {"oov_token", o.oov_token},
                {"invert", o.invert},
                {"output_mode", o.output_mode},
                {"pad_to_max_tokens", o.pad_to_max_tokens},
                {"idf_weights", o.idf_weights},
                {"input_shape", o.input_shape}},
               o.name);
}

}  // namespace lepton::nn
