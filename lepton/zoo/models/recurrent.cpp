// Classifiers of texts with recurrent layers.
#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

constexpr std::int64_t kVocabulary = 20000, kWords = 200, kUnits = 64;

// 0 stands for no word: shorter texts are filled up with it and read as if they ended.
template <class Recurrent>
Symbol classifier(const Symbol& input, const Options& options, const Recurrent& recurrent) {
  const Blocks b(options, kKeras);
  const Symbol words = Embedding(options.vocabulary, 128, {.mask_zero = true, .name = "embedding"})(input);
  const Symbol sequences = Bidirectional(recurrent(true), {.name = "first"})(words);
  const Symbol last = Bidirectional(recurrent(false), {.name = "second"})(sequences);
  return options.include_top ? b.classifier(last, "output") : last;
}

Symbol lstm_classifier(const Symbol& input, const Options& options) {
  return classifier(input, options, [](bool all) { return LSTM(kUnits, {.return_sequences = all}); });
}
Symbol gru_classifier(const Symbol& input, const Options& options) {
  return classifier(input, options, [](bool all) { return GRU(kUnits, {.return_sequences = all}); });
}

}  // namespace

std::vector<ModelDef> recurrent_models() {
  return {{.name = "lstm-classifier",
           .summary = "Two layers of LSTM in both directions over the words of a text.",
           .source = "Hochreiter & Schmidhuber 1997, Long Short-Term Memory; Graves & Schmidhuber 2005 (both directions)",
           .reference = "Keras, the sizes of its example of a bidirectional LSTM",
           .input_shape = {kWords},
           .classes = 2,
           .vocabulary = kVocabulary,
           .build = lstm_classifier},
          {.name = "gru-classifier",
           .summary = "Two layers of GRU in both directions over the words of a text.",
           .source = "Cho et al. 2014, Learning Phrase Representations using RNN Encoder-Decoder",
           .reference = "Keras, the sizes of its example of a bidirectional LSTM",
           .input_shape = {kWords},
           .classes = 2,
           .vocabulary = kVocabulary,
           .build = gru_classifier}};
}

}  // namespace lepton::zoo
