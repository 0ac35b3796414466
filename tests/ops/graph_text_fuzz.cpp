// Any bytes are a graph whose text reads back the same, or an error.
#include <cstddef>
#include <cstdint>

#include "lepton/graph/parser.hpp"
#include "lepton/graph/printer.hpp"
#include "lepton/ops/op_table.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  const auto graph = graph::parse({reinterpret_cast<const char*>(data), size}, ops::find_op);
  if (!graph) return 0;
  const std::string text = graph::print(*graph);
  const auto again = graph::parse(text, ops::find_op);
  LEPTON_ASSERT(again && graph::print(*again) == text, "graph text round trip");
  return 0;
}
