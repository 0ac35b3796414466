// Reports and predictions of models of tables.
#include <algorithm>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/formats/package.hpp"
#include "lepton/tasks/internal/evaluation.hpp"
#include "lepton/tasks/internal/outcome.hpp"
#include "lepton/tasks/internal/tabular_run.hpp"
#include "lepton/train/package.hpp"

namespace lepton::tasks {
namespace {

nn::Predictions predict(train::Model& model, const data::Dataset& dataset, std::span<const std::int64_t> rows) {
  const data::Batch batch = dataset.load_batch(rows).value();
  return {model.predict(train::Arrays(batch.inputs[0]), 256), batch.target, {}};
}

EvaluationResult evaluate_in(const std::string& folder, const std::string& part) {
  FileSystem& files = local_files();
  train::LoadedPackage loaded = train::load_package(files, join_path(folder, "model.lepton")).value();
  const Json& task = *json_member(*loaded.manifest, "task").value();
  const Json& source = *json_member(task, "data").value();
  const data::TabularRecipe recipe = data::tabular_recipe_from_json(*json_member(task, "recipe").value()).value();
  ReportRequest request{
      .title = "Model of a table", .source = json_get<std::string>(source, "source").value(), .run_folder = folder, .part = part};
  const auto table = std::make_shared<const data::Table>(data::read_table(files, table_path(request.source)).value());
  const data::DatasetHandle dataset = data::make_table_dataset(table, recipe).value();
  const data::Split split = read_split(folder, *dataset);
  const std::vector<std::int64_t> rows = split.indices(part).value();
  request.openings = open_part(part, *dataset, rows, folder);
  for (const Json& note : task.value("notes", Json::array())) request.notes.push_back(note.get<std::string>());
  Outcome outcome{.model = predict(loaded.model, *dataset, rows), .labels = recipe.label_names};
  train::LoadedPackage linear = train::load_package(files, join_path(folder, "baseline.lepton")).value();
  outcome.linear = predict(linear.model, *dataset, rows);
  if (const std::string column = json_get<std::string>(source, "group").value(); !column.empty())
    outcome.groups = number_groups(data::groups_of_column(*table, column).value(), rows);
  outcome.no_copies = samples_without_copies(*dataset, split, part);
  return write_report(outcome, request);
}

}  // namespace

std::string table_path(const std::string& data) {
  if (exists(local_files(), data).value()) return data;
  const auto named = std::ranges::find(data::named_datasets(), data, &data::NamedDatasetInfo::name);
  if (named == data::named_datasets().end()) return data;  // reading it says what is wrong
  return data::locate_named_dataset(local_files(), data).value();
}

Result<EvaluationResult> evaluate_table(const std::string& run_folder, const std::string& part) {
  return catch_error([&] { return evaluate_in(run_folder, part); });
}

Result<std::vector<Tensor>> inputs_of_table(const std::string& run_folder, const std::string& part, std::int64_t at_most) {
  return catch_error([&] {
    const formats::Package package = formats::Package::open(local_files(), join_path(run_folder, "model.lepton")).value();
    const Json& task = *json_member(package.manifest(), "task").value();
    const data::TabularRecipe recipe = data::tabular_recipe_from_json(*json_member(task, "recipe").value()).value();
    const auto source = json_get<std::string>(*json_member(task, "data").value(), "source").value();
    auto table = std::make_shared<const data::Table>(data::read_table(local_files(), table_path(source)).value());
    return first_inputs(*data::make_table_dataset(std::move(table), recipe).value(), run_folder, part, at_most);
  });
}

Result<std::vector<PredictionRow>> predict_table(const std::string& package, const std::vector<std::string>& paths,
                                                 runtime::Profile* profile) {
  return catch_error([&] {
    train::LoadedPackage loaded = train::load_package(local_files(), package).value();
    loaded.model.set_profile(profile);
    const Json& task = *json_member(*loaded.manifest, "task").value();
    const data::TabularRecipe recipe = data::tabular_recipe_from_json(*json_member(task, "recipe").value()).value();
    std::vector<PredictionRow> rows;
    for (const std::string& path : paths) {
      const auto table = std::make_shared<const data::Table>(data::read_table(local_files(), path).value());
      const data::TabularEncoder encoder = data::TabularEncoder::make(recipe, *table).value();
      const std::int64_t count = table->num_rows(), width = encoder.width();
      const Tensor inputs = Tensor::empty(DType::kF32, {count, width});
      for (std::int64_t row = 0; row < count; ++row) encoder.encode(*table, row, inputs.data<float>() + row * width).value();
      const Tensor outputs = loaded.model.predict(train::Arrays(inputs), 256);
      const std::vector<double> p = outputs.to_vector<double>();
      const auto size = static_cast<std::size_t>(outputs.shape()[-1]);
      for (std::int64_t row = 0; row < count; ++row) {
        const std::span<const double> own = std::span(p).subspan(static_cast<std::size_t>(row) * size, size);
        PredictionRow said{fmt::format("{}:{}", path, table->line(row)), {}, ranked(recipe.label_names, own)};
        said.said = said.probabilities.empty() ? fmt::format("{:.6g}", own[0]) : said.probabilities[0].first;
        rows.push_back(std::move(said));
      }
    }
    return rows;
  });
}

}  // namespace lepton::tasks
