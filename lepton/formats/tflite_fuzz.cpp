// Any bytes: as a TensorFlow Lite model that is decoded, translated and read for small inputs.
#include <cstddef>
#include <cstdint>
#include <span>

#include "lepton/formats/testing/import_small.hpp"
#include "lepton/formats/tflite/translator.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton::formats;
  const auto model = read_tflite(std::as_bytes(std::span(data, size)), nullptr);
  if (!model) return 0;
  const auto file = tflite_to_onnx(*model);
  if (file) testing::import_small(*file);
  return 0;
}
