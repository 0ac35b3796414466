// Dense: a fully connected layer over the last axis.
#include "lepton/nn/activation.hpp"
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/core.hpp"
#include "lepton/ops/contraction.hpp"
#include "lepton/ops/elementwise.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  // Behind Flatten the input stays channels first; the kernel's rows are stored in that order instead.
  const bool flat = inputs[0].order == Feature::Order::kFlatChannelsFirst;
  const Value x = flat ? inputs[0].value : inputs[0].logical();
  const std::int64_t units = c.integer("units");
  const Value kernel = c.weight({.name = "kernel",
                                 .shape = {x.dim(-1), units},
                                 .initializer = c.spec("kernel_initializer"),
                                 .regularizer = c.spec("kernel_regularizer"),
                                 .constraint = c.spec("kernel_constraint"),
                                 .order = flat ? flattened_order(inputs[0].unflattened, units) : StoredOrder{}});
  Value y = ops::matmul(x, kernel);
  if (const Value bias = bias_weight(c, units); bias.defined()) y = ops::add(y, bias);
  return {activate(c.spec("activation"), Feature(y))};
}

}  // namespace

std::vector<LayerDef> dense_layers() {
  return {{
      .name = "Dense",
      .summary = "Fully connected layer: activation(x W + b) over the last axis.",
      .config = {{"units", 1, positive, "size of the output", true},
                 {"activation", "", any_value, "activation"},
                 {"use_bias", true, any_value, "add a bias"},
                 {"kernel_initializer", "glorot_uniform", any_value, "initialiser of the kernel"},
                 {"bias_initializer", "zeros", any_value, "initialiser of the bias"},
                 {"kernel_regularizer", "", any_value, "penalty on the kernel"},
                 {"kernel_constraint", "", any_value, "constraint on the kernel"},
                 {"bias_regularizer", "", any_value, "penalty on the bias"},
                 {"bias_constraint", "", any_value, "constraint on the bias"}},
      .passes_mask = true,
      .build = build,
  }};
}

Layer Dense(std::int64_t units, const DenseOptions& o) {
  return Layer(get_layer("Dense"),
               {{"units", units},
                {"activation", o.activation.to_string()},
                {"use_bias", o.use_bias},
                {"kernel_initializer", o.kernel_initializer.to_string()},
                {"bias_initializer", o.bias_initializer.to_string()},
                {"kernel_regularizer", o.kernel_regularizer.to_string()},
                {"kernel_constraint", o.kernel_constraint.to_string()},
                {"bias_regularizer", o.bias_regularizer.to_string()},
                {"bias_constraint", o.bias_constraint.to_string()},
                {"input_shape", o.input_shape}},
               o.name);
}

}  // namespace lepton::nn
