// The table of tasks and what they share.
#include "lepton/tasks/task.hpp"

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/parallel.hpp"
#include "lepton/base/path.hpp"
#include "lepton/formats/package.hpp"
#include "lepton/kernels/build_info.hpp"
#include "lepton/op/spec.hpp"
#include "lepton/tasks/settings.hpp"
#include "lepton/tasks/task_list.hpp"

namespace lepton::tasks {
namespace {

// What the bits of a run depend on besides its settings and data.
std::vector<GivenSetting> this_program() {
  return {{"program", {"lepton " LEPTON_VERSION}},
          {"threads", {std::to_string(num_threads())}},
          {"instruction_set", {kernels::instruction_set()}},
          {"onednn", {kernels::onednn_version()}}};
}

}  // namespace

std::span<const TaskDef> all_tasks() {
  static const std::vector<TaskDef> table = {image_classification_task(), tabular_classification_task(), tabular_regression_task()};
  return table;
}

const TaskDef& get_task(std::string_view name) { return *find_row(all_tasks(), name, "task").value(); }

const TaskDef& task_of_package(const std::string& package) {
  const formats::Package opened = formats::Package::open(local_files(), package).value();
  const Json& task = *json_member(opened.manifest(), "task").value();
  return get_task(json_get<std::string>(task, "kind").value());
}

std::vector<AttributeDef> with_common_settings(std::vector<AttributeDef> own) {
  std::vector<AttributeDef> all = {{"data", "", any_value, "what to learn from", true},
                                   {"epochs", 10, positive, "passes over the training samples"},
                                   {"batch_size", 64, positive, "samples in a step"},
                                   {"seed", 0, non_negative, "of the split, the initial weights and the order"},
                                   {"validation", 0.1, probability, "share of the training samples kept for choosing the epoch"},
                                   {"test", 0.2, probability, "share kept for the test, unless the data has its own"},
                                   {"optimizer", "adam", any_value, "e.g. adam(0.001) or sgd(0.1, momentum=0.9)"},
                                   {"patience", 3, positive, "epochs without a better validation loss before the training ends"}};
  for (AttributeDef& setting : own) all.push_back(std::move(setting));
  return all;
}

Result<void> write_run_config(const std::string& run_folder, std::string_view task, const Attributes& settings,
                              const std::string& data_fingerprint) {
  Attributes all = settings;
  all.set("task", task);
  std::vector<GivenSetting> made_by = this_program();
  made_by.push_back({"data_fingerprint", {data_fingerprint}});
  return write_atomic(local_files(), join_path(run_folder, "config.yaml"), config_text(all, made_by));
}

std::vector<std::string> differences_from_here(std::span<const GivenSetting> made_by) {
  std::vector<std::string> differences;
  for (const GivenSetting& here : this_program()) {
    for (const GivenSetting& there : made_by) {
      if (there.key == here.key && there.values != here.values)
        differences.push_back(fmt::format("{} was {}, is {}", here.key, there.values.empty() ? "" : there.values[0], here.values[0]));
    }
  }
  return differences;
}

}  // namespace lepton::tasks
