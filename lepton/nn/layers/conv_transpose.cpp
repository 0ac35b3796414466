// Conv1DTranspose, Conv2DTranspose, Conv3DTranspose: one build function, told apart by the rank of their kernel.
#include "lepton/nn/activation.hpp"
#include "lepton/nn/internal/layer_parts.hpp"
#include "lepton/nn/layers/convolution.hpp"
#include "lepton/ops/contraction.hpp"

namespace lepton::nn {
namespace {

std::int64_t item(const Dims& list, std::size_t i) { return list.empty() ? 1 : list[i]; }

// Keras's output sizes: "same" gives in * stride, "valid" at least that; output_padding counts from the smallest size of its own.
ops::ConvTransposeOptions windows(LayerContext& c, const Dims& kernel_size) {
  const Attributes& config = c.config();
  const Dims &strides = config.integers("strides"), &dilations = config.integers("dilation_rate"),
             &extra = config.integers("output_padding");
  const std::string& padding = config.text("padding");
  if (padding != "valid" && padding != "same") fail(ErrorCode::kInvalidArgument, "padding must be valid or same, got '{}'", padding);
  const std::size_t rank = kernel_size.size();
  ops::ConvTransposeOptions options{.strides = strides, .dilations = dilations, .pads = Dims(2 * rank, 0), .output_padding = Dims(rank, 0)};
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t stride = item(strides, i), reach = (kernel_size[i] - 1) * item(dilations, i) + 1;
    std::int64_t cut = padding == "same" ? reach - stride : -std::max<std::int64_t>(0, stride - reach);
    if (!extra.empty()) cut = (padding == "same" ? 2 * (reach / 2) : 0) - extra[i];
    options.pads[i] = std::max<std::int64_t>(cut, 0) / 2;
    options.pads[rank + i] = std::max<std::int64_t>(cut, 0) - options.pads[i];
    options.output_padding[i] = std::max<std::int64_t>(-cut, 0);
  }
  return options;
}

std::vector<Feature> build(LayerContext& c, std::span<const Feature> inputs) {
  const auto& kernel_size = c.config().integers("kernel_size");
  const Value x = spatial_input(inputs[0], kernel_size.size());
  const std::int64_t filters = c.integer("filters");
  Dims shown = kernel_size;
  shown.push_back(filters);
  shown.push_back(x.dim(1));
  const Value kernel = c.weight({.name = "kernel",
                                 .shape = Shape(shown),
                                 .initializer = c.spec("kernel_initializer"),
                                 .regularizer = c.spec("kernel_regularizer"),
                                 .constraint = c.spec("kernel_constraint"),
                                 .order = convolution_order(Shape(shown))});
  const Value bias = bias_weight(c, filters);
  return {activate(c.spec("activation"),
                   Feature(ops::conv_transpose(x, kernel, bias, windows(c, kernel_size)), Feature::Order::kChannelsFirst))};
}

LayerDef declare(std::string_view name, std::string_view summary) {
  return {
      .name = name,
      .summary = summary,
      .config = {{"filters", 1, positive, "number of output channels", true},
                 {"kernel_size", Dims{}, positive_integers, "size along each spatial axis", true},
                 {"strides", Dims{}, positive_integers, "empty: 1"},
                 {"padding", "valid", any_value, "valid or same"},
                 {"output_padding", Dims{}, non_negative_integers, "empty: as Keras works it out"},
                 {"dilation_rate", Dims{}, positive_integers, "empty: 1"},
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

Layer make(std::string_view name, std::size_t rank, std::int64_t filters, const Dims& kernel_size, const ConvTransposeOptions& o) {
  if (kernel_size.size() != rank)
    fail(ErrorCode::kInvalidArgument, "{}: kernel_size must have {} values, got {}", name, rank, kernel_size.size());
  return Layer(get_layer(name),
               {{"filters", filters},
                {"kernel_size", kernel_size},
                {"strides", o.strides},
                {"padding", o.padding},
                {"output_padding", o.output_padding},
                {"dilation_rate", o.dilation_rate},
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

std::vector<LayerDef> conv_transpose_layers() {
  return {declare("Conv1DTranspose", "Transposed 1-D convolution over [N, steps, C]."),
          declare("Conv2DTranspose", "Transposed 2-D convolution over [N, H, W, C]."),
          declare("Conv3DTranspose", "Transposed 3-D convolution over [N, D, H, W, C].")};
}

Layer Conv1DTranspose(std::int64_t filters, std::int64_t kernel_size, const ConvTransposeOptions& o) {
  return make("Conv1DTranspose", 1, filters, {kernel_size}, o);
}
Layer Conv2DTranspose(std::int64_t filters, const Dims& kernel_size, const ConvTransposeOptions& o) {
  return make("Conv2DTranspose", 2, filters, kernel_size, o);
}
Layer Conv3DTranspose(std::int64_t filters, const Dims& kernel_size, const ConvTransposeOptions& o) {
  return make("Conv3DTranspose", 3, filters, kernel_size, o);
}

}  // namespace lepton::nn
