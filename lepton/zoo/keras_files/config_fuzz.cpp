// Any text: as the configuration of a Keras model that becomes a network.
#include <cstddef>
#include <cstdint>

#include "lepton/base/json.hpp"
#include "lepton/zoo/keras_files/model_config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  const auto json = parse_json({reinterpret_cast<const char*>(data), size}, {.max_bytes = 1 << 20});
  if (json) (void)zoo::model_from_keras(*json);
  return 0;
}
