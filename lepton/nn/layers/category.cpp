// Discretization and CategoryEncoding.
#include <algorithm>

#include "lepton/nn/internal/preprocessing_parts.hpp"
#include "lepton/nn/layers/categories.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> discretize(LayerContext& c, std::span<const Feature> inputs) {
  const auto& boundaries = c.config().get<std::vector<double>>("bin_boundaries");
  if (boundaries.empty() || !std::ranges::is_sorted(boundaries))
    fail(ErrorCode::kInvalidArgument, "bin_boundaries must be numbers in rising order");
  const Value x = ops::expand_dims(in_model_dtype(c, inputs[0].logical()), {-1});
  const auto count = static_cast<std::int64_t>(boundaries.size());
  const Value steps = ops::constant(c.builder(), Tensor::from(boundaries, {count}).cast(x.dtype()));
  // Not below: so NaN is in the last bin, as in Keras.
  const Value reached = ops::cast(ops::logical_not(ops::less(x, steps)), DType::kI64);
  return {encode_categories(c, ops::sum(reached, {.axes = {-1}}), {.mode = c.config().text("output_mode"), .depth = count + 1})};
}

std::vector<Feature> encode(LayerContext& c, std::span<const Feature> inputs) {
  const std::string& mode = c.config().text("output_mode");
  if (mode == "int") fail(ErrorCode::kInvalidArgument, "output_mode must be one_hot, multi_hot or count, got 'int'");
  CategoryOutput output{.mode = mode, .depth = c.integer("num_tokens")};
  if (inputs.size() == 2) {
    if (mode != "count") fail(ErrorCode::kInvalidArgument, "takes weights in the mode count only, not in {}", mode);
    output.weights = inputs[1].logical();
  }
  return {encode_categories(c, ops::cast(inputs[0].logical(), DType::kI64), output)};
}

}  // namespace

std::vector<LayerDef> category_layers() {
  return {{.name = "Discretization",
           .summary = "Number of the bin that each value is in.",
           .config = {{"bin_boundaries", std::vector<double>{}, any_value, "rising", true},
                      {"output_mode", "int", any_value, "int, one_hot, multi_hot or count"}},
           .build = discretize},
          {.name = "CategoryEncoding",
           .summary = "Whole numbers as vectors that have a place for each of them.",
           .config = {{"num_tokens", 1, positive, "places", true}, {"output_mode", "multi_hot", any_value, "one_hot, multi_hot or count"}},
           .max_inputs = 2,
           .build = encode}};
}

Layer Discretization(const std::vector<double>& bin_boundaries, const DiscretizationOptions& o) {
  return Layer(get_layer("Discretization"),
               {{"bin_boundaries", bin_boundaries}, {"output_mode", o.output_mode}, {"input_shape", o.input_shape}}, o.name);
}
Layer CategoryEncoding(std::int64_t num_tokens, const CategoryEncodingOptions& o) {
  return Layer(get_layer("CategoryEncoding"), {{"num_tokens", num_tokens}, {"output_mode", o.output_mode}, {"input_shape", o.input_shape}},
               o.name);
}

}  // namespace lepton::nn
