// Attention and its kin, made of products and softmax.
#include <cmath>
#include <limits>

#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/control_flow.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/onnx/internal/families.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::ops {
namespace {

// [N, T, heads * size] as [N, heads, T, size].
Value heads_of(const Value& x, std::int64_t heads) {
  if (x.rank() == 4) return x;
  if (heads < 1 || x.shape()[2] % heads != 0) fail(ErrorCode::kShapeMismatch, "{} heads do not divide the shape {}", heads, x.shape());
  return transpose(reshape(x, {x.shape()[0], x.shape()[1], heads, x.shape()[2] / heads}), {0, 2, 1, 3});
}
// Each head of keys and values serves a group of heads of queries.
Value repeated_heads(const Value& x, std::int64_t heads) {
  const Shape s = x.shape();
  if (s[1] == heads) return x;
  if (s[1] == 0 || heads % s[1] != 0) fail(ErrorCode::kShapeMismatch, "{} heads of queries for {} of keys", heads, s[1]);
  return reshape(broadcast_to(expand_dims(x, {2}), {s[0], s[1], heads / s[1], s[2], s[3]}), {s[0], heads, s[2], s[3]});
}

// The number of keys before the first query: of the past, or of each sample's own cache.
Value offset_of(OnnxNodeReader& node, const Value& like, std::int64_t past, std::int64_t queries) {
  if (node.has(6) && !node.has(4)) {
    const Value valid = cast(node.value(6), DType::kI64);
    return reshape(sub(valid, onnx_scalar(valid, static_cast<double>(queries))), {valid.shape()[0], 1, 1, 1});
  }
  const Value place = iota(like, -1, DType::kI64);
  return onnx_scalar(place, static_cast<double>(past));
}

// Where a query may look, true or false: [N or 1, 1 or heads, queries, keys]; undefined if everywhere.
Value allowed_places(OnnxNodeReader& node, const Value& scores, std::int64_t past) {
  const std::int64_t queries = scores.shape()[2];
  Value allowed;
  const auto also = [&](const Value& v) { allowed = allowed.defined() ? logical_and(allowed, v) : v; };
  const Value plane = slice(scores, {.starts = {0, 0}, .ends = {1, 1}, .axes = {0, 1}});
  const Value row = iota(plane, 2, DType::kI64), column = iota(plane, 3, DType::kI64);
  const std::int64_t left = node.integer("left_window_size", -1), right = node.integer("right_window_size", -1);
  const bool causal = node.integer("is_causal", 0) != 0;
  if (causal || left >= 0 || right >= 0) {
    const Value place = add(row, offset_of(node, plane, past, queries));
    if (causal) also(less_equal(column, place));
    if (left >= 0) also(greater_equal(column, sub(place, onnx_scalar(place, static_cast<double>(left)))));
    if (right >= 0) also(less_equal(column, add(place, onnx_scalar(place, static_cast<double>(right)))));
  }
  if (node.has(6)) {
    const Value valid = reshape(cast(node.value(6), DType::kI64), {node.type(6).shape.num_elements(), 1, 1, 1});
    also(less(column, valid));
  }
  return allowed;
}

// A mask that is shorter than the keys forbids the rest.
Value full_mask(const Value& mask, std::int64_t keys) {
  const std::int64_t missing = keys - mask.shape()[-1];
  if (missing <= 0 || mask.shape()[-1] == 1) return mask;
  Dims pads(2 * static_cast<std::size_t>(mask.rank()), 0);
  pads.back() = missing;
  if (mask.dtype() != DType::kBool) return pad(mask, pads, "constant", -std::numeric_limits<double>::infinity());
  return cast(pad(cast(mask, DType::kI32), pads, "constant", 0), DType::kBool);
}

// Probabilities of the rows; a row that may look nowhere is 0, not NaN.
Value safe_softmax(const Value& scores, const Value& visible) {
  const Value p = softmax(scores, -1);
  return visible.defined() ? where(visible, p, onnx_scalar(p, 0)) : p;
}

OnnxResults read_attention(OnnxNodeReader& node) {
  const bool packed = node.type(0).shape.rank() == 3;
  const Value q = heads_of(node.value(std::size_t{0}), node.integer("q_num_heads", 0));
  Value k = heads_of(node.value(1), node.integer("kv_num_heads", 0)), v = heads_of(node.value(2), node.integer("kv_num_heads", 0));
  std::int64_t past = 0;
  if (node.has(4)) {
    past = node.type(4).shape[2];
    k = concat(std::vector<Value>{node.value(4), k}, 2);
    v = concat(std::vector<Value>{node.value(5), v}, 2);
  }
  const std::int64_t heads = q.shape()[1], keys = k.shape()[2];
  const double scale = node.number("scale", 1 / std::sqrt(static_cast<double>(q.shape()[3]))), root = std::sqrt(scale);
  const Value scaled_q = mul(q, onnx_scalar(q, root)), scaled_k = mul(repeated_heads(k, heads), onnx_scalar(k, root));
  Value scores = matmul(scaled_q, scaled_k, {.transpose_b = true});
  Value shown = scores;  // what the fourth output tells
  const std::int64_t mode = node.integer("qk_matmul_output_mode", 0);
  if (const double cap = node.number("softcap", 0); cap != 0)
    scores = mul(tanh(div(scores, onnx_scalar(scores, cap))), onnx_scalar(scores, cap));
  if (mode == 1) shown = scores;
  Value allowed = allowed_places(node, scores, past);
  const Value nothing = onnx_scalar(scores, -std::numeric_limits<double>::infinity());
  if (node.has(3)) {
    const Value mask = full_mask(node.value(3), keys);
    if (mask.dtype() == DType::kBool) {
      allowed = allowed.defined() ? logical_and(allowed, mask) : mask;
    } else {
      scores = add(scores, cast_if_other(mask, scores.dtype()));
    }
  }
  if (allowed.defined()) scores = where(allowed, scores, nothing);
  if (mode == 2) shown = scores;
  // -inf in every place of a row: nothing is visible there.
  const Value visible = greater(max(scores, {.axes = {-1}, .keepdims = true}), nothing);
  const bool masked = allowed.defined() || node.has(3);
  const Value p = safe_softmax(scores, masked ? visible : Value());
  if (mode == 3) shown = p;
  Value y = matmul(p, repeated_heads(v, heads));
  if (packed) y = reshape(transpose(y, {0, 2, 1, 3}), {y.shape()[0], y.shape()[2], heads * y.shape()[3]});
  return {y, k, v, shown};
}

OnnxResults read_flex_attention(OnnxNodeReader& node) {
  const Value q = node.value(std::size_t{0});
  const std::int64_t heads = q.shape()[1];
  const Value k = repeated_heads(node.value(1), heads), v = repeated_heads(node.value(2), heads);
  const Value products = matmul(q, k, {.transpose_b = true});
  const auto changed = [&](const char* attribute, const Value& x) {
    return node.has_graph(attribute) ? node.value(node.subgraph(attribute, {x}, 0).at(0)) : x;
  };
  const double scale = node.number("scale", 1 / std::sqrt(static_cast<double>(q.shape()[3])));
  const Value scores = changed("score_mod", mul(products, onnx_scalar(products, scale)));
  return {matmul(changed("prob_mod", softmax(scores, -1)), v)};
}

OnnxResults read_rotary_embedding(OnnxNodeReader& node) {
  const Value given = node.value(std::size_t{0});
  const bool packed = given.rank() == 3;
  const Value x = heads_of(given, node.integer("num_heads", 0));  // [N, heads, T, size]
  const std::int64_t size = x.shape()[3], asked = node.integer("rotary_embedding_dim", 0), turned = asked == 0 ? size : asked,
                     half = turned / 2;
  const auto cache = [&](std::size_t i) {
    Value c = node.value(i);
    if (node.has(3)) c = gather(c, node.value(3), 0);
    return expand_dims(c, {1});  // [N, 1, T, half]
  };
  const Value cosine = cache(1), sine = cache(2);
  const bool interleaved = node.integer("interleaved", 0) != 0;
  const Value part = slice(x, {.starts = {0}, .ends = {turned}, .axes = {3}});
  const auto piece = [&](std::int64_t which) {
    return interleaved ? slice(part, {.starts = {which}, .ends = {turned}, .axes = {3}, .steps = {2}})
                       : slice(part, {.starts = {which * half}, .ends = {(which + 1) * half}, .axes = {3}});
  };
  const Value a = piece(0), b = piece(1);
  const Value real = sub(mul(cosine, a), mul(sine, b)), imaginary = add(mul(sine, a), mul(cosine, b));
  Value y =
      interleaved ? reshape(stack(std::vector<Value>{real, imaginary}, 4), dims_of(part)) : concat(std::vector<Value>{real, imaginary}, 3);
  if (turned < size) y = concat(std::vector<Value>{y, slice(x, {.starts = {turned}, .ends = {size}, .axes = {3}})}, 3);
  return {packed ? reshape(transpose(y, {0, 2, 1, 3}), dims_of(given)) : y};
}

// A recurrence over time with a matrix as its state: S = decay * S + beta * k (v - S^T k)^T.
OnnxResults read_linear_attention(OnnxNodeReader& node) {
  const std::int64_t q_heads = node.integer("q_num_heads", 0), heads = node.integer("kv_num_heads", 0);
  const std::string rule = node.text("update_rule", "gated_delta");
  const bool gated = rule == "gated" || rule == "gated_delta", delta = rule == "delta" || rule == "gated_delta";
  const auto in_time = [&](const Value& x, std::int64_t of) { return transpose(heads_of(x, of), {2, 0, 1, 3}); };  // [T, N, heads, size]
  const Value q = in_time(node.value(std::size_t{0}), q_heads), k = in_time(node.value(1), heads), v = in_time(node.value(2), heads);
  const std::int64_t n = q.shape()[1], dk = k.shape()[3], dv = v.shape()[3], steps = q.shape()[0];
  const double asked = node.number("scale", 0), scale = asked != 0 ? asked : 1 / std::sqrt(static_cast<double>(dk));
  std::vector<Value> sequences = {q, k, v};
  if (gated) {
    const Value decay = exp(node.value(4));
    sequences.push_back(decay.shape()[2] == heads * dk ? in_time(decay, heads)
                                                       : broadcast_to(in_time(decay, heads), {steps, n, heads, dk}));
  }
  if (delta) {
    const Value beta = transpose(node.value(5), {1, 0, 2});  // [T, N, heads or 1]
    sequences.push_back(broadcast_to(expand_dims(beta, {3}), {steps, n, heads, 1}));
  }
  const Value initial = node.has(3) ? node.value(3) : broadcast_to(onnx_scalar(q, 0), {n, heads, dk, dv});
  const ScanResult run = scan({initial}, sequences, {}, [&](const ScanStep& in) {
    const Value &key = in.slices[1], &value = in.slices[2];
    Value state = in.states[0];  // [N, heads, dk, dv]
    if (gated) state = mul(state, expand_dims(in.slices[3], {3}));
    Value fresh = value;
    if (delta) {
      const Value said = squeeze(matmul(expand_dims(key, {2}), state), {2});  // S^T k: [N, heads, dv]
      fresh = mul(sub(value, said), in.slices[gated ? 4 : 3]);
    }
    state = add(state, matmul(expand_dims(key, {3}), expand_dims(fresh, {2})));
    const Value asked_of = reshape(in.slices[0], {n, heads, q_heads / heads, dk});
    const Value y = mul(matmul(asked_of, state), onnx_scalar(state, scale));
    return ScanStep{{state}, {reshape(y, {n, q_heads * dv})}, {}};
  });
  return {transpose(run.outputs[0], {1, 0, 2}), run.states[0]};
}

}  // namespace

std::span<const OnnxOperator> onnx_attention() {
  static const OnnxOperator rows[] = {
      {"Attention", read_attention, 23},
      {"FlexAttention", read_flex_attention, 1, kComputed, "ai.onnx.preview"},
      {"LinearAttention", read_linear_attention, 27},
      {"RotaryEmbedding", read_rotary_embedding, 23},
  };
  return rows;
}

}  // namespace lepton::ops
