// Fitting and encoding of rows.
#include "lepton/data/recipe/tabular_recipe.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "lepton/base/text.hpp"

namespace lepton::data {
namespace {

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

// Fits one column; a text instead of a column says why it is left out.
struct ColumnFit {
  std::optional<RecipeColumn> column;
  std::string why_not;
};

Result<ColumnFit> fit_number(const Table& table, std::int64_t index, std::span<const std::int64_t> rows) {
  RecipeColumn column{.name = table.columns()[static_cast<std::size_t>(index)].name, .type = ColumnType::kNumber};
  std::vector<double> values;
  for (const std::int64_t row : rows) {
    LEPTON_TRY(const std::optional<double> value, table.number(row, index));
    if (value) values.push_back(*value);
  }
  column.has_indicator = values.size() < rows.size();
  if (values.empty()) return ColumnFit{{}, "it is empty in the training rows"};
  const auto [least, most] = std::ranges::minmax(values);
  if (least == most && !column.has_indicator) return ColumnFit{{}, "it has the same value in all training rows"};
  column.fill = median(std::move(values));
  return ColumnFit{std::move(column), {}};
}

ColumnFit fit_category(const Table& table, std::int64_t index, std::span<const std::int64_t> rows, std::int64_t max_vocabulary) {
  RecipeColumn column{.name = table.columns()[static_cast<std::size_t>(index)].name, .type = ColumnType::kCategory};
  std::map<std::string, std::int64_t> counts;
  std::int64_t present = 0;
  for (const std::int64_t row : rows) {
    if (table.is_missing(row, index)) continue;
    ++counts[std::string(table.cell(row, index))];
    ++present;
  }
  const auto distinct = static_cast<std::int64_t>(counts.size());
  if (distinct == 0) return {{}, "it is empty in the training rows"};
  if (distinct == 1 && present == static_cast<std::int64_t>(rows.size())) return {{}, "it has the same value in all training rows"};
  if (distinct > 20 && distinct * 2 > present)
    return {{}, fmt::format("{} different values in {} rows: a name or free text", distinct, present)};
  std::vector<std::pair<std::string, std::int64_t>> words(counts.begin(), counts.end());
  std::ranges::stable_sort(words, std::ranges::greater(), &std::pair<std::string, std::int64_t>::second);
  if (distinct > max_vocabulary) words.resize(static_cast<std::size_t>(max_vocabulary));
  for (auto& [word, count] : words) column.vocabulary.push_back(word);
  std::ranges::sort(column.vocabulary);
  return {std::move(column), {}};
}

Result<std::vector<std::string>> find_labels(const Table& table, std::int64_t index) {
  std::set<std::string> labels;
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    if (!table.is_missing(row, index)) labels.emplace(table.cell(row, index));
    if (labels.size() > 10'000) break;
  }
  const std::string& name = table.columns()[static_cast<std::size_t>(index)].name;
  if (labels.size() < 2)
    return make_error(ErrorCode::kInvalidArgument, "{}: target '{}' has {} classes, it needs two", table.path(), name, labels.size());
  if (labels.size() > 10'000) {
    return make_error(ErrorCode::kInvalidArgument, "{}: target '{}' has over 10,000 classes; is this a regression?", table.path(), name);
  }
  std::vector<std::string> names(labels.begin(), labels.end());
  if (table.columns()[static_cast<std::size_t>(index)].type == ColumnType::kNumber) {
    std::ranges::stable_sort(names, {}, [](const std::string& text) { return parse_number(text).value_or(0); });
  }
  return names;
}

Result<void> check_names(const Table& table, std::span<const std::string> names) {
  for (const std::string& name : names) {
    if (auto found = table.find_column(name); !found) return found.error();
  }
  return {};
}

}  // namespace

std::int64_t TabularRecipe::width() const {
  std::int64_t total = 0;
  for (const RecipeColumn& column : columns) total += column.width();
  return total;
}

std::vector<std::string> TabularRecipe::output_names() const {
  std::vector<std::string> names;
  for (const RecipeColumn& column : columns) {
    if (column.type == ColumnType::kNumber) {
      names.push_back(column.name);
      if (column.has_indicator) names.push_back(column.name + " missing");
    } else {
      names.push_back(column.name + " unknown");
      for (const std::string& word : column.vocabulary) names.push_back(column.name + " = " + word);
    }
  }
  return names;
}

Result<std::vector<std::string>> label_names_of(const Table& table, std::string_view target) {
  LEPTON_TRY(const std::int64_t index, table.find_column(target));
  return find_labels(table, index);
}

Result<FittedTabularRecipe> fit_tabular_recipe(const Table& table, std::span<const std::int64_t> train_rows,
                                               const TabularFitOptions& options) {
  if (train_rows.empty()) return Error(ErrorCode::kInvalidArgument, "tabular recipe: no training rows");
  LEPTON_TRY(const std::int64_t target, table.find_column(options.target));
  LEPTON_CHECK_OK(check_names(table, options.ignore));
  LEPTON_CHECK_OK(check_names(table, options.categorical));
  FittedTabularRecipe fitted{.recipe = {.target = options.target, .target_kind = options.target_kind}};
  if (options.target_kind == TargetKind::kClass) {
    LEPTON_TRY(fitted.recipe.label_names, label_names_of(table, options.target));
  }
  for (std::size_t i = 0; i < table.columns().size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    const TableColumn& column = table.columns()[i];
    const auto listed = [&](const std::vector<std::string>& names) { return std::ranges::find(names, column.name) != names.end(); };
    if (index == target || listed(options.ignore)) continue;
    ColumnFit fit;
    if (column.type == ColumnType::kNumber && !listed(options.categorical)) {
      LEPTON_TRY(fit, fit_number(table, index, train_rows));
    } else {
      fit = fit_category(table, index, train_rows, options.max_vocabulary);
    }
    if (fit.column) {
      fitted.recipe.columns.push_back(std::move(*fit.column));
    } else {
      fitted.notes.push_back(fmt::format("column '{}' is left out: {}", column.name, fit.why_not));
    }
  }
  if (fitted.recipe.columns.empty()) return make_error(ErrorCode::kInvalidArgument, "{}: no column is left as an input", table.path());
  return fitted;
}

Result<TabularEncoder> TabularEncoder::make(const TabularRecipe& recipe, const Table& table) {
  TabularEncoder encoder;
  encoder.recipe_ = recipe;
  encoder.width_ = recipe.width();
  for (const RecipeColumn& column : recipe.columns) {
    LEPTON_TRY(const std::int64_t source, table.find_column(column.name));
    encoder.sources_.push_back(source);
  }
  return encoder;
}

Result<void> TabularEncoder::encode(const Table& table, std::int64_t row, float* output) const {
  std::fill_n(output, width_, 0.0f);
  for (std::size_t i = 0; i < recipe_.columns.size(); ++i) {
    const RecipeColumn& column = recipe_.columns[i];
    if (column.type == ColumnType::kNumber) {
      LEPTON_TRY(const std::optional<double> value, table.number(row, sources_[i]));
      output[0] = static_cast<float>(value.value_or(column.fill));
      if (column.has_indicator && !value) output[1] = 1;
    } else {
      const std::string_view cell = table.cell(row, sources_[i]);
      const auto word = std::ranges::lower_bound(column.vocabulary, cell);
      const bool known = !table.is_missing(row, sources_[i]) && word != column.vocabulary.end() && *word == cell;
      output[known ? 1 + (word - column.vocabulary.begin()) : 0] = 1;
    }
    output += column.width();
  }
  return {};
}

Result<double> target_of(const TabularRecipe& recipe, const Table& table, std::int64_t target_column, std::int64_t row) {
  const auto place = [&] { return fmt::format("{}:{}: target '{}'", table.path(), table.line(row), recipe.target); };
  if (table.is_missing(row, target_column))
    return make_error(ErrorCode::kParseError, "{} is missing; fill it in or remove the row", place());
  if (recipe.target_kind == TargetKind::kNumber) {
    LEPTON_TRY(const std::optional<double> value, table.number(row, target_column));
    return *value;
  }
  const std::string_view cell = table.cell(row, target_column);
  const auto found = std::ranges::find(recipe.label_names, cell);
  if (found == recipe.label_names.end()) {
    return make_error(ErrorCode::kParseError, "{} has no label '{}'{}", place(), cell, did_you_mean(cell, recipe.label_names));
  }
  return static_cast<double>(found - recipe.label_names.begin());
}

}  // namespace lepton::data
