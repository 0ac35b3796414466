// MultiHeadAttention and GroupQueryAttention. Axes inside: [N, groups, heads of a group, steps, channels]; where each head of the query
// has a key of its own, the axis of groups is left out.
#include <cmath>

#include "lepton/nn/internal/attention_parts.hpp"
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/attention.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

struct Heads {
  std::int64_t query = 1, key_value = 1;  // how many
  std::int64_t key_dim = 1, value_dim = 1;
  std::int64_t output = 0;  // channels; 0: those of the query

  bool grouped() const { return query != key_value; }
  // [N, steps, heads * size] -> heads before steps; `all`: of the query, else of key and value.
  Value parted(const Value& x, std::int64_t size, bool all) const {
    if (!grouped()) return ops::transpose(ops::reshape(x, {0, 0, query, size}), {0, 2, 1, 3});
    return ops::transpose(ops::reshape(x, {0, 0, key_value, all ? query / key_value : 1, size}), {0, 2, 3, 1, 4});
  }
  Value joined(const Value& x) const {
    return ops::reshape(ops::transpose(x, grouped() ? Dims{0, 3, 1, 2, 4} : Dims{0, 2, 1, 3}), {0, 0, query * value_dim});
  }
  // [N, T, S] as the scores have it.
  Value widened(const Value& mask) const { return ops::expand_dims(mask, grouped() ? Dims{1, 2} : Dims{1}); }
};

// x W + b. Keras shows kernels as [C, heads, size] or [heads, size, C]; a product wants them flat.
Value project(LayerContext& c, const Value& x, const std::string& name, const Dims& shown, const Dims& shown_bias) {
  const auto flat = [&](const std::string& part, const Dims& shape, const Dims& stored) {
    std::vector<int> axes(shape.size());
    for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int>(i);
    return c.weight({.name = name + "/" + part,
                     .shape = Shape(shape),
                     .initializer = c.spec(part + "_initializer"),
                     .regularizer = c.spec(part + "_regularizer"),
                     .constraint = c.spec(part + "_constraint"),
                     .order = {.split = shape, .permutation = axes, .stored = stored}});
  };
  const std::int64_t units = Shape(shown_bias).num_elements();
  const Value y = ops::matmul(x, flat("kernel", shown, {x.dim(-1), units}));
  return c.flag("use_bias") ? ops::add(y, flat("bias", shown_bias, {units})) : y;
}

// [N, T, S] or broadcastable: where a query may look; undefined for everywhere.
Value seen_mask(LayerContext& c, std::span<const Feature> inputs, const Value& scores, const Heads& heads) {
  Value seen;
  if (inputs[0].mask.defined()) seen = ops::expand_dims(inputs[0].mask, {-1});
  for (const Feature& input : inputs.subspan(1)) {
    if (input.mask.defined()) seen = both(seen, ops::expand_dims(input.mask, {-2}));
  }
  if (seen.defined()) seen = heads.widened(seen);
  if (c.flag("use_causal_mask")) seen = both(seen, causal_mask(scores));
  if (const std::int64_t steps = c.integer("sliding_window"); steps > 0) seen = both(seen, window_mask(scores, steps));
  return seen;
}

std::vector<Feature> attend(LayerContext& c, std::span<const Feature> inputs, const Heads& heads) {
  const Value query = sequence_input(inputs[0]), value = sequence_input(inputs[1]), key = sequence_input(inputs.back());
  const auto projected = [&](const Value& x, const std::string& name, std::int64_t count, std::int64_t size) {
    return project(c, x, name, {x.dim(-1), count, size}, {count, size});
  };
  const Value q = projected(query, "query", heads.query, heads.key_dim), k = projected(key, "key", heads.key_value, heads.key_dim);
  const Value gate = c.flag("use_gate") ? projected(query, "gate", heads.query, heads.value_dim) : Value();
  const Value v = projected(value, "value", heads.key_value, heads.value_dim);

  const Value scaled = ops::mul(q, ops::constant_like(q, 1 / std::sqrt(static_cast<double>(heads.key_dim))));
  Value scores = ops::matmul(heads.parted(scaled, heads.key_dim, true), heads.parted(k, heads.key_dim, false), {.transpose_b = true});
  if (const Value seen = seen_mask(c, inputs, scores, heads); seen.defined())
    scores = ops::where(seen, scores, ops::constant_like(scores, -1e9));  // a query that may look nowhere looks everywhere
  const Value weights = attention_weights(c, scores);
  Value y = heads.joined(ops::matmul(weights, heads.parted(v, heads.value_dim, false)));
  if (gate.defined()) y = ops::mul(y, ops::sigmoid(gate));
  const std::int64_t channels = heads.output > 0 ? heads.output : query.dim(-1);
  Feature result(project(c, y, "attention_output", {heads.query, heads.value_dim, channels}, {channels}));
  result.mask = inputs[0].mask;
  if (!c.flag("return_attention_scores")) return {result};
  if (!heads.grouped()) return {result, Feature(weights)};
  const std::int64_t steps = weights.dim(-2) == kAnyDim ? -1 : weights.dim(-2), keys = weights.dim(-1) == kAnyDim ? -1 : weights.dim(-1);
  return {result, Feature(ops::reshape(weights, {0, heads.query, steps, keys}))};
}

std::vector<Feature> multi_head(LayerContext& c, std::span<const Feature> inputs) {
  const std::int64_t key_dim = c.integer("key_dim"), value_dim = c.integer("value_dim"), heads = c.integer("num_heads");
  return attend(c, inputs, {heads, heads, key_dim, value_dim > 0 ? value_dim : key_dim, c.integer("output_shape")});
}

std::vector<Feature> group_query(LayerContext& c, std::span<const Feature> inputs) {
  const std::int64_t size = c.integer("head_dim"), query = c.integer("num_query_heads"), shared = c.integer("num_key_value_heads");
  if (query % shared != 0) fail(ErrorCode::kInvalidArgument, "{} heads of the query cannot share {} of the key evenly", query, shared);
  return attend(c, inputs, {query, shared, size, size});
}

LayerDef declare(std::string_view name, std::string_view summary, std::vector<AttributeDef> config, LayerBuild build) {
  for (const AttributeDef& one :
       std::vector<AttributeDef>{{"dropout", 0.0, probability, "share of the attention weights to zero"},
                                 {"use_bias", true, any_value, "add biases"},
                                 {"use_gate", false, any_value, "multiply what the heads give by sigmoid(query W + b)"},
                                 {"sliding_window", 0, non_negative, "a query sees keys less than so many steps away; 0: all"},
                                 {"use_causal_mask", false, any_value, "a step sees those up to itself"},
                                 {"return_attention_scores", false, any_value, "give the attention weights, too"},
                                 {"kernel_initializer", "glorot_uniform", any_value, "initialiser of the kernels"},
                                 {"bias_initializer", "zeros", any_value, "initialiser of the biases"},
                                 {"kernel_regularizer", "", any_value, "penalty on the kernels"},
                                 {"kernel_constraint", "", any_value, "constraint on the kernel"},
                                 {"bias_regularizer", "", any_value, "penalty on the biases"},
                                 {"bias_constraint", "", any_value, "constraint on the bias"}})
    config.push_back(one);
  return {.name = name, .summary = summary, .config = std::move(config), .min_inputs = 2, .max_inputs = 3, .build = std::move(build)};
}

template <class Options>
Attributes attributes_of(const Options& o) {
  return {{"dropout", o.dropout},
          {"use_bias", o.use_bias},
          {"use_gate", o.use_gate},
          {"sliding_window", o.sliding_window},
          {"use_causal_mask", o.use_causal_mask},
          {"return_attention_scores", o.return_attention_scores},
          {"kernel_initializer", o.kernel_initializer.to_string()},
          {"bias_initializer", o.bias_initializer.to_string()},
          {"kernel_regularizer", o.kernel_regularizer.to_string()},
          {"kernel_constraint", o.kernel_constraint.to_string()},
          {"bias_regularizer", o.bias_regularizer.to_string()},
          {"bias_constraint", o.bias_constraint.to_string()}};
}

}  // namespace

std::vector<LayerDef> multi_head_attention_layers() {
  return {declare("MultiHeadAttention", "Several attentions side by side on projections of the inputs.",
                  {{"num_heads", 1, positive, "how many", true},
                   {"key_dim", 1, positive, "channels of a head's query and key", true},
                   {"value_dim", 0, non_negative, "channels of a head's value; 0: key_dim"},
                   {"output_shape", 0, non_negative, "channels of the output; 0: those of the query"}},
                  multi_head),
          declare("GroupQueryAttention", "Attention where several heads of the query share one of the key and value.",
                  {{"head_dim", 1, positive, "channels of a head", true},
                   {"num_query_heads", 1, positive, "how many", true},
                   {"num_key_value_heads", 1, positive, "how many; a divisor of num_query_heads", true}},
                  group_query)};
}

Layer MultiHeadAttention(std::int64_t num_heads, std::int64_t key_dim, const MultiHeadAttentionOptions& o) {
  Attributes config = attributes_of(o);
  config.set("num_heads", num_heads);
  config.set("key_dim", key_dim);
  config.set("value_dim", o.value_dim);
  config.set("output_shape", o.output_shape);
  return Layer(get_layer("MultiHeadAttention"), config, o.name);
}

Layer GroupQueryAttention(std::int64_t head_dim, std::int64_t num_query_heads, std::int64_t num_key_value_heads,
                          const GroupQueryAttentionOptions& o) {
  Attributes config = attributes_of(o);
  config.set("head_dim", head_dim);
  config.set("num_query_heads", num_query_heads);
  config.set("num_key_value_heads", num_key_value_heads);
  return Layer(get_layer("GroupQueryAttention"), config, o.name);
}

}  // namespace lepton::nn
