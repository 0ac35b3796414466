// What the families are made of: convolutions, normalisations and classifiers, with the conventions of the implementation that a model
// follows.
#pragma once

#include <string>

#include "lepton/nn/layers.hpp"
#include "lepton/zoo/zoo.hpp"

namespace lepton::zoo {

struct Conventions {
  double epsilon;        // of batch normalisation
  double momentum;       // of its moving statistics
  bool pads_ends_first;  // TensorFlow's "same"; else k / 2 on both sides
};
inline constexpr Conventions kTorch = {1e-5, 0.9, false};
inline constexpr Conventions kKeras = {1e-3, 0.99, true};

struct ConvShape {
  std::int64_t filters = 0;  // depthwise convolutions have none
  Dims kernel = {3, 3};
  std::int64_t stride = 1;
  bool use_bias = false;
  bool padded = true;
};

class Blocks {
 public:
  Blocks(const Options& options, const Conventions& conventions) : options_(options), conventions_(conventions) {}

  const Options& options() const { return options_; }
  /// A published number of channels times the width: a multiple of 8 and at least 0.9 times the product (Howard et al. 2017).
  std::int64_t channels(std::int64_t published) const;

  nn::Symbol conv(const nn::Symbol& x, const std::string& name, const ConvShape& shape) const;
  nn::Symbol depthwise(const nn::Symbol& x, const std::string& name, const ConvShape& shape) const;
  nn::Symbol batch_norm(const nn::Symbol& x, const std::string& name) const;
  nn::Symbol dense(const nn::Symbol& x, const std::string& name, std::int64_t units, const Spec& activation = {}) const;
  /// The last layer: classes, with the activation of the options.
  nn::Symbol classifier(const nn::Symbol& x, const std::string& name) const;

 private:
  nn::Symbol padded(const nn::Symbol& x, const ConvShape& shape) const;
  std::string padding(const ConvShape& shape) const;
  Spec regularizer() const;

  Options options_;
  Conventions conventions_;
};

/// The nearest multiple of 8 that is not below 0.9 times `channels`.
std::int64_t multiple_of_8(double channels);

nn::Symbol activate(const nn::Symbol& x, const char* activation);

}  // namespace lepton::zoo
