// MobileNet v1 and v2, and EfficientNet-Lite0, which is made of v2's blocks.
#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

Symbol mobilenet_v1(const Symbol& input, const Options& options) {
  struct Row {
    std::int64_t filters, stride;
  };
  constexpr Row kRows[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                           {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};
  const Blocks b(options, kKeras);
  const auto normed = [&](const Symbol& x, const std::string& name) { return activate(b.batch_norm(x, name + "_bn"), "relu6"); };
  Symbol x = normed(b.conv(input, "conv1", {.filters = b.channels(32), .stride = 2}), "conv1");
  int number = 0;
  for (const Row& row : kRows) {
    const std::string depth = fmt::format("conv_dw_{}", ++number), point = fmt::format("conv_pw_{}", number);
    x = normed(b.depthwise(x, depth, {.stride = row.stride}), depth);
    x = normed(b.conv(x, point, {.filters = b.channels(row.filters), .kernel = {1, 1}}), point);
  }
  if (!options.include_top) return x;
  x = Dropout(1e-3)(GlobalAveragePooling2D({.keepdims = true})(x));
  x = Reshape({options.classes})(b.conv(x, "conv_preds", {.filters = options.classes, .kernel = {1, 1}, .use_bias = true}));
  return options.activation.empty() ? x : activate(x, options.activation.c_str());
}

// A stage of blocks; the first one has the stride.
struct Stage {
  std::int64_t expansion, filters, blocks, stride, size = 3;
};

Symbol mobilenet_v2(const Symbol& input, const Options& options) {
  constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  const Blocks b(options, kTorch);
  const auto normed = [&](const Symbol& x, const std::string& name) { return activate(b.batch_norm(x, name), "relu6"); };
  std::int64_t channels = b.channels(32);
  Symbol x = normed(b.conv(input, "features.0.0", {.filters = channels, .stride = 2}), "features.0.1");
  int place = 1;
  for (const Stage& stage : kStages) {
    const std::int64_t filters = b.channels(stage.filters);
    for (int i = 0; i < stage.blocks; ++i) {
      const std::string name = fmt::format("features.{}.conv.", place++);
      const std::int64_t stride = i == 0 ? stage.stride : 1;
      int part = 0;
      Symbol y = x;
      if (stage.expansion != 1) {
        y = normed(b.conv(y, name + "0.0", {.filters = stage.expansion * channels, .kernel = {1, 1}}), name + "0.1");
        ++part;
      }
      y = normed(b.depthwise(y, fmt::format("{}{}.0", name, part), {.stride = stride}), fmt::format("{}{}.1", name, part));
      y = b.conv(y, fmt::format("{}{}", name, part + 1), {.filters = filters, .kernel = {1, 1}});
      y = b.batch_norm(y, fmt::format("{}{}", name, part + 2));
      x = stride == 1 && channels == filters ? Add()({x, y}) : y;
      channels = filters;
    }
  }
  const std::int64_t last = std::max<std::int64_t>(1280, b.channels(1280));  // narrow networks keep it (section 4.1)
  x = normed(b.conv(x, "features.18.0", {.filters = last, .kernel = {1, 1}}), "features.18.1");
  return options.include_top ? b.classifier(Dropout(0.2)(GlobalAveragePooling2D()(x)), "classifier.1") : x;
}

Symbol efficientnet_lite0(const Symbol& input, const Options& options) {
  constexpr Stage kStages[] = {{1, 16, 1, 1, 3},  {6, 24, 2, 2, 3},  {6, 40, 2, 2, 5}, {6, 80, 3, 2, 3},
                               {6, 112, 3, 1, 5}, {6, 192, 4, 2, 5}, {6, 320, 1, 1, 3}};
  const Blocks b(options, kKeras);
  const auto normed = [&](const Symbol& x, const std::string& name) { return activate(b.batch_norm(x, name), "relu6"); };
  std::int64_t channels = 32;
  Symbol x = normed(b.conv(input, "conv_stem", {.filters = channels, .stride = 2}), "bn1");
  int number = 0;
  for (const Stage& stage : kStages) {
    for (int i = 0; i < stage.blocks; ++i) {
      const std::string name = fmt::format("blocks.{}.{}.", number, i);
      const ConvShape depthwise = {.kernel = {stage.size, stage.size}, .stride = i == 0 ? stage.stride : 1};
      const ConvShape narrow = {.filters = stage.filters, .kernel = {1, 1}};
      Symbol y = x;
      if (stage.expansion == 1) {
        y = normed(b.depthwise(y, name + "conv_dw", depthwise), name + "bn1");
        y = b.batch_norm(b.conv(y, name + "conv_pw", narrow), name + "bn2");
      } else {
        y = normed(b.conv(y, name + "conv_pw", {.filters = stage.expansion * channels, .kernel = {1, 1}}), name + "bn1");
        y = normed(b.depthwise(y, name + "conv_dw", depthwise), name + "bn2");
        y = b.batch_norm(b.conv(y, name + "conv_pwl", narrow), name + "bn3");
      }
      x = depthwise.stride == 1 && channels == stage.filters ? Add()({x, y}) : y;
      channels = stage.filters;
    }
    ++number;
  }
  x = normed(b.conv(x, "conv_head", {.filters = 1280, .kernel = {1, 1}}), "bn2");
  return options.include_top ? b.classifier(Dropout(0.2)(GlobalAveragePooling2D()(x)), "classifier") : x;
}

}  // namespace

std::vector<ModelDef> mobilenet_models() {
  return {{.name = "mobilenet-v1",
           .summary = "Depthwise separable convolutions: a depthwise one, then one of size 1.",
           .source = "Howard et al. 2017, MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
           .reference = "Keras MobileNet",
           .input_shape = {224, 224, 3},
           .has_width = true,
           .build = mobilenet_v1},
          {.name = "mobilenet-v2",
           .summary = "Inverted residual blocks with linear bottlenecks.",
           .source = "Sandler et al. 2018, MobileNetV2: Inverted Residuals and Linear Bottlenecks",
           .reference = "torchvision mobilenet_v2",
           .input_shape = {224, 224, 3},
           .has_width = true,
           .build = mobilenet_v2},
          {.name = "efficientnet-lite0",
           .summary = "EfficientNet-B0 for small processors: no squeeze and excitation, relu6.",
           .source = "Tan & Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
           .reference = "timm tf_efficientnet_lite0",
           .input_shape = {224, 224, 3},
           .pretrained = "efficientnet-lite0/efficientnet-lite0.onnx",
           .build = efficientnet_lite0}};
}

}  // namespace lepton::zoo
