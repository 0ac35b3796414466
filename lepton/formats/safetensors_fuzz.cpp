// Any bytes are tensors within the file, whose every element can be read, or an error.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "lepton/formats/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  // As a mapped file: aligned, whatever the fuzzer's own buffer is.
  const auto storage = Storage::allocate(size);
  std::copy_n(reinterpret_cast<const std::byte*>(data), size, storage->data());
  const auto file = formats::read_safetensors({storage->data(), size}, storage);
  if (!file) return 0;
  for (const auto& [name, tensor] : file->tensors) {
    LEPTON_ASSERT(tensor.num_elements() <= static_cast<std::int64_t>(size), "more elements than bytes");
    (void)tensor.to_vector<double>();
  }
  return 0;
}
