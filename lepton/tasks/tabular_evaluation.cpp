// Reports and predictions of models of tables.
#include <algorithm>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/archive/gzip.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/formats/package.hpp"
#include "lepton/tasks/internal/evaluation.hpp"
#include "lepton/tasks/internal/outcome.hpp"
#include "lepton/tasks/internal/tabular_run.hpp"
#include "lepton/tasks/model_codec.hpp"
#include "lepton/train/package.hpp"

namespace lepton::tasks {
namespace {

nn::Predictions predict(train::Model& model, const data::Dataset& dataset, std::span<const std::int64_t> rows) {
  const data::Batch batch = dataset.load_batch(rows).value();
  return {model.predict(train::Arrays(batch.inputs[0]), 256), batch.target, {}};
}

// A cell of a CSV file. What is missing is an empty cell without quotes.
std::string cell_of(const Json& value) {
  if (value.is_null()) return "";
  if (!value.is_string()) return dump_json(value);
  std::string cell = "\"";
  for (const char c : value.get_ref<const std::string&>()) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + "\"";
}

class TableCodec final : public ModelCodec {
 public:
  explicit TableCodec(const Json& task) : recipe_(data::tabular_recipe_from_json(*json_member(task, "recipe").value()).value()) {
    labels_ = recipe_.label_names;
  }
  std::string_view takes() const override { return "table"; }

  std::vector<std::pair<std::string, bool>> columns() const override {
    std::vector<std::pair<std::string, bool>> columns;
    for (const data::RecipeColumn& column : recipe_.columns) columns.emplace_back(column.name, column.type == data::ColumnType::kNumber);
    return columns;
  }

  Result<EncodedInputs> encode(std::string bytes, const std::string& name, const EncodeLimits& limits) const override {
    LEPTON_TRY(std::string text, data::gunzip_if_needed(std::move(bytes), limits.max_table_bytes));
    LEPTON_TRY(const data::Table table, data::parse_table(std::move(text), {}, name));
    return encode_table(table, [&](std::int64_t row) { return fmt::format("{}:{}", name, table.line(row)); });
  }

  // Through the one reader of tables: what is a number and what is missing is decided there.
  Result<EncodedInputs> encode_rows(const Json& rows) const override {
    if (!rows.is_array() || rows.empty())
      return make_error(ErrorCode::kInvalidArgument, "rows: a list of objects is expected, with at least one");
    std::string text;
    for (const data::RecipeColumn& column : recipe_.columns) text += (text.empty() ? "" : ",") + cell_of(column.name);
    for (const Json& row : rows) {
      if (!row.is_object()) return make_error(ErrorCode::kInvalidArgument, "rows: each is an object of column and value");
      text += '\n';
      for (std::size_t i = 0; i < recipe_.columns.size(); ++i) {
        const auto value = row.find(recipe_.columns[i].name);
        if (value == row.end())
          return make_error(ErrorCode::kInvalidArgument, "row {} lacks '{}'; null says that it is not known", &row - &rows.front(),
                            recipe_.columns[i].name);
        if (value->is_structured())
          return make_error(ErrorCode::kInvalidArgument, "'{}' is no number and no text", recipe_.columns[i].name);
        text += (i > 0 ? "," : "") + cell_of(*value);
      }
    }
    LEPTON_TRY(const data::Table table, data::parse_table(text, {.csv = {.delimiter = ','}, .header = data::HeaderRow::kYes}, "rows"));
    return encode_table(table, [](std::int64_t row) { return std::to_string(row); });
  }

 private:
  template <class Name>
  Result<EncodedInputs> encode_table(const data::Table& table, Name&& name_of_row) const {
    LEPTON_TRY(const data::TabularEncoder encoder, data::TabularEncoder::make(recipe_, table));
    EncodedInputs encoded{Tensor::empty(DType::kF32, {table.num_rows(), encoder.width()}), {}};
    for (std::int64_t row = 0; row < table.num_rows(); ++row) {
      LEPTON_CHECK_OK(encoder.encode(table, row, encoded.rows.data<float>() + row * encoder.width()));
      encoded.names.push_back(name_of_row(row));
    }
    return encoded;
  }

  data::TabularRecipe recipe_;
};

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

std::unique_ptr<ModelCodec> table_codec(const Json& task) { return std::make_unique<TableCodec>(task); }

}  // namespace lepton::tasks
