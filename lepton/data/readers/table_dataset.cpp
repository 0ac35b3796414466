// Rows are encoded when they are asked for; only targets and ids are checked at once.
#include "lepton/data/readers/table_dataset.hpp"

#include <unordered_set>

namespace lepton::data {
namespace {

Result<std::vector<std::string>> read_ids(const Table& table, const std::string& id_column) {
  std::vector<std::string> ids;
  std::int64_t column = -1;
  if (!id_column.empty()) {
    LEPTON_TRY(column, table.find_column(id_column));
  }
  std::unordered_set<std::string> seen;
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    std::string id = column < 0 ? fmt::format("line {}", table.line(row)) : std::string(table.cell(row, column));
    if (id.empty() || !seen.insert(id).second) {
      return make_error(ErrorCode::kInvalidArgument, "{}:{}: id '{}' is {}", table.path(), table.line(row), id,
                        id.empty() ? "empty" : "there twice");
    }
    ids.push_back(std::move(id));
  }
  return ids;
}

Result<std::vector<double>> read_targets(const Table& table, const TabularRecipe& recipe) {
  LEPTON_TRY(const std::int64_t column, table.find_column(recipe.target));
  std::vector<double> targets;
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    LEPTON_TRY(const double target, target_of(recipe, table, column, row));
    targets.push_back(target);
  }
  return targets;
}

class TableDataset final : public Dataset {
 public:
  TableDataset(TableHandle table, std::optional<TabularEncoder> encoder, const TabularRecipe& recipe, std::vector<std::string> ids,
               std::vector<double> targets)
      : table_(std::move(table)), encoder_(std::move(encoder)), ids_(std::move(ids)), targets_(std::move(targets)) {
    features_.push_back(encoder_ ? FeatureSpec{"features", {DType::kF32, Shape{encoder_->width()}}}
                                 : FeatureSpec{"row", {DType::kI64, Shape{1}}});
    if (targets_.empty()) return;
    const bool is_class = recipe.target_kind == TargetKind::kClass;
    spec_ = {.kind = recipe.target_kind,
             .name = recipe.target,
             .type = {is_class ? DType::kI64 : DType::kF32, Shape{}},
             .label_names = recipe.label_names};
  }

  std::int64_t num_samples() const override { return table_->num_rows(); }
  const std::vector<FeatureSpec>& features() const override { return features_; }
  const TargetSpec& target() const override { return spec_; }
  std::string sample_id(std::int64_t index) const override { return ids_[static_cast<std::size_t>(index)]; }
  std::int64_t label(std::int64_t index) const override {
    return spec_.kind == TargetKind::kClass ? static_cast<std::int64_t>(targets_[static_cast<std::size_t>(index)]) : -1;
  }

  Result<Sample> load(std::int64_t index) const override {
    const std::vector<std::int64_t> one{index};
    LEPTON_TRY(const Batch batch, load_batch(one));
    Sample sample{.inputs = {batch.inputs[0].reshape(features_[0].type.shape)}, .target = {}};
    if (batch.target.defined()) sample.target = batch.target.reshape(Shape{});
    return sample;
  }

  Result<Batch> load_batch(std::span<const std::int64_t> indices) const override {
    Batch batch;
    batch.indices.assign(indices.begin(), indices.end());
    const auto count = static_cast<std::int64_t>(indices.size());
    const Tensor inputs = Tensor::empty(features_[0].type.dtype, Shape{count, features_[0].type.shape[0]});
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t row = indices[static_cast<std::size_t>(i)];
      if (encoder_) {
        LEPTON_CHECK_OK(encoder_->encode(*table_, row, inputs.data<float>() + i * encoder_->width()));
      } else {
        inputs.data<std::int64_t>()[i] = row;
      }
    }
    batch.inputs.push_back(inputs);
    if (spec_.kind == TargetKind::kNone) return batch;
    std::vector<double> targets;
    for (const std::int64_t index : indices) targets.push_back(targets_[static_cast<std::size_t>(index)]);
    batch.target = Tensor::from(targets, Shape{count}).cast(spec_.type.dtype);
    return batch;
  }

  // The text of the row: it stays the same whatever recipe reads it.
  Result<Sha256Digest> content_hash(std::int64_t index) const override {
    Sha256 hash;
    for (std::size_t column = 0; column < table_->columns().size(); ++column) {
      hash.update(fmt::format("{}\n{}\n", table_->columns()[column].name, table_->cell(index, static_cast<std::int64_t>(column))));
    }
    return hash.finish();
  }

 private:
  TableHandle table_;
  std::optional<TabularEncoder> encoder_;
  std::vector<std::string> ids_;
  std::vector<double> targets_;
  std::vector<FeatureSpec> features_;
  TargetSpec spec_;
};

}  // namespace

Result<DatasetHandle> make_table_rows(TableHandle table, const std::string& target, TargetKind target_kind, const std::string& id_column) {
  TabularRecipe recipe{.target = target, .target_kind = target_kind};
  if (target_kind == TargetKind::kClass) {
    // A fit without inputs to look at would fail; labels are all that is wanted.
    LEPTON_TRY(recipe.label_names, label_names_of(*table, target));
  }
  LEPTON_TRY(std::vector<std::string> ids, read_ids(*table, id_column));
  std::vector<double> targets;
  if (target_kind != TargetKind::kNone) {
    LEPTON_TRY(targets, read_targets(*table, recipe));
  }
  return DatasetHandle(std::make_shared<TableDataset>(std::move(table), std::nullopt, recipe, std::move(ids), std::move(targets)));
}

Result<DatasetHandle> make_table_dataset(TableHandle table, const TabularRecipe& recipe, const std::string& id_column) {
  LEPTON_TRY(TabularEncoder encoder, TabularEncoder::make(recipe, *table));
  LEPTON_TRY(std::vector<std::string> ids, read_ids(*table, id_column));
  std::vector<double> targets;
  if (recipe.target_kind != TargetKind::kNone && table->find_column(recipe.target)) {
    LEPTON_TRY(targets, read_targets(*table, recipe));
  }
  return DatasetHandle(std::make_shared<TableDataset>(std::move(table), std::move(encoder), recipe, std::move(ids), std::move(targets)));
}

}  // namespace lepton::data
