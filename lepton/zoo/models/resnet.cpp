// Residual networks: ResNet-18, 34 and 50 for ImageNet, ResNet-20 and 56 for CIFAR.
#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

// Two convolutions of size 3.
Symbol basic_branch(const Blocks& b, const Symbol& input, const std::string& name, std::int64_t filters, std::int64_t stride) {
  const Symbol x = activate(b.batch_norm(b.conv(input, name + ".conv1", {.filters = filters, .stride = stride}), name + ".bn1"), "relu");
  return b.batch_norm(b.conv(x, name + ".conv2", {.filters = filters}), name + ".bn2");
}

// Convolutions of size 1, 3 and 1. The stride is that of the middle one: version 1.5, half a point better than the paper's.
Symbol bottleneck_branch(const Blocks& b, const Symbol& input, const std::string& name, std::int64_t filters, std::int64_t stride) {
  Symbol x = activate(b.batch_norm(b.conv(input, name + ".conv1", {.filters = filters, .kernel = {1, 1}}), name + ".bn1"), "relu");
  x = activate(b.batch_norm(b.conv(x, name + ".conv2", {.filters = filters, .stride = stride}), name + ".bn2"), "relu");
  return b.batch_norm(b.conv(x, name + ".conv3", {.filters = 4 * filters, .kernel = {1, 1}}), name + ".bn3");
}

// The paper's option B: a projection where the shape changes.
Symbol projection(const Blocks& b, const Symbol& x, const std::string& name, std::int64_t filters, std::int64_t stride) {
  const ConvShape shape = {.filters = filters, .kernel = {1, 1}, .stride = stride};
  return b.batch_norm(b.conv(x, name + ".downsample.0", shape), name + ".downsample.1");
}

Symbol imagenet_resnet(const Symbol& input, const Options& options, const std::array<int, 4>& blocks, bool bottleneck) {
  const Blocks b(options, kTorch);
  Symbol x = activate(b.batch_norm(b.conv(input, "conv1", {.filters = b.channels(64), .kernel = {7, 7}, .stride = 2}), "bn1"), "relu");
  // What comes out of relu is not negative, so that zeros pad as well as minus infinity.
  x = MaxPooling2D({3, 3}, {.strides = {2, 2}})(ZeroPadding2D()(x));
  std::int64_t channels = b.channels(64);
  for (int stage = 0; stage < 4; ++stage) {
    const std::int64_t filters = b.channels(64) << stage, out = bottleneck ? 4 * filters : filters;
    for (int i = 0; i < blocks[static_cast<std::size_t>(stage)]; ++i) {
      const std::string name = fmt::format("layer{}.{}", stage + 1, i);
      const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
      const Symbol branch = (bottleneck ? bottleneck_branch : basic_branch)(b, x, name, filters, stride);
      const Symbol shortcut = stride == 1 && channels == out ? x : projection(b, x, name, out, stride);
      x = activate(Add()({branch, shortcut}), "relu");
      channels = out;
    }
  }
  return options.include_top ? b.classifier(GlobalAveragePooling2D()(x), "fc") : x;
}

// The paper's option A: every second position, zeros for the new channels. It has no parameters.
Symbol padded_shortcut(const Symbol& x, std::int64_t new_channels) {
  const Symbol picked = MaxPooling2D({1, 1}, {.strides = {2, 2}})(x);
  const Symbol padded = ZeroPadding2D({0, 0, new_channels / 2, new_channels / 2})(Permute({1, 3, 2})(picked));
  return Permute({1, 3, 2})(padded);
}

Symbol cifar_resnet(const Symbol& input, const Options& options, int blocks) {
  const Blocks b(options, kTorch);
  std::int64_t channels = b.channels(16);
  Symbol x = activate(b.batch_norm(b.conv(input, "conv1", {.filters = channels}), "bn1"), "relu");
  for (int stage = 0; stage < 3; ++stage) {
    const std::int64_t filters = b.channels(16) << stage;
    for (int i = 0; i < blocks; ++i) {
      const bool shrinks = stage > 0 && i == 0;
      const Symbol branch = basic_branch(b, x, fmt::format("layer{}.{}", stage + 1, i), filters, shrinks ? 2 : 1);
      x = activate(Add()({branch, shrinks ? padded_shortcut(x, filters - channels) : x}), "relu");
      channels = filters;
    }
  }
  return options.include_top ? b.classifier(GlobalAveragePooling2D()(x), "linear") : x;
}

Symbol resnet18(const Symbol& x, const Options& o) { return imagenet_resnet(x, o, {2, 2, 2, 2}, false); }
Symbol resnet34(const Symbol& x, const Options& o) { return imagenet_resnet(x, o, {3, 4, 6, 3}, false); }
Symbol resnet50(const Symbol& x, const Options& o) { return imagenet_resnet(x, o, {3, 4, 6, 3}, true); }
Symbol resnet20(const Symbol& x, const Options& o) { return cifar_resnet(x, o, 3); }
Symbol resnet56(const Symbol& x, const Options& o) { return cifar_resnet(x, o, 9); }

ModelDef declare(std::string_view name, std::string_view summary, std::string_view reference, const Dims& input_shape, std::int64_t classes,
                 decltype(ModelDef::build) build) {
  return {.name = name,
          .summary = summary,
          .source = "He et al. 2015, Deep Residual Learning for Image Recognition",
          .reference = reference,
          .input_shape = input_shape,
          .classes = classes,
          .has_width = true,
          .build = build};
}

}  // namespace

std::vector<ModelDef> resnet_models() {
  const Dims photo = {224, 224, 3}, cifar = {32, 32, 3};
  const std::string_view own = "PyTorch, tests/golden/zoo/reference.py";
  return {declare("resnet18", "18 layers of residual blocks for photos.", "torchvision resnet18", photo, 1000, resnet18),
          declare("resnet34", "34 layers of residual blocks for photos.", "torchvision resnet34", photo, 1000, resnet34),
          declare("resnet50", "50 layers of bottleneck blocks for photos, version 1.5 (stride in the convolutions of size 3).",
                  "torchvision resnet50", photo, 1000, resnet50),
          declare("resnet20", "20 layers for pictures of 32 x 32 (section 4.2, shortcuts of option A).", own, cifar, 10, resnet20),
          declare("resnet56", "56 layers for pictures of 32 x 32 (section 4.2, shortcuts of option A).", own, cifar, 10, resnet56)};
}

}  // namespace lepton::zoo
