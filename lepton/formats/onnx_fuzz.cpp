// Any bytes: as a model that is decoded and read for small inputs. Nothing runs, but constants are computed.
#include <cstddef>
#include <cstdint>
#include <span>

#include "lepton/formats/onnx/importer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  using namespace lepton::formats;
  const auto file = read_onnx(std::as_bytes(std::span(data, size)), nullptr, {.max_nodes = 500});
  if (!file || !check_operators(*file)) return 0;
  std::vector<TensorType> inputs;
  for (const OnnxValueInfo& info : file->graph.inputs) {
    if (!info.dtype) return 0;
    Dims dims = info.dims.value_or(Dims{2});
    double elements = 1;
    for (std::int64_t& dim : dims) elements *= static_cast<double>(dim == kAnyDim ? (dim = 2) : dim);
    if (elements > 10'000) return 0;
    inputs.push_back({*info.dtype, Shape(dims)});
  }
  const auto stage = import_onnx(*file, inputs, {}, {.max_elements = 10'000, .max_nodes = 500});
  (void)stage;
  return 0;
}
