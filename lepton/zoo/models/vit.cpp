// ViT-Tiny: a transformer over patches of a picture.
#include <cmath>

#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

constexpr std::int64_t kPatch = 16, kWidth = 192, kHeads = 3, kDepth = 12;

Symbol layer_norm(const Symbol& x, const std::string& name) { return LayerNormalization({.epsilon = 1e-6, .name = name})(x); }

// Each head has projections of its own; the reference keeps them as rows of one matrix.
Symbol attention(const Blocks& b, const Symbol& x, const std::string& name) {
  constexpr std::int64_t kSize = kWidth / kHeads;
  std::vector<Symbol> heads;
  for (std::int64_t head = 0; head < kHeads; ++head) {
    const auto project = [&](const char* part) { return b.dense(x, fmt::format("{}.{}.{}", name, part, head), kSize); };
    const Symbol query = Rescaling(1 / std::sqrt(static_cast<double>(kSize)))(project("query"));
    const Symbol weights = Softmax()(Dot({2, 2})({query, project("key")}));
    heads.push_back(Dot({2, 1})({weights, project("value")}));
  }
  return b.dense(Concatenate()(heads), name + ".proj", kWidth);
}

Symbol vit_tiny(const Symbol& input, const Options& options) {
  const Blocks b(options, kTorch);
  const std::int64_t rows = options.input_shape.at(0) / kPatch, columns = options.input_shape.at(1) / kPatch;
  const ConvShape patches = {.filters = kWidth, .kernel = {kPatch, kPatch}, .stride = kPatch, .use_bias = true, .padded = false};
  Symbol x = Reshape({rows * columns, kWidth})(b.conv(input, "patch_embed.proj", patches));
  x = PositionEmbedding({.name = "pos_embed"})(ClassToken({.name = "cls_token"})(x));
  for (std::int64_t i = 0; i < kDepth; ++i) {
    const std::string name = fmt::format("blocks.{}.", i);
    x = Add()({x, attention(b, layer_norm(x, name + "norm1"), name + "attn")});
    const Symbol hidden = b.dense(layer_norm(x, name + "norm2"), name + "mlp.fc1", 4 * kWidth, "gelu");
    x = Add()({x, b.dense(hidden, name + "mlp.fc2", kWidth)});
  }
  x = layer_norm(x, "norm");
  return options.include_top ? b.classifier(Flatten()(Cropping1D({0, rows * columns})(x)), "head") : x;
}

}  // namespace

std::vector<ModelDef> vit_models() {
  return {{.name = "vit-tiny",
           .summary = "A transformer over patches of 16 x 16: 12 layers, three heads, 192 channels.",
           .source = "Dosovitskiy et al. 2020, An Image Is Worth 16x16 Words; the size of Touvron et al. 2021 (DeiT-Ti)",
           .reference = "timm vit_tiny_patch16_224",
           .input_shape = {224, 224, 3},
           .build = vit_tiny}};
}

}  // namespace lepton::zoo
