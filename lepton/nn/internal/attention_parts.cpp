// Masks are made of step numbers, so that the number of steps may be free.
#include "lepton/nn/internal/attention_parts.hpp"

#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {

Value causal_mask(const Value& scores) { return ops::greater_equal(ops::iota(scores, -2), ops::iota(scores, -1)); }

Value window_mask(const Value& scores, std::int64_t steps) {
  const Value distance = ops::abs(ops::sub(ops::iota(scores, -2), ops::iota(scores, -1)));
  return ops::less(distance, ops::constant_like(distance, static_cast<double>(steps)));
}

Value both(const Value& a, const Value& b) {
  if (!a.defined() || !b.defined()) return a.defined() ? a : b;
  return ops::logical_and(a, b);
}

Value attention_weights(LayerContext& c, const Value& scores) {
  const Value weights = ops::softmax(scores);
  if (!c.training() || c.number("dropout") == 0) return weights;
  return dropped(c, weights, c.number("dropout"));
}

}  // namespace lepton::nn
