// ConvNeXt-Tiny: a convolutional network with the habits of transformers.
#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

Symbol layer_norm(const Symbol& x, const std::string& name) { return LayerNormalization({.epsilon = 1e-6, .name = name})(x); }

Symbol block(const Blocks& b, const Symbol& input, const std::string& name, std::int64_t channels, double drop_rate) {
  Symbol x = b.depthwise(input, name + ".block.0", {.kernel = {7, 7}, .use_bias = true});
  x = b.dense(layer_norm(x, name + ".block.2"), name + ".block.3", 4 * channels, "gelu");
  x = LayerScale({.initial = 1e-6, .name = name + ".layer_scale"})(b.dense(x, name + ".block.5", channels));
  return Add()({StochasticDepth(drop_rate)(x), input});
}

Symbol convnext_tiny(const Symbol& input, const Options& options) {
  constexpr int kBlocks[] = {3, 3, 9, 3};
  constexpr double kLargestDropRate = 0.1;
  const Blocks b(options, kTorch);
  std::int64_t channels = b.channels(96);
  const auto patches = [&](const Symbol& x, const std::string& name, std::int64_t size) {
    return b.conv(x, name, {.filters = channels, .kernel = {size, size}, .stride = size, .use_bias = true, .padded = false});
  };
  Symbol x = layer_norm(patches(input, "features.0.0", 4), "features.0.1");
  int number = 0;
  for (int stage = 0; stage < 4; ++stage) {
    if (stage > 0) {
      channels *= 2;
      x = patches(layer_norm(x, fmt::format("features.{}.0", 2 * stage)), fmt::format("features.{}.1", 2 * stage), 2);
    }
    for (int i = 0; i < kBlocks[stage]; ++i)
      x = block(b, x, fmt::format("features.{}.{}", 2 * stage + 1, i), channels, kLargestDropRate * number++ / 17);
  }
  return options.include_top ? b.classifier(layer_norm(GlobalAveragePooling2D()(x), "classifier.0"), "classifier.2") : x;
}

}  // namespace

std::vector<ModelDef> convnext_models() {
  return {{.name = "convnext-tiny",
           .summary = "Patches, large depthwise convolutions, layer normalisation and GELU.",
           .source = "Liu et al. 2022, A ConvNet for the 2020s",
           .reference = "torchvision convnext_tiny",
           .input_shape = {224, 224, 3},
           .has_width = true,
           .build = convnext_tiny}};
}

}  // namespace lepton::zoo
