// The zoo: known models by name, with the parameters and arithmetic that their papers and reference implementations have.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/nn/network.hpp"
#include "lepton/train/model.hpp"

namespace lepton::zoo {

struct Options {
  std::int64_t classes = 0;            // 0: as published
  Dims input_shape = {};               // of one sample, [height, width, channels] for pictures, [words] for texts; empty: as published
  std::int64_t vocabulary = 0;         // of models of texts; 0: as published
  double width = 1;                    // factor of the numbers of channels, where ModelDef::has_width
  bool include_top = true;             // false: ends with the last features before the classifier's pooling (as in Keras)
  std::string activation = "softmax";  // of the classifier; empty: logits
  double weight_decay = 0;             // adds weight_decay / 2 times the squares of all kernels to the loss
};

/// One row of the table. Each family is one file under lepton/zoo/models.
struct ModelDef {
  std::string_view name;  // "resnet18"
  std::string_view summary;
  std::string_view source;     // the paper
  std::string_view reference;  // the implementation whose parameters, arithmetic, padding and layer names it has
  Dims input_shape;
  std::int64_t classes = 1000;  // 0: no classifier
  bool has_width = false;
  std::int64_t vocabulary = 0;       // of models of texts, whose words are whole numbers below it; 0: the model takes other numbers
  std::string_view pretrained = {};  // file of weights below the data folder's weights/, if there is one
  nn::Symbol (*build)(const nn::Symbol& x, const Options& options);
};

/// All models, sorted by name.
std::span<const ModelDef> all_models();
/// `-` and `_` are the same. Throws kNotFound, naming the nearest.
const ModelDef& get_model(std::string_view name);

/// A model and its options as people write them: "resnet20", "mobilenet-v2(width=0.5, weight_decay=1e-4)".
struct Choice {
  const ModelDef* model = nullptr;
  Options options = {};
};
/// Errors: throws kParseError; kNotFound, naming the nearest model; kInvalidArgument for unknown options.
Choice parse_choice(std::string_view text);

/// Appends a model to `x`, for own inputs and normalisation.
/// Errors:  throws kInvalidArgument for options that the model lacks; kShapeMismatch, when the network is made, for inputs that are too
/// small.
nn::Symbol build(const ModelDef& model, const nn::Symbol& x, const Options& options = {});
nn::Network network(std::string_view name, const Options& options = {}, DType dtype = DType::kF32);
/// A model ready to be compiled, with random initial weights.
train::Model make(std::string_view name, const Options& options = {}, const train::ModelOptions& model = {});

/// What papers state of a model.
struct Size {
  std::int64_t parameters = 0;  // all weights, moving statistics too (as in Keras)
  std::int64_t trainable_parameters = 0;
  std::int64_t macs = 0;  // multiply-accumulates of matrix products and convolutions for one sample
};
Size measure(const nn::Network& network);

}  // namespace lepton::zoo
