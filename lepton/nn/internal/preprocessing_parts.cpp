// Shared parts of layers that prepare inputs.
#include "lepton/nn/internal/preprocessing_parts.hpp"

#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {

Value in_model_dtype(LayerContext& c, const Value& x) { return x.dtype() == c.dtype() ? x : ops::cast(x, c.dtype()); }

Value picture_input(LayerContext& c, const Feature& input) {
  const Shape shape = input.logical_shape();
  if (shape.rank() != 4) fail(ErrorCode::kShapeMismatch, "expects pictures [N, height, width, channels] (shape {})", shape);
  return in_model_dtype(c, input.logical());
}

Value encode_categories(LayerContext& c, const Value& numbers, const CategoryOutput& o) {
  if (o.mode == "int") return numbers;
  if (o.mode == "one_hot") {
    const bool is_column = numbers.rank() > 1 && numbers.dim(-1) == 1;
    return ops::one_hot(is_column ? ops::squeeze(numbers, {-1}) : numbers, o.depth, {.dtype = c.dtype()});
  }
  if (o.mode != "multi_hot" && o.mode != "count")
    fail(ErrorCode::kInvalidArgument, "output_mode must be int, one_hot, multi_hot or count, got '{}'", o.mode);
  if (numbers.rank() < 2) fail(ErrorCode::kShapeMismatch, "{} needs several numbers for each sample (shape {})", o.mode, numbers.shape());
  Value hot = ops::one_hot(numbers, o.depth, {.dtype = c.dtype()});
  if (o.weights.defined()) hot = ops::mul(hot, ops::expand_dims(in_model_dtype(c, o.weights), {-1}));
  return o.mode == "count" ? ops::sum(hot, {.axes = {1}}) : ops::max(hot, {.axes = {1}});
}

}  // namespace lepton::nn
