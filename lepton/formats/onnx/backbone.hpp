// The backbone of a model file: what lies below its head, for any number of samples, as a graph that can be trained on.
#pragma once

#include <string>

#include "lepton/formats/onnx/model_file.hpp"
#include "lepton/graph/graph.hpp"

namespace lepton::formats {

struct OnnxBackbone {
  graph::Graph graph;  // one data input and one output, first axis free; states are named as the weights, without slashes
  std::vector<std::pair<std::string, Tensor>> weights;
  std::string cut;  // name of the value at which the head was cut off
};

struct BackboneOptions {
  std::string cut = {};  // name of the value to end at; empty: the features that find_features() finds
  Dims sample = {};      // shape of one sample of the input; empty: as the file says
  // The features become a vector and are joined by the averages and the largest values of the maps [N, C, height, width] of so many sizes,
  // from the smallest: small things in a picture are seen there that the features have averaged away. 0: none.
  int levels = 0;
};

/// Name of the features of a classifier: the output named "features", or what goes into the last matrix product, or 1x1 convolution,
/// before the first output.
/// Errors:  kUnsupported if something else makes that output; name the value yourself then.
Result<std::string> find_features(const OnnxGraph& graph);

/// Cuts the head off and reads what is left. The file's graph is read for two numbers of samples; a size in which the two readings differ
/// is left free.
/// Errors:  kNotFound, with the nearest name, for an unknown cut; kUnsupported, naming the node, if its meaning depends on the number of
///          samples in another way, if it depends on data, if the model has several inputs, or if `levels` are wanted of a cut that is
///          neither a vector nor a map; those of import_onnx().
Result<OnnxBackbone> onnx_backbone(OnnxModelFile file, const BackboneOptions& options = {});

}  // namespace lepton::formats
