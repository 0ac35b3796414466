// What kinds of attention share: which steps a query may see, and the weights that it gives them.
#pragma once

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

/// True where the step of the query (axis -2 of `scores`) is at or behind that of the key (axis -1).
Value causal_mask(const Value& scores);
/// True where the two steps are less than `steps` apart.
Value window_mask(const Value& scores, std::int64_t steps);
/// a and b; an undefined one is all true.
Value both(const Value& a, const Value& b);

/// Softmax of the scores over their last axis; while training some of the weights are dropped by the layer's `dropout`.
Value attention_weights(LayerContext& context, const Value& scores);

}  // namespace lepton::nn
