// Tables: types, holes, and columns that know too much or nothing.
#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "lepton/base/text.hpp"
#include "lepton/data/inspect/internal/inspectors.hpp"

namespace lepton::data {
namespace {

constexpr std::int64_t kMaxDistinct = 10'000;
constexpr double kManyMissing = 0.5;
// A column that predicts the target this much better than always guessing the most frequent class, in a fraction of what is left.
constexpr double kGivesAway = 0.98;

struct Numbers {
  double least = INFINITY, most = -INFINITY, sum = 0;
  std::int64_t count = 0, whole = 0, rising = 0;
};

// Values of a column with their counts; stops counting new ones at kMaxDistinct.
struct Counted {
  std::unordered_map<std::string, std::int64_t> words;
  Numbers numbers;
  std::string bad_number;  // the first cell of a number column that is NaN or infinite
};

Counted count_column(const Table& table, std::int64_t column) {
  Counted counted;
  double before = -INFINITY;
  const bool is_number = table.columns()[static_cast<std::size_t>(column)].type == ColumnType::kNumber;
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    if (table.is_missing(row, column)) continue;
    std::string word(table.cell(row, column));
    if (static_cast<std::int64_t>(counted.words.size()) < kMaxDistinct || counted.words.contains(word)) ++counted.words[word];
    if (!is_number) continue;
    const auto value = table.number(row, column);
    if (!value) {
      if (counted.bad_number.empty()) counted.bad_number = value.error().message();
      continue;
    }
    Numbers& numbers = counted.numbers;
    numbers.least = std::min(numbers.least, **value);
    numbers.most = std::max(numbers.most, **value);
    numbers.sum += **value;
    ++numbers.count;
    numbers.whole += **value == std::floor(**value);
    numbers.rising += **value > before;
    before = **value;
  }
  return counted;
}

std::vector<std::pair<std::string, std::int64_t>> most_frequent(const Counted& counted, std::size_t count) {
  std::vector<std::pair<std::string, std::int64_t>> words(counted.words.begin(), counted.words.end());
  std::ranges::sort(words, {}, [](const auto& entry) { return std::pair(-entry.second, entry.first); });
  if (words.size() > count) words.resize(count);
  return words;
}

void judge_column(const Table& table, const ColumnSummary& summary, const Counted& counted, Inspection& inspection) {
  const std::int64_t present = table.num_rows() - summary.num_missing;
  const auto warn = [&](std::string_view what, std::string text) {
    add_finding(inspection, Finding::Severity::kWarning, std::string(what), std::move(text));
  };
  if (!counted.bad_number.empty()) add_finding(inspection, Finding::Severity::kError, "not-finite", counted.bad_number);
  if (present == 0) {
    warn("empty-column", fmt::format("column '{}' is empty", summary.name));
    return;
  }
  if (summary.num_distinct == 1 && summary.num_missing == 0)
    warn("constant-column", fmt::format("column '{}' has one value in all rows", summary.name));
  if (static_cast<double>(summary.num_missing) > kManyMissing * static_cast<double>(table.num_rows())) {
    warn("many-missing", fmt::format("column '{}' is missing in {} of {} rows", summary.name, summary.num_missing, table.num_rows()));
  }
  const bool all_different = present > 20 && summary.num_distinct == std::min(present, kMaxDistinct) && summary.num_distinct > 20;
  const Numbers& numbers = counted.numbers;
  const bool counts_up = numbers.count > 0 && numbers.whole == numbers.count && numbers.rising == numbers.count;
  if (all_different && (summary.type == ColumnType::kCategory || counts_up)) {
    warn("id-like", fmt::format("column '{}' is different in every row, like an id; a model would learn it by heart", summary.name));
  }
}

// Share of rows whose class is the most frequent one among the rows with the same value: 1 if the column alone tells the class.
double purity(const Table& table, std::int64_t column, std::int64_t target, double& base, std::int64_t& num_values) {
  std::map<std::string_view, std::map<std::string_view, std::int64_t>> by_value;
  std::map<std::string_view, std::int64_t> classes;
  std::int64_t rows = 0;
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    if (table.is_missing(row, target)) continue;
    ++by_value[table.cell(row, column)][table.cell(row, target)];
    ++classes[table.cell(row, target)];
    ++rows;
  }
  const auto largest = [](const auto& counts) {
    return std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; })->second;
  };
  std::int64_t right = 0;
  for (const auto& [value, counts] : by_value) right += largest(counts);
  num_values = static_cast<std::int64_t>(by_value.size());
  base = rows == 0 ? 1 : static_cast<double>(largest(classes)) / static_cast<double>(rows);
  return rows == 0 ? 0 : static_cast<double>(right) / static_cast<double>(rows);
}

void judge_target(const Table& table, std::int64_t target, Inspection& inspection) {
  const TableColumn& own = table.columns()[static_cast<std::size_t>(target)];
  if (own.num_missing > 0) {
    add_finding(inspection, Finding::Severity::kError, "missing-target",
                fmt::format("target '{}' is missing in {} rows; fill them in or remove them", own.name, own.num_missing));
  }
  const std::int64_t classes = inspection.columns[static_cast<std::size_t>(target)].num_distinct;
  if (classes < 2 || classes > 100) return;  // numbers: what gives them away is not a matter of counting
  for (std::size_t column = 0; column < table.columns().size(); ++column) {
    const ColumnSummary& other = inspection.columns[column];
    if (static_cast<std::int64_t>(column) == target || other.num_distinct < 2) continue;
    double base = 0;
    std::int64_t values = 0;
    const double pure = purity(table, static_cast<std::int64_t>(column), target, base, values);
    // With nearly as many values as rows every column looks like this.
    if (values * 10 > table.num_rows() || base >= 1 || (pure - base) / (1 - base) < kGivesAway) continue;
    add_finding(inspection, Finding::Severity::kWarning, "target-leak",
                fmt::format("column '{}' alone tells '{}' in {:.1f} % of the rows; is it known before the target is?", other.name, own.name,
                            100 * pure));
  }
}

void count_duplicate_rows(const Table& table, Inspection& inspection) {
  std::unordered_map<std::string, std::int64_t> first_line;
  std::int64_t duplicates = 0, example = 0, original = 0;
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    std::string key;
    for (std::size_t column = 0; column < table.columns().size(); ++column) {
      const std::string_view cell = table.cell(row, static_cast<std::int64_t>(column));
      key += fmt::format("{}:", cell.size());
      key += cell;
    }
    const auto [entry, fresh] = first_line.emplace(std::move(key), table.line(row));
    if (fresh) continue;
    if (++duplicates == 1) {
      example = table.line(row);
      original = entry->second;
    }
    if (inspection.duplicates.size() < 1000) {
      inspection.duplicates.push_back(
          {.first = fmt::format("line {}", entry->second), .second = fmt::format("line {}", table.line(row)), .kind = "identical"});
    }
  }
  if (duplicates == 0) return;
  add_finding(inspection, Finding::Severity::kWarning, "duplicates",
              fmt::format("{} rows are there twice, first line {} as line {}", duplicates, original, example));
}

}  // namespace

Result<Inspection> inspect_table(const Table& table, const InspectOptions& options) {
  Inspection inspection{.path = table.path(), .kind = "table"};
  inspection.num_files = 1;
  inspection.num_samples = table.num_rows();
  std::int64_t target = -1;
  if (!options.target.empty()) {
    LEPTON_TRY(target, table.find_column(options.target));
  }
  for (std::size_t column = 0; column < table.columns().size(); ++column) {
    const TableColumn& own = table.columns()[column];
    const Counted counted = count_column(table, static_cast<std::int64_t>(column));
    ColumnSummary summary{.name = own.name,
                          .type = own.type,
                          .num_missing = own.num_missing,
                          .num_distinct = static_cast<std::int64_t>(counted.words.size())};
    if (own.type == ColumnType::kNumber && counted.numbers.count > 0) {
      summary.minimum = counted.numbers.least;
      summary.maximum = counted.numbers.most;
      summary.mean = counted.numbers.sum / static_cast<double>(counted.numbers.count);
    } else {
      summary.most_frequent = most_frequent(counted, 5);
    }
    if (static_cast<std::int64_t>(column) != target) judge_column(table, summary, counted, inspection);
    if (static_cast<std::int64_t>(column) == target && counted.words.size() <= 100) {
      for (const auto& [word, count] : std::map<std::string, std::int64_t>(counted.words.begin(), counted.words.end()))
        inspection.classes.emplace_back(word, count);
    }
    inspection.columns.push_back(std::move(summary));
  }
  if (target >= 0) judge_target(table, target, inspection);
  judge_classes(inspection);
  count_duplicate_rows(table, inspection);
  return inspection;
}

}  // namespace lepton::data
