// VGG-11 and VGG-16: rows of convolutions of size 3.
#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

// `stages`: number of convolutions before each pooling.
Symbol vgg(const Symbol& input, const Options& options, const std::array<int, 5>& stages) {
  const Blocks b(options, kTorch);
  Symbol x = input;
  int place = 0;
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    const std::int64_t filters = b.channels(std::int64_t{64} << std::min<std::size_t>(stage, 3));
    for (int i = 0; i < stages[stage]; ++i, place += 2)
      x = activate(b.conv(x, fmt::format("features.{}", place), {.filters = filters, .use_bias = true}), "relu");
    x = MaxPooling2D()(x);
    ++place;
  }
  if (!options.include_top) return x;
  x = Dropout(0.5)(b.dense(Flatten()(x), "classifier.0", b.channels(4096), "relu"));
  x = Dropout(0.5)(b.dense(x, "classifier.3", b.channels(4096), "relu"));
  return b.classifier(x, "classifier.6");
}

Symbol vgg11(const Symbol& x, const Options& o) { return vgg(x, o, {1, 1, 2, 2, 2}); }
Symbol vgg16(const Symbol& x, const Options& o) { return vgg(x, o, {2, 2, 3, 3, 3}); }

ModelDef declare(std::string_view name, std::string_view summary, std::string_view reference, decltype(ModelDef::build) build) {
  return {.name = name,
          .summary = summary,
          .source = "Simonyan & Zisserman 2014, Very Deep Convolutional Networks for Large-Scale Image Recognition",
          .reference = reference,
          .input_shape = {224, 224, 3},
          .has_width = true,
          .build = build};
}

}  // namespace

std::vector<ModelDef> vgg_models() {
  return {declare("vgg11", "Eight convolutions and three dense layers. At other input sizes the first dense layer takes what is there.",
                  "torchvision vgg11", vgg11),
          declare("vgg16", "13 convolutions and three dense layers. At other input sizes the first dense layer takes what is there.",
                  "torchvision vgg16", vgg16)};
}

}  // namespace lepton::zoo
