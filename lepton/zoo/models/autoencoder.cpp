// A deep autoencoder of dense layers.
#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

Symbol autoencoder(const Symbol& input, const Options& options) {
  const Blocks b(options, kKeras);
  Symbol x = Flatten()(input);
  int place = 0;
  for (const std::int64_t units : {1000, 500, 250}) x = b.dense(x, fmt::format("encoder.{}", place++), units, "sigmoid");
  x = b.dense(x, "encoder.3", 30);
  if (!options.include_top) return x;
  place = 0;
  for (const std::int64_t units : {250, 500, 1000}) x = b.dense(x, fmt::format("decoder.{}", place++), units, "sigmoid");
  const std::int64_t pixels = Shape(options.input_shape).num_elements();
  return Reshape(options.input_shape)(b.dense(x, "decoder.3", pixels, "sigmoid"));
}

}  // namespace

std::vector<ModelDef> autoencoder_models() {
  return {{.name = "autoencoder",
           .summary = "784-1000-500-250-30 and back: pictures through a code of 30 numbers. Without its top it ends with the code.",
           .source = "Hinton & Salakhutdinov 2006, Reducing the Dimensionality of Data with Neural Networks",
           .reference = "PyTorch, tests/golden/zoo/reference.py",
           .input_shape = {28, 28, 1},
           .classes = 0,
           .build = autoencoder}};
}

}  // namespace lepton::zoo
