// TabularRecipe: how a row becomes numbers. Fitted on training rows only, saved with the model, run by one path everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/base/json_fwd.hpp"
#include "lepton/data/dataset.hpp"
#include "lepton/data/readers/table.hpp"

namespace lepton::data {

/// One input column. A number gives its value (or `fill`) and, if `has_indicator`, a 1 where it is missing. A category gives one place for
/// each word of its vocabulary and, first, one for unknown and missing words.
struct RecipeColumn {
  std::string name;
  ColumnType type = ColumnType::kNumber;
  double fill = 0;             ///< The training rows' median.
  bool has_indicator = false;  ///< If training rows lacked values.
  std::vector<std::string> vocabulary;

  std::int64_t width() const { return type == ColumnType::kNumber ? 1 + has_indicator : 1 + static_cast<std::int64_t>(vocabulary.size()); }
  bool operator==(const RecipeColumn&) const = default;
};

struct TabularRecipe {
  std::vector<RecipeColumn> columns;
  std::string target;
  TargetKind target_kind = TargetKind::kClass;
  std::vector<std::string> label_names;  ///< For classes, sorted: numbers by value, words by bytes.

  /// Length of the vector that a row becomes.
  std::int64_t width() const;
  /// A name for each of its places: "age", "age missing", "job = clerk", "job unknown".
  std::vector<std::string> output_names() const;
  bool operator==(const TabularRecipe&) const = default;
};

struct TabularFitOptions {
  std::string target;
  TargetKind target_kind = TargetKind::kClass;
  std::vector<std::string> ignore;       ///< Columns that are no inputs.
  std::vector<std::string> categorical;  ///< Columns of numbers that are names, e.g. a postal code.
  std::int64_t max_vocabulary = 200;     ///< The most frequent words are kept; the others are unknown.
};

struct FittedTabularRecipe {
  TabularRecipe recipe;
  /// A line for each column that was left out, and why: constant, empty, or a different word in nearly every row.
  std::vector<std::string> notes;
};

/// The classes in a column, sorted: numbers by value, words by bytes. kInvalidArgument if there are fewer than 2 or more than 10,000.
Result<std::vector<std::string>> label_names_of(const Table& table, std::string_view target);

/// Fits a recipe on the rows at `train_rows`; label names come from all rows, so that a class in test alone is not an unknown label.
///
/// Errors:  kNotFound for an unknown column; kParseError for NaN; kInvalidArgument if no input is left, a target is missing, or there are
///          fewer than two classes.
Result<FittedTabularRecipe> fit_tabular_recipe(const Table& table, std::span<const std::int64_t> train_rows,
                                               const TabularFitOptions& options);

/// Turns rows of a table, which may lack the target and have its columns in any order, into vectors.
class TabularEncoder {
 public:
  /// kNotFound, with the nearest name, if the table lacks a column of the recipe.
  static Result<TabularEncoder> make(const TabularRecipe& recipe, const Table& table);

  std::int64_t width() const { return width_; }
  /// Writes width() floats. kParseError, with the line, where a number is none.
  Result<void> encode(const Table& table, std::int64_t row, float* output) const;

 private:
  TabularRecipe recipe_;
  std::vector<std::int64_t> sources_;
  std::int64_t width_ = 0;
};

/// The target of a row: an index into label_names, or a number. kParseError, with the line, for a missing one or a label that does not
/// exist.
Result<double> target_of(const TabularRecipe& recipe, const Table& table, std::int64_t target_column, std::int64_t row);

Json to_json(const TabularRecipe& recipe);
/// Reads what to_json() wrote. Errors as for image_recipe_from_json().
Result<TabularRecipe> tabular_recipe_from_json(const Json& json);

}  // namespace lepton::data
