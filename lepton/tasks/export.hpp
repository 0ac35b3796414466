// A trained model as an ONNX file, compared with the model on data of its run before it is written.
#pragma once

#include <string>

#include "lepton/train/onnx_export.hpp"

namespace lepton::tasks {

struct ExportRequest {
  std::string model;     // run folder or .lepton package
  std::string out = {};  // empty: beside the package
  bool external_weights = false;
};

struct ExportReport {
  train::OnnxExportResult result;
  std::string inputs_from;  // what the comparison ran on
  std::int64_t samples = 0;
};

/// Compares on validation samples of the run, or, if they cannot be had, on seeded random inputs.
/// Errors:  those of train::load_package() and train::export_onnx().
Result<ExportReport> export_model(const ExportRequest& request);

}  // namespace lepton::tasks
