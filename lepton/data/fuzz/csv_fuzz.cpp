// Any bytes are a table whose every cell can be read, or an error.
#include <cstddef>
#include <cstdint>

#include "lepton/data/readers/table.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  const auto table = data::parse_table(std::string(reinterpret_cast<const char*>(data), size));
  if (!table) return 0;
  std::size_t total = 0;
  for (std::int64_t row = 0; row < table->num_rows(); ++row) {
    for (std::int64_t column = 0; column < static_cast<std::int64_t>(table->columns().size()); ++column) {
      total += table->cell(row, column).size() + static_cast<std::size_t>(table->number(row, column).has_value());
      (void)data::parse_time(table->cell(row, column));
    }
  }
  // GB18030 grows in UTF-8, at most threefold.
  LEPTON_ASSERT(total <= 3 * size + static_cast<std::size_t>(table->num_rows()) * table->columns().size(), "cells come from the text");
  return 0;
}
