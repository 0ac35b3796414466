// What training, evaluating and predicting tables share.
#pragma once

#include "lepton/base/json_fwd.hpp"
#include "lepton/data/readers/table_dataset.hpp"
#include "lepton/data/recipe/tabular_recipe.hpp"
#include "lepton/data/split.hpp"
#include "lepton/tasks/task.hpp"

namespace lepton::tasks {

Result<TrainResult> train_table(const TrainRequest& request, data::TargetKind kind);
Result<EvaluationResult> evaluate_table(const std::string& run_folder, const std::string& part);
std::unique_ptr<ModelCodec> table_codec(const Json& task);
Result<std::vector<Tensor>> inputs_of_table(const std::string& run_folder, const std::string& part, std::int64_t at_most);

/// The file that `data` names: a path, or a known data set.
std::string table_path(const std::string& data);

}  // namespace lepton::tasks
