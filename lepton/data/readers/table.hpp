// A table with named, typed columns, read from CSV: what is a number, what is missing, what is a category.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/data/readers/csv.hpp"

namespace lepton {
class FileSystem;
}

namespace lepton::data {

enum class HeaderRow : std::uint8_t {
  kAuto,  ///< The first row is a header unless it holds a number or a missing cell.
  kYes,
  kNo,  ///< Columns are called column_1, column_2, …
};

struct TableOptions {
  CsvOptions csv;
  HeaderRow header = HeaderRow::kAuto;
  std::string encoding;  ///< As in to_utf8().
  /// Cells without quotes that mean "missing". NaN and infinity are not among them: they are errors, unless they are listed here.
  std::vector<std::string> missing_values{"", "NA", "N/A", "n/a", "NULL", "null", "None", "?"};
  std::uint64_t max_bytes = std::uint64_t{4} << 30;  ///< Of the text, unpacked.
};

enum class ColumnType : std::uint8_t { kNumber, kCategory };

struct TableColumn {
  std::string name;
  ColumnType type = ColumnType::kCategory;  ///< kNumber if every cell that is not missing is a number.
  std::int64_t num_missing = 0;
};

class Table {
 public:
  const std::string& path() const { return path_; }
  std::int64_t num_rows() const { return cells_.num_rows() - first_row_; }
  const std::vector<TableColumn>& columns() const { return columns_; }
  /// Index of a column; kNotFound, with the nearest name, if there is none.
  Result<std::int64_t> find_column(std::string_view name) const;

  std::string_view cell(std::int64_t row, std::int64_t column) const { return cells_.cell(row + first_row_, column); }
  bool is_missing(std::int64_t row, std::int64_t column) const;
  /// "FILE:LINE" of a row, for messages and ids.
  std::int64_t line(std::int64_t row) const { return cells_.line(row + first_row_); }

  /// The number in a cell, nothing if it is missing; kParseError with line and column name for anything else, NaN and infinity too.
  Result<std::optional<double>> number(std::int64_t row, std::int64_t column) const;

 private:
  friend Result<Table> parse_table(std::string text, const TableOptions& options, std::string path);
  std::string path_;
  CsvCells cells_;
  std::vector<TableColumn> columns_;
  std::vector<std::string> missing_values_;
  std::int64_t first_row_ = 0;
};

/// Parses CSV text. `path` only appears in messages.
///
/// Errors:  those of to_utf8() and parse_csv(); kParseError for a column name that is empty or there twice, or a table without rows.
Result<Table> parse_table(std::string text, const TableOptions& options = {}, std::string path = "table");

/// Reads a CSV file, gzip or plain; errors name it.
Result<Table> read_table(FileSystem& files, const std::string& path, const TableOptions& options = {});

/// Returns the finite number that all of `text` is, or nothing.
std::optional<double> parse_number(std::string_view text);

/// Returns seconds since 1970 for "2024-05-01", "2024/05/01", with " 13:45", "T13:45:10" or nothing after it; nothing if it is no date.
std::optional<double> parse_time(std::string_view text);

/// The values of a column as times, for a split by time: numbers as they are, or dates. kParseError, with the line, for anything else.
Result<std::vector<double>> times_of_column(const Table& table, std::string_view column);
/// The values of a column as groups, for a grouped split. kInvalidArgument, with the line, for a missing one.
Result<std::vector<std::string>> groups_of_column(const Table& table, std::string_view column);

}  // namespace lepton::data
