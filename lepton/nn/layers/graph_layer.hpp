// GraphLayer: a graph of another origin (an ONNX file) as one layer, whose weights are the graph's states.
#pragma once

#include "lepton/graph/graph.hpp"
#include "lepton/nn/layer.hpp"

namespace lepton::nn {

struct GraphLayerOptions {
  bool channels_first = true;  // pictures enter and leave the graph as [N, C, height, width]; else as [N, height, width, C]
  std::string name = {};
};
/// Applies `graph`: one data input, one output, the first axis of both free for the samples. Each state of the graph is a weight of the
/// layer, named as it is and zero until it is set; those that are statistics of a batch normalisation are never trained. The
/// configuration holds the graph itself, as text: a saved model needs no other file.
/// Errors:  throws kInvalidArgument for other numbers of inputs and outputs and for states whose names have a slash.
Layer GraphLayer(const graph::Graph& graph, const GraphLayerOptions& options = {});

}  // namespace lepton::nn
