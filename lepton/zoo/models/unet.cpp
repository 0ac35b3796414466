// U-Net: a class for every pixel.
#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

Symbol pair(const Blocks& b, const Symbol& x, const std::string& name, std::int64_t filters) {
  const ConvShape shape = {.filters = filters, .use_bias = true};
  return activate(b.conv(activate(b.conv(x, name + ".0", shape), "relu"), name + ".2", shape), "relu");
}

Symbol unet(const Symbol& input, const Options& options) {
  constexpr int kLevels = 4;
  const Blocks b(options, kTorch);
  std::vector<Symbol> kept;
  Symbol x = pair(b, input, "down.0", b.channels(64));
  for (int level = 1; level <= kLevels; ++level) {
    kept.push_back(x);
    x = pair(b, MaxPooling2D()(x), fmt::format("down.{}", level), b.channels(64) << level);
  }
  for (int i = 0; i < kLevels; ++i) {
    const std::int64_t filters = b.channels(64) << (kLevels - 1 - i);
    x = Conv2DTranspose(filters, {2, 2}, {.strides = {2, 2}, .name = fmt::format("up.{}", i)})(x);
    x = pair(b, Concatenate()({kept[static_cast<std::size_t>(kLevels - 1 - i)], x}), fmt::format("join.{}", i), filters);
  }
  if (!options.include_top) return x;
  x = b.conv(x, "output", {.filters = options.classes, .kernel = {1, 1}, .use_bias = true});
  return options.activation.empty() ? x : activate(x, options.activation.c_str());
}

}  // namespace

std::vector<ModelDef> unet_models() {
  return {{.name = "unet",
           .summary = "Segmentation: down four levels and up again, joined level by level; padded, so that the output has the input's size "
                      "(a multiple of 16).",
           .source = "Ronneberger et al. 2015, U-Net: Convolutional Networks for Biomedical Image Segmentation",
           .reference = "PyTorch, tests/golden/zoo/reference.py",
           .input_shape = {256, 256, 1},
           .classes = 2,
           .has_width = true,
           .build = unet}};
}

}  // namespace lepton::zoo
