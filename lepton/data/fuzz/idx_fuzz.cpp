// Any bytes are an IDX array within the limit, or an error; packed or not.
#include <cstddef>
#include <cstdint>

#include "lepton/data/readers/idx.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  constexpr std::uint64_t kMaxBytes = 1 << 20;
  const auto tensor = data::decode_idx(std::as_bytes(std::span(data, size)), {.max_bytes = kMaxBytes});
  if (tensor) LEPTON_ASSERT(static_cast<std::uint64_t>(tensor->type().size_bytes()) <= kMaxBytes, "IDX limit");
  return 0;
}
