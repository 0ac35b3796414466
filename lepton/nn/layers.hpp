// Functions that make layers, with Keras's names, argument order and defaults. One option struct per kind of layer.
#pragma once

#include "lepton/nn/layer.hpp"
#include "lepton/nn/layers/activations.hpp"
#include "lepton/nn/layers/attention.hpp"
#include "lepton/nn/layers/categories.hpp"
#include "lepton/nn/layers/convolution.hpp"
#include "lepton/nn/layers/core.hpp"
#include "lepton/nn/layers/embedding.hpp"
#include "lepton/nn/layers/graph_layer.hpp"
#include "lepton/nn/layers/merging.hpp"
#include "lepton/nn/layers/normalization.hpp"
#include "lepton/nn/layers/pictures.hpp"
#include "lepton/nn/layers/pooling.hpp"
#include "lepton/nn/layers/preprocessing.hpp"
#include "lepton/nn/layers/recurrent.hpp"
#include "lepton/nn/layers/regularization.hpp"
#include "lepton/nn/layers/shaping.hpp"
