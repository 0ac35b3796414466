// Batches of a data::Dataset for the training loop.
#pragma once

#include <memory>

#include "lepton/data/data_loader.hpp"
#include "lepton/train/batches.hpp"

namespace lepton::tasks {

/// Throws what DataLoader throws; next() throws the loader's error, which names the file.
std::unique_ptr<train::BatchSource> loader_source(data::DatasetHandle dataset, const data::LoaderOptions& options);

}  // namespace lepton::tasks
