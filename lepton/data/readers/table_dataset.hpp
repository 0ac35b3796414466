// Rows of a table as a dataset: first with labels only, to split them; then, with a fitted recipe, with inputs.
#pragma once

#include <memory>
#include <string>

#include "lepton/base/error.hpp"
#include "lepton/data/dataset.hpp"
#include "lepton/data/readers/table.hpp"
#include "lepton/data/recipe/tabular_recipe.hpp"

namespace lepton::data {

using TableHandle = std::shared_ptr<const Table>;

/// Rows with their labels and no recipe yet: what a split is made of. Its only input is the row's number.
///
/// A sample's id is the value of `id_column`, or "line N" of the file if that is "".
/// Errors:  kNotFound for an unknown column; kInvalidArgument for an id that is missing or there twice; those of the target.
Result<DatasetHandle> make_table_rows(TableHandle table, const std::string& target, TargetKind target_kind,
                                      const std::string& id_column = "");

/// Rows as vectors: feature "features" [recipe.width()] f32. Samples keep their index and id. A table without the target column gives a
/// dataset without a target.
/// Errors:  kNotFound if a column of the recipe is missing; kParseError, with the line, for targets that do not fit.
Result<DatasetHandle> make_table_dataset(TableHandle table, const TabularRecipe& recipe, const std::string& id_column = "");

}  // namespace lepton::data
