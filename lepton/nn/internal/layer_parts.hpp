// What several layers ask for in the same way.
#pragma once

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

/// The input as [N, C, spatial…]; throws kShapeMismatch unless it has that many spatial axes.
Value spatial_input(const Feature& input, std::size_t spatial_axes);

/// The input [N, steps, C] in Keras's order; throws kShapeMismatch for another rank.
Value sequence_input(const Feature& input);

/// `x` with elements dropped at `rate` and the others scaled: one draw of the layer's random numbers.
Value dropped(LayerContext& context, const Value& x, double rate);

/// Weight "bias" of `size` elements, by the layer's bias_initializer and bias_regularizer; undefined if use_bias is false.
Value bias_weight(LayerContext& context, std::int64_t size);

/// x divided by its length along `axes`; lengths below 1e-6 count as that (as in Keras).
Value unit_length(const Value& x, const Dims& axes);

}  // namespace lepton::nn
