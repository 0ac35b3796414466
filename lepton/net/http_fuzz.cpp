// What a request says of itself (target, Host, Origin, forms) is decoded or refused; never a crash, and never a path that leads elsewhere.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lepton/net/http.hpp"
#include "lepton/net/origin.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton::net;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto target = parse_target(text)) {
    for (const std::string& part : target->path)
      LEPTON_ASSERT(!part.empty() && part != ".." && part.find_first_of(std::string_view("/\\\0\n", 4)) == std::string::npos, part);
  }
  const std::size_t half = size / 2;
  (void)check_origin(text.substr(0, half), text.substr(half), {});
  const std::size_t line = std::min(text.find('\n'), size);
  const std::string_view boundary = header_parameter(text.substr(0, line), "boundary");
  if (const auto parts = parse_multipart(text.substr(std::min(line + 1, size)), boundary.empty() ? "b" : boundary)) {
    for (const FormPart& part : *parts) LEPTON_ASSERT(part.data.size() <= size, "a part is longer than the body");
  }
  return 0;
}
