// What layers that prepare inputs share.
#pragma once

#include <string>

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

/// x in the model's dtype: raw inputs may be integers.
Value in_model_dtype(LayerContext& context, const Value& x);

/// The input as [N, height, width, C] in the model's dtype; throws kShapeMismatch for another rank.
Value picture_input(LayerContext& context, const Feature& input);

/// The way from category numbers to what a layer gives.
struct CategoryOutput {
  std::string mode;        // "int", "one_hot", "multi_hot", "count"
  std::int64_t depth = 0;  // number of categories
  Value weights = {};      // of each number; count only
};
/// Numbers (i64) as they are or as vectors in the model's dtype; a number outside [0, depth) gives zeros only.
///
/// Shapes:  numbers: [N, k, rest…]; one_hot: [N, k, rest…, depth], where a last axis of size 1 goes; multi_hot and count, over the
///          second axis: [N, rest…, depth].
/// Errors:  kInvalidArgument for another mode; kShapeMismatch for multi_hot or count of numbers without a second axis.
/// Source:  Keras 3, what CategoryEncoding and its relatives share.
Value encode_categories(LayerContext& context, const Value& numbers, const CategoryOutput& options);

}  // namespace lepton::nn
