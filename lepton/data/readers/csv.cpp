// One pass over the text; cells go into one string with their ends, so that a million rows are not a million allocations.
#include "lepton/data/readers/csv.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace lepton::data {
namespace {

constexpr std::array<char, 5> kDelimiters{',', ';', '\t', '|', ' '};
constexpr int kProbeRows = 30;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Counts cells of the first rows for one delimiter, quotes respected. Returns the most common count and how many rows have it.
std::pair<int, int> probe(std::string_view text, char delimiter) {
  std::map<int, int> rows_with;
  int cells = 1, rows = 0;
  bool quoted = false, any = false;
  const auto end_row = [&] {
    if (any) {
      ++rows_with[cells];
      ++rows;
    }
    cells = 1;
    any = false;
  };
  for (std::size_t i = 0; i < text.size() && rows < kProbeRows; ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted) {
      any = true;
    } else if (c == '\n' || c == '\r') {
      end_row();
    } else {
      // Runs of blanks are one delimiter, and none at the end of a line.
      const bool more_blank =
          delimiter == ' ' && (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n' || text[i + 1] == '\r' || !any);
      if (c == delimiter && !more_blank) ++cells;
      any = any || c != ' ';
    }
  }
  end_row();
  const auto best = std::ranges::max_element(rows_with, {}, [](const auto& entry) { return entry.second; });
  return best == rows_with.end() ? std::pair(1, 0) : std::pair(best->first, best->second);
}

char find_delimiter(std::string_view text) {
  char best = ',';
  int best_rows = 0;
  for (const char delimiter : kDelimiters) {
    const auto [cells, rows] = probe(text, delimiter);
    // The one that cuts most rows alike; the order of the list decides ties. Blanks occur in plain text, so they come last.
    if (cells > 1 && rows > best_rows) {
      best = delimiter;
      best_rows = rows;
    }
  }
  return best;
}

}  // namespace

class CsvParser {
 public:
  CsvParser(std::string_view text, const CsvOptions& options) : text_(text), limits_(options.limits) {
    cells_.delimiter_ = options.delimiter == '\0' ? find_delimiter(text) : options.delimiter;
  }

  Result<CsvCells> run() {
    cells_.text_.reserve(text_.size());
    while (at_ < text_.size()) {
      if (skip_blank_line()) continue;
      LEPTON_CHECK_OK(parse_row());
    }
    if (cells_.lines_.empty()) return Error(ErrorCode::kParseError, "line 1, column 1: the file has no rows");
    return std::move(cells_);
  }

 private:
  char delimiter() const { return cells_.delimiter_; }
  bool at_line_end() const { return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '\r'; }

  Error error(std::string_view what) const {
    return make_error(ErrorCode::kParseError, "line {}, column {}: {}", line_, at_ - line_start_ + 1, what);
  }

  void next_line() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
    line_start_ = at_;
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_]) && text_[at_] != delimiter()) ++at_;
    if (delimiter() != ' ') return;
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  bool skip_blank_line() {
    std::size_t end = at_;
    while (end < text_.size() && text_[end] == ' ') ++end;
    if (end < text_.size() && text_[end] != '\n' && text_[end] != '\r') return false;
    at_ = end;
    next_line();
    return true;
  }

  Result<void> parse_row() {
    const std::int64_t row_line = line_;
    std::int64_t count = 0;
    while (true) {
      LEPTON_CHECK_OK(parse_cell());
      if (++count > limits_.max_columns) {
        return make_error(ErrorCode::kResourceExhausted, "line {}: more than {} columns", row_line, limits_.max_columns);
      }
      if (delimiter() == ' ') skip_blanks();
      if (at_line_end()) break;
      if (delimiter() != ' ') ++at_;  // parse_cell() stops at a delimiter or at the end
    }
    next_line();
    if (cells_.lines_.empty()) cells_.num_columns_ = count;
    if (count != cells_.num_columns_) {
      return make_error(ErrorCode::kParseError, "line {}, column 1: the row has {} cells, the first one has {}", row_line, count,
                        cells_.num_columns_);
    }
    if (cells_.num_rows() >= limits_.max_rows) return make_error(ErrorCode::kResourceExhausted, "more than {} rows", limits_.max_rows);
    cells_.lines_.push_back(row_line);
    return {};
  }

  Result<void> parse_cell() {
    skip_blanks();
    const bool quoted = at_ < text_.size() && text_[at_] == '"';
    if (quoted) {
      LEPTON_CHECK_OK(parse_quoted());
    } else {
      LEPTON_CHECK_OK(parse_plain());
    }
    cells_.ends_.push_back(cells_.text_.size());
    cells_.quoted_.push_back(quoted);
    return {};
  }

  Result<void> parse_plain() {
    const std::size_t start = at_;
    while (!at_line_end() && text_[at_] != delimiter()) {
      if (text_[at_] == '\0') return error("a NUL byte; this is no text file");
      ++at_;
    }
    std::size_t end = at_;
    while (end > start && is_blank(text_[end - 1])) --end;
    cells_.text_.append(text_.substr(start, end - start));
    return {};
  }

  Result<void> parse_quoted() {
    const Error open = error("a quote that does not end");
    ++at_;
    while (true) {
      if (at_ >= text_.size()) return open;
      const char c = text_[at_++];
      if (c == '"') {
        if (at_ >= text_.size() || text_[at_] != '"') break;
        ++at_;
      } else if (c == '\n') {
        ++line_;
        line_start_ = at_;
      }
      cells_.text_.push_back(c);
    }
    while (at_ < text_.size() && is_blank(text_[at_]) && text_[at_] != delimiter()) ++at_;
    if (!at_line_end() && text_[at_] != delimiter()) return error("text after a closing quote; double a quote that is meant");
    return {};
  }

  std::string_view text_;
  CsvLimits limits_;
  CsvCells cells_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::int64_t line_ = 1;
};

std::string_view CsvCells::cell(std::int64_t row, std::int64_t column) const {
  const auto at = static_cast<std::size_t>(row * num_columns_ + column);
  const std::uint64_t begin = at == 0 ? 0 : ends_[at - 1];
  return std::string_view(text_).substr(begin, ends_[at] - begin);
}

Result<CsvCells> parse_csv(std::string_view text, const CsvOptions& options) { return CsvParser(text, options).run(); }

}  // namespace lepton::data
