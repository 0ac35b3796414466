// A transformer encoder as a classifier of texts.
#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

constexpr std::int64_t kVocabulary = 20000, kWords = 200, kWidth = 32, kHeads = 2, kHidden = 32;

Symbol layer_norm(const Symbol& x, const std::string& name) { return LayerNormalization({.epsilon = 1e-6, .name = name})(x); }

// Normalised behind each sum, as in the paper. 0 stands for no word, which nobody looks at.
Symbol transformer_encoder(const Symbol& input, const Options& options) {
  const Blocks b(options, kKeras);
  const Symbol words = Embedding(options.vocabulary, kWidth, {.mask_zero = true, .name = "embedding"})(input);
  Symbol x = PositionEmbedding({.name = "positions"})(words);
  const Symbol seen = MultiHeadAttention(kHeads, kWidth, {.name = "attention"})(std::vector<Symbol>{x, x});
  x = layer_norm(Add()({x, Dropout(0.1)(seen)}), "norm1");
  const Symbol hidden = b.dense(x, "hidden", kHidden, "relu");
  x = layer_norm(Add()({x, Dropout(0.1)(b.dense(hidden, "mixed", kWidth))}), "norm2");
  if (!options.include_top) return x;
  const Symbol features = b.dense(Dropout(0.1)(GlobalAveragePooling1D()(x)), "features", 20, "relu");
  return b.classifier(Dropout(0.1)(features), "output");
}

}  // namespace

std::vector<ModelDef> transformer_models() {
  return {{.name = "transformer-encoder",
           .summary = "One block of a transformer over the words of a text, averaged, and two dense layers.",
           .source = "Vaswani et al. 2017, Attention Is All You Need",
           .reference = "Keras, the sizes of its example of text classification with a transformer",
           .input_shape = {kWords},
           .classes = 2,
           .vocabulary = kVocabulary,
           .build = transformer_encoder}};
}

}  // namespace lepton::zoo
