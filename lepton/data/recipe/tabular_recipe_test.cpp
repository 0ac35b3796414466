// Rows to vectors: fitted on training rows, the same in prediction, honest about what it does not know.
#include "lepton/data/recipe/tabular_recipe.hpp"

#include <gtest/gtest.h>

#include "lepton/base/json.hpp"
#include "lepton/data/readers/table_dataset.hpp"
#include "lepton/data/split.hpp"

namespace lepton::data {
namespace {

TableHandle table_of(const std::string& text) { return std::make_shared<const Table>(parse_table(text).value()); }

const char* const kText =
    "id,age,job,same,y\n"
    "a,10,clerk,1,yes\n"
    "b,,miner,1,no\n"
    "c,30,clerk,1,no\n"
    "d,1000,smith,1,yes\n";

TEST(TabularRecipe, FitsOnTrainingRowsOnly) {
  const auto table = table_of(kText);
  const std::vector<std::int64_t> train{0, 1, 2};
  const auto fitted = fit_tabular_recipe(*table, train, {.target = "y", .ignore = {"id"}}).value();
  const TabularRecipe& recipe = fitted.recipe;
  ASSERT_EQ(recipe.columns.size(), 2u);
  EXPECT_EQ(recipe.columns[0].fill, 20);  // not the 1000 of the test row
  EXPECT_TRUE(recipe.columns[0].has_indicator);
  EXPECT_EQ(recipe.columns[1].vocabulary, (std::vector<std::string>{"clerk", "miner"}));
  EXPECT_EQ(recipe.label_names, (std::vector<std::string>{"no", "yes"}));
  EXPECT_EQ(recipe.output_names(), (std::vector<std::string>{"age", "age missing", "job unknown", "job = clerk", "job = miner"}));
  EXPECT_EQ(fitted.notes.size(), 1u);  // "same" is constant

  const auto data = make_table_dataset(table, recipe, "id").value();
  EXPECT_EQ(data->sample_id(3), "d");
  EXPECT_EQ(data->load(0)->inputs[0].to_vector<float>(), (std::vector<float>{10, 0, 0, 1, 0}));
  EXPECT_EQ(data->load(1)->inputs[0].to_vector<float>(), (std::vector<float>{20, 1, 0, 0, 1}));
  EXPECT_EQ(data->load(3)->inputs[0].to_vector<float>(), (std::vector<float>{1000, 0, 1, 0, 0}));
  EXPECT_EQ(data->label(0), 1);
  EXPECT_EQ(data->load(0)->target.item(), 1);
}

TEST(TabularRecipe, PredictsFromOtherColumnOrders) {
  const auto table = table_of(kText);
  const std::vector<std::int64_t> train{0, 1, 2};
  const auto recipe = fit_tabular_recipe(*table, train, {.target = "y", .ignore = {"id"}})->recipe;
  const auto fresh = table_of("job,extra,age\npilot,1,\n");
  const auto data = make_table_dataset(fresh, recipe).value();
  EXPECT_EQ(data->target().kind, TargetKind::kNone);
  EXPECT_EQ(data->load(0)->inputs[0].to_vector<float>(), (std::vector<float>{20, 1, 1, 0, 0}));
  EXPECT_EQ(make_table_dataset(table_of("job\nclerk\n"), recipe).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(make_table_dataset(table_of("age,job\nold,clerk\n"), recipe).value()->load(0).error().code(), ErrorCode::kParseError);
}

TEST(TabularRecipe, RowsCanBeSplitBeforeFitting) {
  std::string text = "x,y\n";
  for (int i = 0; i < 40; ++i) text += fmt::format("{},{}\n", i, i % 2 == 0 ? "a" : "b");
  const auto table = table_of(text);
  const auto rows = make_table_rows(table, "y", TargetKind::kClass).value();
  const Split split = stratified_split(*rows, default_shares(), 1).value();
  const auto recipe = fit_tabular_recipe(*table, *split.indices("train"), {.target = "y"})->recipe;
  const auto data = make_table_dataset(table, recipe).value();
  EXPECT_EQ(data->num_samples(), rows->num_samples());
  EXPECT_EQ(data->sample_id(7), rows->sample_id(7));
  EXPECT_EQ(data->content_hash(7).value(), rows->content_hash(7).value());
}

TEST(TabularRecipe, Regression) {
  const auto table = table_of("x,y\n1,2.5\n2,3.5\n");
  const std::vector<std::int64_t> train{0, 1};
  const auto recipe = fit_tabular_recipe(*table, train, {.target = "y", .target_kind = TargetKind::kNumber})->recipe;
  const auto data = make_table_dataset(table, recipe).value();
  EXPECT_EQ(data->target().kind, TargetKind::kNumber);
  EXPECT_EQ(data->load(1)->target.item(), 3.5);
}

TEST(TabularRecipe, SaysWhatIsWrong) {
  const std::vector<std::int64_t> train{0, 1};
  const auto code = [&](const std::string& text, TabularFitOptions options) {
    return fit_tabular_recipe(*table_of(text), train, options).error().code();
  };
  EXPECT_EQ(code("x,y\n1,a\n2,b\n", {.target = "z"}), ErrorCode::kNotFound);
  EXPECT_EQ(code("x,y\n1,a\n2,b\n", {.target = "y", .ignore = {"q"}}), ErrorCode::kNotFound);
  EXPECT_EQ(code("x,y\n1,a\n2,a\n", {.target = "y"}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code("x,y\n1,a\n1,b\n", {.target = "y"}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code("x,y\n1,a\nnan,b\n", {.target = "y"}), ErrorCode::kParseError);
  const auto table = table_of("x,y\n1,a\n2,b\n3,\n");
  const auto recipe = fit_tabular_recipe(*table, train, {.target = "y"})->recipe;
  EXPECT_EQ(make_table_dataset(table, recipe).error().code(), ErrorCode::kParseError);
  const auto unknown = make_table_dataset(table_of("x,y\n1,c\n"), recipe);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code(), ErrorCode::kParseError);
}

TEST(TabularRecipe, JsonRoundTrip) {
  const auto table = table_of(kText);
  const std::vector<std::int64_t> train{0, 1, 2, 3};
  const auto recipe = fit_tabular_recipe(*table, train, {.target = "y"})->recipe;
  EXPECT_EQ(tabular_recipe_from_json(to_json(recipe)).value(), recipe);
  Json json = to_json(recipe);
  json["colums"] = 1;
  EXPECT_EQ(tabular_recipe_from_json(json).error().code(), ErrorCode::kParseError);
  EXPECT_EQ(tabular_recipe_from_json(Json::object()).error().code(), ErrorCode::kParseError);
}

}  // namespace
}  // namespace lepton::data
