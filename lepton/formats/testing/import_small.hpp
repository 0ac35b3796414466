// For fuzz targets: reads a decoded model for small inputs. Nothing runs, but constants are computed.
#pragma once

#include "lepton/formats/onnx/importer.hpp"

namespace lepton::formats::testing {

inline void import_small(const OnnxModelFile& file) {
  if (!check_operators(file)) return;
  std::vector<TensorType> inputs;
  OnnxKnowledge knowledge;
  for (const OnnxValueInfo& info : file.graph.inputs) {
    if (!info.dtype && !info.strings) return;
    Dims dims = info.dims.value_or(Dims{2});
    double elements = 1;
    for (std::int64_t& dim : dims) elements *= static_cast<double>(dim == kAnyDim ? (dim = 2) : dim);
    if (elements > 10'000) return;
    inputs.emplace_back();
    if (info.dtype) {
      inputs.back() = {*info.dtype, Shape(dims)};
    } else {
      const std::vector<std::string> texts(static_cast<std::size_t>(elements), "A word, 1.5");
      knowledge.strings[info.name] = std::make_shared<const StringTensor>(StringTensor{dims, texts});
    }
  }
  const auto stage = import_onnx(file, inputs, knowledge, {.max_elements = 10'000, .max_nodes = 500});
  (void)stage;
}

}  // namespace lepton::formats::testing
