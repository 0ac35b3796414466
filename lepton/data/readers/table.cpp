// Types are inferred from all rows: a number column with one word in it is a category, and inspect() says so.
#include "lepton/data/readers/table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <set>

#include "lepton/base/files.hpp"
#include "lepton/base/text.hpp"
#include "lepton/data/archive/gzip.hpp"
#include "lepton/data/readers/text_encoding.hpp"

namespace lepton::data {
namespace {

// The double that all of `text` is, NaN and infinity included.
std::optional<double> parse_any_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<int> parse_digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size() && !text.empty() && text[0] >= '0' && text[0] <= '9';
  return whole ? std::optional(value) : std::nullopt;
}

bool looks_like_header(const CsvCells& cells, const std::vector<std::string>& missing) {
  for (std::int64_t column = 0; column < cells.num_columns(); ++column) {
    const std::string_view cell = cells.cell(0, column);
    if (parse_any_number(cell) || std::ranges::find(missing, cell) != missing.end()) return false;
  }
  return true;
}

Result<std::vector<TableColumn>> name_columns(const CsvCells& cells, bool has_header) {
  std::vector<TableColumn> columns;
  std::set<std::string> seen;
  for (std::int64_t column = 0; column < cells.num_columns(); ++column) {
    TableColumn own{.name = has_header ? std::string(cells.cell(0, column)) : fmt::format("column_{}", column + 1)};
    if (own.name.empty()) return make_error(ErrorCode::kParseError, "line {}: column {} has no name", cells.line(0), column + 1);
    if (!seen.insert(own.name).second)
      return make_error(ErrorCode::kParseError, "line {}: column '{}' is there twice", cells.line(0), own.name);
    columns.push_back(std::move(own));
  }
  return columns;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  const auto value = parse_any_number(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<double> parse_time(std::string_view text) {
  if (text.size() < 10 || (text[4] != '-' && text[4] != '/') || text[7] != text[4]) return std::nullopt;
  const auto year = parse_digits(text.substr(0, 4)), month = parse_digits(text.substr(5, 2)), day = parse_digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  double seconds = static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count()) * 86400.0;
  text.remove_prefix(10);
  if (text.empty()) return seconds;
  if (text[0] != ' ' && text[0] != 'T') return std::nullopt;
  text.remove_prefix(1);
  if (text.ends_with('Z')) text.remove_suffix(1);
  constexpr std::array<double, 3> kUnits{3600, 60, 1};
  const auto parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto value = parse_number(parts[i]);
    if (!value || *value < 0 || *value >= (i == 0 ? 25 : 61)) return std::nullopt;
    seconds += *value * kUnits[i];
  }
  return seconds;
}

Result<std::int64_t> Table::find_column(std::string_view name) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == name) return static_cast<std::int64_t>(i);
    names.push_back(columns_[i].name);
  }
  return make_error(ErrorCode::kNotFound, "{}: there is no column '{}'{}", path_, name, did_you_mean(name, names));
}

bool Table::is_missing(std::int64_t row, std::int64_t column) const {
  if (cells_.is_quoted(row + first_row_, column)) return false;
  return std::ranges::find(missing_values_, cell(row, column)) != missing_values_.end();
}

Result<std::optional<double>> Table::number(std::int64_t row, std::int64_t column) const {
  if (is_missing(row, column)) return std::optional<double>();
  const std::string_view text = cell(row, column);
  if (const auto value = parse_number(text)) return value;
  const std::string& name = columns_[static_cast<std::size_t>(column)].name;
  if (parse_any_number(text)) {
    return make_error(ErrorCode::kParseError, "{}:{}: column '{}' holds {}; correct it, or add '{}' to missing_values", path_, line(row),
                      name, text, text);
  }
  return make_error(ErrorCode::kParseError, "{}:{}: column '{}' holds '{}', which is no number", path_, line(row), name, text);
}

Result<Table> parse_table(std::string text, const TableOptions& options, std::string path) {
  LEPTON_TRY(const std::string utf8, to_utf8(std::move(text), options.encoding));
  Table table;
  LEPTON_TRY(table.cells_, parse_csv(utf8, options.csv));
  table.path_ = std::move(path);
  table.missing_values_ = options.missing_values;
  const bool has_header =
      options.header == HeaderRow::kYes || (options.header == HeaderRow::kAuto && looks_like_header(table.cells_, options.missing_values));
  LEPTON_TRY(table.columns_, name_columns(table.cells_, has_header));
  table.first_row_ = has_header ? 1 : 0;
  if (table.num_rows() == 0) return Error(ErrorCode::kParseError, "line 2: there is a header and no rows");
  for (std::size_t column = 0; column < table.columns_.size(); ++column) {
    TableColumn& own = table.columns_[column];
    bool all_numbers = true;
    for (std::int64_t row = 0; row < table.num_rows(); ++row) {
      if (table.is_missing(row, static_cast<std::int64_t>(column))) {
        ++own.num_missing;
      } else if (all_numbers) {
        all_numbers = parse_any_number(table.cell(row, static_cast<std::int64_t>(column))).has_value();
      }
    }
    if (all_numbers && own.num_missing < table.num_rows()) own.type = ColumnType::kNumber;
  }
  return table;
}

Result<Table> read_table(FileSystem& files, const std::string& path, const TableOptions& options) {
  LEPTON_TRY(std::string bytes, read_file(files, path, options.max_bytes));
  auto text = gunzip_if_needed(std::move(bytes), options.max_bytes);
  if (!text) return text.error().with_context(path);
  return parse_table(std::move(*text), options, path).with_context(path);
}

Result<std::vector<double>> times_of_column(const Table& table, std::string_view column) {
  LEPTON_TRY(const std::int64_t index, table.find_column(column));
  const bool numbers = table.columns()[static_cast<std::size_t>(index)].type == ColumnType::kNumber;
  std::vector<double> times;
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    const auto time = numbers ? parse_number(table.cell(row, index)) : parse_time(table.cell(row, index));
    if (!time)
      return make_error(ErrorCode::kParseError, "{}:{}: column '{}' holds '{}', which is no time", table.path(), table.line(row), column,
                        table.cell(row, index));
    times.push_back(*time);
  }
  return times;
}

Result<std::vector<std::string>> groups_of_column(const Table& table, std::string_view column) {
  LEPTON_TRY(const std::int64_t index, table.find_column(column));
  std::vector<std::string> groups;
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    if (table.is_missing(row, index)) {
      return make_error(ErrorCode::kInvalidArgument, "{}:{}: column '{}' is empty; a row without a group cannot be placed", table.path(),
                        table.line(row), column);
    }
    groups.emplace_back(table.cell(row, index));
  }
  return groups;
}

}  // namespace lepton::data
