// What a Keras user expects, under one name: models, layers, optimisers and callbacks.
#pragma once

#include "lepton/nn/layers.hpp"
#include "lepton/optim/optimizer.hpp"
#include "lepton/train/callback.hpp"
#include "lepton/train/model.hpp"
#include "lepton/train/weight_files.hpp"

namespace lepton::keras {

using namespace lepton::nn;     // Conv2D, Dense, Input …
using namespace lepton::optim;  // Adam, SGD …
using namespace lepton::train;  // Sequential, Model, EarlyStopping …

}  // namespace lepton::keras
