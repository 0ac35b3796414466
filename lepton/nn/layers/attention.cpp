// Attention and AdditiveAttention: one score for each pair of a query and a key.
#include "lepton/nn/layers/attention.hpp"

#include "lepton/nn/internal/attention_parts.hpp"
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

using Scores = Value (*)(LayerContext&, const Value& query, const Value& key);

// query + key for each pair: [N, T, S, C].
Value pairs(const Value& query, const Value& key) { return ops::add(ops::expand_dims(query, {-2}), ops::expand_dims(key, {-3})); }

Value dot_or_concat(LayerContext& c, const Value& query, const Value& key) {
  const std::string& mode = c.config().text("score_mode");
  const Value scale = c.flag("use_scale") ? c.weight({.name = "scale", .shape = {}, .initializer = "ones"}) : Value();
  const auto scaled = [&](const Value& x) { return scale.defined() ? ops::mul(x, scale) : x; };
  if (mode == "dot") return scaled(ops::matmul(query, key, {.transpose_b = true}));
  if (mode != "concat") fail(ErrorCode::kInvalidArgument, "score_mode must be dot or concat, got '{}'", mode);
  const Value weight = c.weight({.name = "concat_score_weight", .shape = {}, .initializer = "ones"});
  return ops::mul(ops::sum(ops::tanh(scaled(pairs(query, key))), {.axes = {-1}}), weight);
}

Value additive(LayerContext& c, const Value& query, const Value& key) {
  Value fit = ops::tanh(pairs(query, key));
  if (c.flag("use_scale")) fit = ops::mul(fit, c.weight({.name = "scale", .shape = {query.dim(-1)}, .initializer = "glorot_uniform"}));
  return ops::sum(fit, {.axes = {-1}});
}

std::vector<Feature> attend(LayerContext& c, std::span<const Feature> inputs, Scores scores_of) {
  const Value query = sequence_input(inputs[0]), value = sequence_input(inputs[1]), key = sequence_input(inputs.back());
  Value scores = scores_of(c, query, key);
  const Value seen = both(inputs[1].mask.defined() ? ops::expand_dims(inputs[1].mask, {-2}) : Value(),
                          c.flag("use_causal_mask") ? causal_mask(scores) : Value());
  if (seen.defined()) scores = ops::where(seen, scores, ops::sub(scores, ops::constant_like(scores, 1e9)));
  const Value weights = attention_weights(c, scores);
  Feature y(ops::matmul(weights, value));
  y.mask = inputs[0].mask;
  if (y.mask.defined()) y.value = ops::where(ops::expand_dims(y.mask, {-1}), y.value, ops::constant_like(y.value, 0));
  if (c.flag("return_attention_scores")) return {y, Feature(weights)};
  return {y};
}

LayerDef declare(std::string_view name, std::string_view summary, bool use_scale, Scores scores_of) {
  return {.name = name,
          .summary = summary,
          .config = {{"use_scale", use_scale, any_value, "learn a factor of the scores"},
                     {"dropout", 0.0, probability, "share of the attention weights to zero"},
                     {"use_causal_mask", false, any_value, "a step sees those up to itself"},
                     {"return_attention_scores", false, any_value, "give the attention weights, too"}},
          .min_inputs = 2,
          .max_inputs = 3,
          .build = [=](LayerContext& c, std::span<const Feature> inputs) { return attend(c, inputs, scores_of); }};
}

template <class Options>
Attributes attributes_of(const Options& o) {
  return {{"use_scale", o.use_scale},
          {"dropout", o.dropout},
          {"use_causal_mask", o.use_causal_mask},
          {"return_attention_scores", o.return_attention_scores}};
}

}  // namespace

std::vector<LayerDef> attention_layers() {
  LayerDef dot = declare("Attention", "What each query wants of the values, by the product of query and key.", false, dot_or_concat);
  dot.config.push_back({"score_mode", "dot", any_value, "dot or concat"});
  return {dot, declare("AdditiveAttention", "What each query wants of the values, by a sum of query and key.", true, additive)};
}

Layer Attention(const AttentionOptions& o) {
  Attributes config = attributes_of(o);
  config.set("score_mode", o.score_mode);
  return Layer(get_layer("Attention"), config, o.name);
}
Layer AdditiveAttention(const AdditiveAttentionOptions& o) { return Layer(get_layer("AdditiveAttention"), attributes_of(o), o.name); }

}  // namespace lepton::nn
