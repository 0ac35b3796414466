// Any text is JSON that reads back equal from its own dump, or an error; never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lepton/base/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = lepton::parse_json(text, {.max_bytes = 1 << 16, .max_depth = 32});
  if (!json) return 0;
  const auto again = lepton::parse_json(lepton::dump_json(*json, lepton::JsonStyle::kIndented));
  LEPTON_ASSERT(again && *again == *json, "JSON round trip");
  return 0;
}
