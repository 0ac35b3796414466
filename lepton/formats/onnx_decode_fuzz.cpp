// Any bytes: as an ONNX model that is decoded, and no more; many times as fast as the target that also reads the nodes.
#include <cstddef>
#include <cstdint>
#include <span>

#include "lepton/formats/onnx/model_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton::formats;
  const auto owner = std::make_shared<int>();  // the bytes outlive the file: tensors may stay in them
  const auto file = read_onnx(std::as_bytes(std::span(data, size)), owner, {.max_nodes = 500});
  if (!file) return 0;
  for (const auto& [name, stored] : file->graph.initializers) (void)stored.value();
  return 0;
}
