// Conv1D, Conv2D, Conv3D: one build function, told apart by the rank of their kernel.
#include "lepton/nn/activation.hpp"
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/convolution.hpp"
#include "lepton/ops/contraction.hpp"

namespace lepton::nn {
namespace {

std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  const auto& kernel_size = c.config().integers("kernel_size");
  const Value x = spatial_input(inputs[0], kernel_size.size());
  const std::int64_t groups = c.integer("groups"), filters = c.integer("filters");
  if (x.dim(1) % groups != 0 || filters % groups != 0) {
    fail(ErrorCode::kInvalidArgument, "groups must divide the input channels and filters (groups {}, channels {}, filters {})", groups,
         x.dim(1), filters);
  }
  Dims shown = kernel_size;
  shown.push_back(x.dim(1) / groups);
  shown.push_back(filters);
  const Shape kernel_shape(shown);
  const Value kernel = c.weight({.name = "kernel",
                                 .shape = kernel_shape,
                                 .initializer = c.spec("kernel_initializer"),
                                 .regularizer = c.spec("kernel_regularizer"),
                                 .constraint = c.spec("kernel_constraint"),
                                 .order = convolution_order(kernel_shape)});
  const Value bias = bias_weight(c, filters);
  ops::ConvOptions options{.strides = c.config().integers("strides"),
                           .dilations = c.config().integers("dilation_rate"),
                           .padding = c.config().text("padding"),
                           .groups = groups};
  if (options.padding == "causal") {
    if (kernel_size.size() != 1) fail(ErrorCode::kInvalidArgument, "padding 'causal' is for Conv1D: space has no direction");
    options.padding = "explicit";
    options.pads = {(kernel_size[0] - 1) * (options.dilations.empty() ? 1 : options.dilations[0]), 0};
  }
  const Value y = ops::conv(x, kernel, bias, options);
  return {activate(c.spec("activation"), Feature(y, Feature::Order::kChannelsFirst))};
}

LayerDef declare(std::string_view name, std::string_view summary) {
  return {
      .name = name,
      .summary = summary,
      .config = {{"filters", 1, positive, "number of output channels", true},
                 {"kernel_size", std::vector<std::int64_t>{}, positive_integers, "size along each spatial axis", true},
                 {"strides", std::vector<std::int64_t>{}, positive_integers, "empty: 1"},
                 {"padding", "valid", any_value, "valid, same, or causal (Conv1D: no step sees a later one)"},
                 {"dilation_rate", std::vector<std::int64_t>{}, positive_integers, "empty: 1"},
                 {"groups", 1, positive, "groups of channels convolved apart"},
                 {"activation", "", any_value, "activation"},
                 {"use_bias", true, any_value, "add a bias"},
                 {"kernel_initializer", "glorot_uniform", any_value, "initialiser of the kernel"},
                 {"bias_initializer", "zeros", any_value, "initialiser of the bias"},
                 {"kernel_regularizer", "", any_value, "penalty on the kernel"},
                 {"kernel_constraint", "", any_value, "constraint on the kernel"},
                 {"bias_regularizer", "", any_value, "penalty on the bias"},
                 {"bias_constraint", "", any_value, "constraint on the bias"}},
      .build = build,
  };
}

Layer make(std::string_view name, std::size_t rank, std::int64_t filters, const Dims& kernel_size, const ConvOptions& o) {
  if (kernel_size.size() != rank)
    fail(ErrorCode::kInvalidArgument, "{}: kernel_size must have {} values, got {}", name, rank, kernel_size.size());
  return Layer(get_layer(name),
               {{"filters", filters},
                {"kernel_size", kernel_size},
                {"strides", o.strides},
                {"padding", o.padding},
                {"dilation_rate", o.dilation_rate},
                {"groups", o.groups},
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

}  // namespace

std::vector<LayerDef> conv_layers() {
  return {declare("Conv1D", "1-D convolution over [N, steps, C]."), declare("Conv2D", "2-D convolution over [N, H, W, C]."),
          declare("Conv3D", "3-D convolution over [N, D, H, W, C].")};
}

Layer Conv1D(std::int64_t filters, std::int64_t kernel_size, const ConvOptions& options) {
  return make("Conv1D", 1, filters, {kernel_size}, options);
}
Layer Conv2D(std::int64_t filters, const Dims& kernel_size, const ConvOptions& options) {
  return make("Conv2D", 2, filters, kernel_size, options);
}
Layer Conv3D(std::int64_t filters, const Dims& kernel_size, const ConvOptions& options) {
  return make("Conv3D", 3, filters, kernel_size, options);
}

}  // namespace lepton::nn
