// LeNet-5.
#include "lepton/zoo/internal/blocks.hpp"

namespace lepton::zoo {
namespace {

using namespace nn;

Symbol lenet5(const Symbol& input, const Options& options) {
  const Blocks b(options, kTorch);
  Symbol x = AveragePooling2D()(activate(b.conv(input, "c1", {.filters = 6, .kernel = {5, 5}, .use_bias = true}), "tanh"));
  x = AveragePooling2D()(activate(b.conv(x, "c3", {.filters = 16, .kernel = {5, 5}, .use_bias = true, .padded = false}), "tanh"));
  if (!options.include_top) return x;
  x = b.dense(b.dense(Flatten()(x), "c5", 120, "tanh"), "f6", 84, "tanh");
  return b.classifier(x, "output");
}

}  // namespace

std::vector<ModelDef> lenet_models() {
  return {
      {.name = "lenet5",
       .summary = "Two convolutions and three dense layers for digits; C3 joined to all of S2, a softmax for the radial basis functions.",
       .source = "LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition",
       .reference = "PyTorch, tests/golden/zoo/reference.py",
       .input_shape = {28, 28, 1},
       .classes = 10,
       .build = lenet5}};
}

}  // namespace lepton::zoo
