// Any bytes are a picture within the limits, or an error.
#include <cstddef>
#include <cstdint>

#include "lepton/data/image/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  const std::span<const std::byte> bytes = std::as_bytes(std::span(data, size));
  constexpr std::int64_t kMaxPixels = 1 << 16;
  const auto image = data::decode_image(bytes, {.max_pixels = kMaxPixels});
  if (image) LEPTON_ASSERT(image->shape().rank() == 3 && image->shape()[0] * image->shape()[1] <= kMaxPixels, "image limits");
  return 0;
}
