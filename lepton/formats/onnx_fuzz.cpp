// Any bytes: as an ONNX model that is decoded and read for small inputs.
#include <cstddef>
#include <cstdint>
#include <span>

#include "lepton/formats/testing/import_small.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton::formats;
  const auto file = read_onnx(std::as_bytes(std::span(data, size)), nullptr, {.max_nodes = 500});
  if (file) testing::import_small(*file);
  return 0;
}
