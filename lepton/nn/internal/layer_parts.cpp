// Shared parts of layers.
#include "lepton/nn/internal/layer_parts.hpp"

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {

Value spatial_input(const Feature& input, std::size_t spatial_axes) {
  const Value x = input.channels_first();
  if (x.rank() != static_cast<int>(spatial_axes) + 2)
    fail(ErrorCode::kShapeMismatch, "expects inputs of rank {} (shape {})", spatial_axes + 2, input.logical_shape());
  return x;
}

Value sequence_input(const Feature& input) {
  const Value x = input.logical();
  if (x.rank() != 3) fail(ErrorCode::kShapeMismatch, "expects [N, steps, C] (shape {})", input.logical_shape());
  return x;
}

Value dropped(LayerContext& c, const Value& x, double rate) {
  return ops::dropout(x, c.random_key(), {.rate = rate, .stream = c.next_stream()});
}

Value bias_weight(LayerContext& c, std::int64_t size) {
  if (!c.flag("use_bias")) return {};
  return c.weight({.name = "bias",
                   .shape = {size},
                   .initializer = c.spec("bias_initializer"),
                   .regularizer = c.spec("bias_regularizer"),
                   .constraint = c.spec("bias_constraint")});
}

Value unit_length(const Value& x, const Dims& axes) {
  const Value squares = ops::sum(ops::square(x), {.axes = axes, .keepdims = true});
  return ops::mul(x, ops::rsqrt(ops::maximum(squares, ops::constant_like(x, 1e-12))));
}

}  // namespace lepton::nn
