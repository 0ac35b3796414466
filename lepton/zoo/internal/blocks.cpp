// The shared parts: which padding, initialiser and penalty a layer gets.
#include "lepton/zoo/internal/blocks.hpp"

#include <algorithm>

namespace lepton::zoo {

using namespace nn;

std::int64_t multiple_of_8(double channels) {
  const std::int64_t rounded = std::max<std::int64_t>(8, static_cast<std::int64_t>(channels + 4) / 8 * 8);
  return static_cast<double>(rounded) < 0.9 * channels ? rounded + 8 : rounded;
}

Symbol activate(const Symbol& x, const char* activation) { return Activation(activation)(x); }

std::int64_t Blocks::channels(std::int64_t published) const {
  return options_.width == 1 ? published : multiple_of_8(static_cast<double>(published) * options_.width);
}

Spec Blocks::regularizer() const { return options_.weight_decay == 0 ? Spec() : Spec("l2", {{"l2", options_.weight_decay / 2}}); }

// With stride 1 and odd kernels both conventions pad alike.
std::string Blocks::padding(const ConvShape& shape) const {
  return shape.padded && (shape.stride == 1 || conventions_.pads_ends_first) ? "same" : "valid";
}

Symbol Blocks::padded(const Symbol& x, const ConvShape& shape) const {
  const std::int64_t rows = shape.kernel[0] / 2, columns = shape.kernel[1] / 2;
  if (!shape.padded || padding(shape) == "same" || rows + columns == 0) return x;
  return ZeroPadding2D({rows, rows, columns, columns})(x);
}

Symbol Blocks::conv(const Symbol& x, const std::string& name, const ConvShape& shape) const {
  return Conv2D(shape.filters, shape.kernel,
                {.strides = {shape.stride, shape.stride},
                 .padding = padding(shape),
                 .use_bias = shape.use_bias,
                 .kernel_initializer = "he_normal",
                 .kernel_regularizer = regularizer(),
                 .name = name})(padded(x, shape));
}

Symbol Blocks::depthwise(const Symbol& x, const std::string& name, const ConvShape& shape) const {
  return DepthwiseConv2D(shape.kernel, {.strides = {shape.stride, shape.stride},
                                        .padding = padding(shape),
                                        .use_bias = shape.use_bias,
                                        .depthwise_initializer = "he_normal",
                                        .depthwise_regularizer = regularizer(),
                                        .name = name})(padded(x, shape));
}

Symbol Blocks::batch_norm(const Symbol& x, const std::string& name) const {
  return BatchNormalization({.momentum = conventions_.momentum, .epsilon = conventions_.epsilon, .name = name})(x);
}

Symbol Blocks::dense(const Symbol& x, const std::string& name, std::int64_t units, const Spec& activation) const {
  return Dense(units, {.activation = activation, .kernel_regularizer = regularizer(), .name = name})(x);
}

Symbol Blocks::classifier(const Symbol& x, const std::string& name) const {
  return dense(x, name, options_.classes, options_.activation.empty() ? Spec() : Spec(options_.activation));
}

}  // namespace lepton::zoo
