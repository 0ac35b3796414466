// CSV after RFC 4180: quotes, doubled quotes, line breaks inside quotes; the delimiter is found out; every error has line and column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton::data {

struct CsvLimits {
  std::int64_t max_columns = 65'536;
  std::int64_t max_rows = 500'000'000;
};

struct CsvOptions {
  char delimiter = '\0';  ///< '\0' to find out among comma, semicolon, tab, bar and space.
  CsvLimits limits;
};

/// Cells of a text, row by row. All rows have the same number of cells.
class CsvCells {
 public:
  std::int64_t num_rows() const { return static_cast<std::int64_t>(lines_.size()); }
  std::int64_t num_columns() const { return num_columns_; }
  char delimiter() const { return delimiter_; }
  std::string_view cell(std::int64_t row, std::int64_t column) const;
  /// True if the cell stood in quotes: "" is then an empty text and not nothing.
  bool is_quoted(std::int64_t row, std::int64_t column) const { return quoted_[static_cast<std::size_t>(row * num_columns_ + column)]; }
  /// Line of the file, from 1, on which a row begins.
  std::int64_t line(std::int64_t row) const { return lines_[static_cast<std::size_t>(row)]; }

 private:
  friend class CsvParser;
  std::string text_;
  std::vector<std::uint64_t> ends_;
  std::vector<bool> quoted_;
  std::vector<std::int64_t> lines_;
  std::int64_t num_columns_ = 0;
  char delimiter_ = ',';
};

/// Parses UTF-8 text. Blank lines are left out; blanks around cells without quotes are cut off.
///
/// Errors:  kParseError with line and column for a quote that does not end, text after a closing quote, a NUL, a row of another length, and
///          an empty text; kResourceExhausted for too many columns or rows.
Result<CsvCells> parse_csv(std::string_view text, const CsvOptions& options = {});

}  // namespace lepton::data
