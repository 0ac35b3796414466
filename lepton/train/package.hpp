// Models as .lepton packages: the network's configuration, real ONNX and the weights in one file.
#pragma once

#include "lepton/base/json_fwd.hpp"
#include "lepton/formats/package.hpp"
#include "lepton/train/model.hpp"

namespace lepton::train {

/// Writes `model` with the task's part of the manifest (labels, recipe, decision rule, metrics …; may be empty) and a card for people.
/// The ONNX file computes what the model's prediction graph computes.
Result<void> save_package(FileSystem& files, const std::string& path, Model& model, const Json& task, const std::string& card);

struct LoadedPackage {
  Model model;
  std::shared_ptr<const Json> manifest;
  std::string card;
};
/// Errors:  those of Package::open; kParseError or kNotFound if the network cannot be built by this version.
Result<LoadedPackage> load_package(FileSystem& files, const std::string& path);

}  // namespace lepton::train
