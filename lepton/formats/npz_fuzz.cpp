// Any bytes are NumPy arrays that survive writing and reading again, or an error.
#include <cstddef>
#include <cstdint>

#include "lepton/formats/npz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  const std::span<const std::byte> bytes = std::as_bytes(std::span(data, size));
  if (const auto tensor = formats::read_npy(bytes)) {
    const std::string file = formats::write_npy(*tensor);
    const auto again = formats::read_npy(std::as_bytes(std::span(file)));
    LEPTON_ASSERT(again && same_bits(*tensor, *again), "NPY round trip");
  }
  if (const auto tensors = formats::read_npz(bytes)) {
    for (const auto& [name, tensor] : *tensors) (void)tensor.copy();
  }
  return 0;
}
