// The tabular recipe as JSON.
#include <algorithm>

#include "lepton/base/json.hpp"
#include "lepton/data/recipe/internal/json_fields.hpp"
#include "lepton/data/recipe/tabular_recipe.hpp"

namespace lepton::data {
namespace {

constexpr std::array<Choice<ColumnType>, 2> kTypes{{{"number", ColumnType::kNumber}, {"category", ColumnType::kCategory}}};
constexpr std::array<Choice<TargetKind>, 3> kTargets{
    {{"none", TargetKind::kNone}, {"class", TargetKind::kClass}, {"number", TargetKind::kNumber}}};

Result<RecipeColumn> read_column(const Json& json) {
  constexpr std::array<std::string_view, 5> kKeys{"name", "type", "fill", "has_indicator", "vocabulary"};
  const JsonFields fields("tabular recipe: column", json);
  LEPTON_CHECK_OK(fields.check_keys(kKeys));
  RecipeColumn column;
  LEPTON_CHECK_OK(fields.read_text("name", column.name));
  LEPTON_CHECK_OK(fields.read_choice("type", kTypes, column.type));
  LEPTON_CHECK_OK(fields.read_number("fill", column.fill));
  LEPTON_CHECK_OK(fields.read_flag("has_indicator", column.has_indicator));
  LEPTON_CHECK_OK(fields.read_texts("vocabulary", column.vocabulary));
  if (!std::ranges::is_sorted(column.vocabulary)) {
    return make_error(ErrorCode::kParseError, "tabular recipe: the vocabulary of '{}' is not sorted", column.name);
  }
  return column;
}

}  // namespace

Json to_json(const TabularRecipe& recipe) {
  Json columns = Json::array();
  for (const RecipeColumn& column : recipe.columns) {
    Json own{{"name", column.name}, {"type", name_in(kTypes, column.type)}};
    if (column.type == ColumnType::kNumber) {
      own["fill"] = column.fill;
      own["has_indicator"] = column.has_indicator;
    } else {
      own["vocabulary"] = column.vocabulary;
    }
    columns.push_back(std::move(own));
  }
  return {{"version", 1},
          {"kind", "tabular"},
          {"columns", columns},
          {"target", recipe.target},
          {"target_kind", name_in(kTargets, recipe.target_kind)},
          {"label_names", recipe.label_names}};
}

Result<TabularRecipe> tabular_recipe_from_json(const Json& json) {
  constexpr std::array<std::string_view, 6> kKeys{"version", "kind", "columns", "target", "target_kind", "label_names"};
  const JsonFields fields("tabular recipe", json);
  LEPTON_CHECK_OK(fields.check(kKeys, "tabular", 1));
  TabularRecipe recipe;
  LEPTON_TRY(const Json* columns, json_member(json, "columns"));
  if (!columns->is_array()) return Error(ErrorCode::kParseError, "tabular recipe: columns must be a list");
  for (const Json& column : *columns) {
    LEPTON_TRY(RecipeColumn own, read_column(column));
    recipe.columns.push_back(std::move(own));
  }
  LEPTON_CHECK_OK(fields.read_text("target", recipe.target));
  LEPTON_CHECK_OK(fields.read_choice("target_kind", kTargets, recipe.target_kind));
  LEPTON_CHECK_OK(fields.read_texts("label_names", recipe.label_names));
  return recipe;
}

}  // namespace lepton::data
