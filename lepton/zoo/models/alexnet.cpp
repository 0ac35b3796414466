// AlexNet, as its author simplified it for one machine.
#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

Symbol alexnet(const Symbol& input, const Options& options) {
  const Blocks b(options, kTorch);
  const auto conv = [&](const Symbol& x, int place, std::int64_t filters, std::int64_t size) {
    return activate(b.conv(x, fmt::format("features.{}", place), {.filters = filters, .kernel = {size, size}, .use_bias = true}), "relu");
  };
  const Layer pool = MaxPooling2D({3, 3}, {.strides = {2, 2}});
  const ConvShape first = {.filters = 64, .kernel = {11, 11}, .stride = 4, .use_bias = true, .padded = false};
  Symbol x = pool(activate(b.conv(ZeroPadding2D({2})(input), "features.0", first), "relu"));
  x = pool(conv(x, 3, 192, 5));
  x = pool(conv(conv(conv(x, 6, 384, 3), 8, 256, 3), 10, 256, 3));
  if (!options.include_top) return x;
  x = b.dense(Dropout(0.5)(Flatten()(x)), "classifier.1", 4096, "relu");
  return b.classifier(b.dense(Dropout(0.5)(x), "classifier.4", 4096, "relu"), "classifier.6");
}

}  // namespace

std::vector<ModelDef> alexnet_models() {
  return {{.name = "alexnet",
           .summary = "Five convolutions and three dense layers. At other input sizes the first dense layer takes what is there.",
           .source = "Krizhevsky 2014, One Weird Trick for Parallelizing Convolutional Neural Networks",
           .reference = "torchvision alexnet",
           .input_shape = {224, 224, 3},
           .build = alexnet}};
}

}  // namespace lepton::zoo
