// DepthwiseConv1D-2D and SeparableConv1D-2D: one build function each, told apart by the rank of their kernel.
#include "lepton/nn/activation.hpp"
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/convolution.hpp"
#include "lepton/ops/contraction.hpp"

namespace lepton::nn {
namespace {

Value depthwise(LayerContext& c, const Feature& input, const char* kernel_name, bool with_bias) {
  const auto& kernel_size = c.config().integers("kernel_size");
  const Value x = spatial_input(input, kernel_size.size());
  const std::int64_t channels = x.dim(1), multiplier = c.integer("depth_multiplier");
  Dims shown = kernel_size;
  shown.push_back(channels);
  shown.push_back(multiplier);
  const Value kernel = c.weight({.name = kernel_name,
                                 .shape = Shape(shown),
                                 .initializer = c.spec("depthwise_initializer"),
                                 .regularizer = c.spec("depthwise_regularizer"),
                                 .constraint = c.spec("depthwise_constraint"),
                                 .order = depthwise_order(Shape(shown))});
  return ops::conv(x, kernel, with_bias ? bias_weight(c, channels * multiplier) : Value(),
                   {.strides = c.config().integers("strides"),
                    .dilations = c.config().integers("dilation_rate"),
                    .padding = c.config().text("padding"),
                    .groups = channels});
}

std::vector<Feature> build_depthwise(LayerContext& c, std::span<const Feature> inputs) {
  return {activate(c.spec("activation"), Feature(depthwise(c, inputs[0], "kernel", true), Feature::Order::kChannelsFirst))};
}

std::vector<Feature> build_separable(LayerContext& c, std::span<const Feature> inputs) {
  const Value x = depthwise(c, inputs[0], "depthwise_kernel", false);
  Dims shown(c.config().integers("kernel_size").size(), 1);
  shown.push_back(x.dim(1));
  shown.push_back(c.integer("filters"));
  const Value kernel = c.weight({.name = "pointwise_kernel",
                                 .shape = Shape(shown),
                                 .initializer = c.spec("pointwise_initializer"),
                                 .regularizer = c.spec("pointwise_regularizer"),
                                 .constraint = c.spec("pointwise_constraint"),
                                 .order = convolution_order(Shape(shown))});
  return {
      activate(c.spec("activation"), Feature(ops::conv(x, kernel, bias_weight(c, c.integer("filters"))), Feature::Order::kChannelsFirst))};
}

std::vector<AttributeDef> shared_config() {
  return {{"kernel_size", Dims{}, positive_integers, "size along each spatial axis", true},
          {"strides", Dims{}, positive_integers, "empty: 1"},
          {"padding", "valid", any_value, "valid or same"},
          {"dilation_rate", Dims{}, positive_integers, "empty: 1"},
          {"depth_multiplier", 1, positive, "output channels for each input channel"},
          {"activation", "", any_value, "activation"},
          {"use_bias", true, any_value, "add a bias"},
          {"depthwise_initializer", "glorot_uniform", any_value, "initialiser of the depthwise kernel"},
          {"bias_initializer", "zeros", any_value, "initialiser of the bias"},
          {"depthwise_regularizer", "", any_value, "penalty on the depthwise kernel"},
          {"depthwise_constraint", "", any_value, "constraint on the depthwise kernel"},
          {"bias_regularizer", "", any_value, "penalty on the bias"},
          {"bias_constraint", "", any_value, "constraint on the bias"}};
}

LayerDef depthwise_def(std::string_view name) {
  return {.name = name, .summary = "Convolves each channel by itself.", .config = shared_config(), .build = build_depthwise};
}

LayerDef separable_def(std::string_view name) {
  LayerDef def{.name = name,
               .summary = "A depthwise convolution, then one that mixes the channels.",
               .config = shared_config(),
               .build = build_separable};
  def.config.push_back({"filters", 1, positive, "number of output channels", true});
  def.config.push_back({"pointwise_initializer", "glorot_uniform", any_value, "initialiser of the mixing kernel"});
  def.config.push_back({"pointwise_regularizer", "", any_value, "penalty on the mixing kernel"});
  def.config.push_back({"pointwise_constraint", "", any_value, "constraint on the mixing kernel"});
  return def;
}

template <class Options>
Attributes shared_attributes(std::string_view name, std::size_t rank, const Dims& kernel_size, const Options& o) {
  if (kernel_size.size() != rank)
    fail(ErrorCode::kInvalidArgument, "{}: kernel_size must have {} values, got {}", name, rank, kernel_size.size());
  return {{"kernel_size", kernel_size},
          {"strides", o.strides},
          {"padding", o.padding},
          {"dilation_rate", o.dilation_rate},
          {"depth_multiplier", o.depth_multiplier},
          {"activation", o.activation.to_string()},
          {"use_bias", o.use_bias},
          {"depthwise_initializer", o.depthwise_initializer.to_string()},
          {"bias_initializer", o.bias_initializer.to_string()},
          {"depthwise_regularizer", o.depthwise_regularizer.to_string()},
          {"depthwise_constraint", o.depthwise_constraint.to_string()},
          {"bias_regularizer", o.bias_regularizer.to_string()},
          {"bias_constraint", o.bias_constraint.to_string()},
          {"input_shape", o.input_shape}};
}

Layer make_depthwise(std::string_view name, std::size_t rank, const Dims& kernel_size, const DepthwiseConvOptions& o) {
  return Layer(get_layer(name), shared_attributes(name, rank, kernel_size, o), o.name);
}

Layer make_separable(std::string_view name, std::size_t rank, std::int64_t filters, const Dims& kernel_size,
                     const SeparableConvOptions& o) {
  Attributes config = shared_attributes(name, rank, kernel_size, o);
  config.set("filters", filters);
  config.set("pointwise_constraint", o.pointwise_constraint.to_string());
  config.set("pointwise_initializer", o.pointwise_initializer.to_string());
  config.set("pointwise_regularizer", o.pointwise_regularizer.to_string());
  return Layer(get_layer(name), config, o.name);
}

}  // namespace

std::vector<LayerDef> depthwise_conv_layers() {
  return {depthwise_def("DepthwiseConv1D"), depthwise_def("DepthwiseConv2D"), separable_def("SeparableConv1D"),
          separable_def("SeparableConv2D")};
}

Layer DepthwiseConv1D(std::int64_t kernel_size, const DepthwiseConvOptions& o) {
  return make_depthwise("DepthwiseConv1D", 1, {kernel_size}, o);
}
Layer DepthwiseConv2D(const Dims& kernel_size, const DepthwiseConvOptions& o) {
  return make_depthwise("DepthwiseConv2D", 2, kernel_size, o);
}
Layer SeparableConv1D(std::int64_t filters, std::int64_t kernel_size, const SeparableConvOptions& o) {
  return make_separable("SeparableConv1D", 1, filters, {kernel_size}, o);
}
Layer SeparableConv2D(std::int64_t filters, const Dims& kernel_size, const SeparableConvOptions& o) {
  return make_separable("SeparableConv2D", 2, filters, kernel_size, o);
}

}  // namespace lepton::nn
