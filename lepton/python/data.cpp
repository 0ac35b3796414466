// Data and tasks as the command line has them: look, find, train, evaluate, predict.
#include <chrono>
#include <future>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/inspect/inspect.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/formats/package.hpp"
#include "lepton/python/bindings.hpp"
#include "lepton/tasks/export.hpp"
#include "lepton/tasks/model_codec.hpp"
#include "lepton/tasks/runs.hpp"
#include "lepton/tasks/settings.hpp"
#include "lepton/tasks/task.hpp"

namespace lepton::python {
namespace {

// Works in a thread of its own, so that this one can hear Ctrl-C; `cancel` then ends the work, and the interrupt goes on to the user.
template <class Work>
auto run_interruptible(std::atomic<bool>& cancel, Work work) {
  std::future<decltype(work())> result;
  {
    const nb::gil_scoped_release release;
    result = std::async(std::launch::async, std::move(work));
  }
  for (;;) {
    {
      const nb::gil_scoped_release release;
      if (result.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready) break;
    }
    if (PyErr_CheckSignals() == 0) continue;
    nb::python_error interrupt;
    cancel = true;
    const nb::gil_scoped_release release;
    result.wait();
    throw interrupt;
  }
  return result.get();
}

nb::dict train(std::string task_name, std::string config, const nb::dict& settings, const std::string& run_folder, bool resume,
               int verbose) {
  std::vector<tasks::GivenSetting> given;
  if (resume && config.empty()) config = join_path(run_folder, "config.yaml");
  if (!config.empty()) given = tasks::read_config_file(local_files(), config).value().settings;
  if (const auto named = std::ranges::find(given, "task", &tasks::GivenSetting::key); named != given.end()) {
    if (task_name.empty() && named->values.size() == 1) task_name = named->values[0];
    given.erase(named);
  }
  const tasks::TaskDef& task = tasks::get_task(task_name.empty() ? "image-classification" : task_name);
  for (const auto& [key, value] : settings) given.push_back({nb::cast<std::string>(key), nb::cast<std::vector<std::string>>(value), ""});
  given = tasks::with_preset(task, std::move(given)).value();
  std::atomic<bool> cancel = false;
  const tasks::TrainRequest request{.settings = tasks::settings_from(task.name, task.settings, given).value(),
                                    .run_folder = run_folder,
                                    .resume = resume,
                                    .verbose = verbose,
                                    .cancel = &cancel};
  const tasks::TrainResult result = run_interruptible(cancel, [&] { return task.train(request); }).value();
  nb::dict made;
  made["run"] = run_folder;
  made["model"] = result.package;
  made["best_epoch"] = result.best_epoch;
  made["validation"] = to_dict(result.validation);
  made["stop_reason"] = result.stop_reason;
  return made;
}

nb::list runs(const std::string& folder) {
  nb::list all;
  const std::vector<tasks::Run> found = tasks::runs_below(folder).value();
  for (const tasks::Run& run : found) {
    nb::dict settings, made;
    for (const auto& [key, value] : run.settings) settings[nb::cast(key)] = nb::cast(value);
    made["run"] = run.folder;
    made["settings"] = settings;
    made["validation"] = to_dict(run.validation);
    all.append(made);
  }
  return all;
}

nb::dict export_task(const std::string& model, const std::string& out, bool external_weights) {
  const tasks::ExportRequest request{.model = model, .out = out, .external_weights = external_weights};
  std::atomic<bool> cancel = false;
  const tasks::ExportReport report = run_interruptible(cancel, [&] { return tasks::export_model(request); }).value();
  nb::dict made;
  made["files"] = nb::cast(report.result.paths);
  made["inputs"] = report.inputs_from;
  made["samples"] = report.samples;
  made["largest_relative_difference"] = report.result.difference;
  return made;
}

nb::dict evaluate(const std::string& run_folder, const std::string& part) {
  const tasks::TaskDef& task = tasks::task_of_package(join_path(run_folder, "model.lepton"));
  std::atomic<bool> cancel = false;
  const tasks::EvaluationResult result = run_interruptible(cancel, [&] { return task.evaluate(run_folder, part); }).value();
  nb::dict figures;
  for (const train::Figure& figure : result.figures)
    figures[nb::cast(figure.name)] = nb::make_tuple(figure.value, figure.interval.low, figure.interval.high);
  nb::dict made;
  made["report"] = result.report;
  made["samples"] = result.samples;
  made["openings"] = result.openings;
  made["figures"] = figures;
  return made;
}

nb::list predict(const std::string& package, const std::vector<std::string>& paths) {
  std::atomic<bool> cancel = false;
  const std::vector<tasks::PredictionRow> rows =
      run_interruptible(cancel, [&] { return tasks::predict_files(package, paths, nullptr); }).value();
  nb::list all;
  for (const tasks::PredictionRow& row : rows) {
    nb::dict made;
    made["input"] = row.input;
    made["said"] = row.said;
    made["probabilities"] = to_dict(row.probabilities);
    all.append(made);
  }
  return all;
}

nb::dict task_table() {
  nb::dict table;
  for (const tasks::TaskDef& task : tasks::all_tasks()) {
    nb::dict settings;
    for (const AttributeDef& setting : task.settings)
      settings[nb::cast(std::string(setting.name))] =
          nb::make_tuple(setting.required ? nb::none() : to_python(setting.default_value), nb::cast(std::string(setting.doc)));
    table[nb::cast(std::string(task.name))] = nb::make_tuple(nb::cast(std::string(task.summary)), settings);
  }
  return table;
}

}  // namespace

void bind_data(nb::module_& module) {
  module.def("train_task", &train, nb::arg("task"), nb::arg("config"), nb::arg("settings"), nb::arg("run"), nb::arg("resume"),
             nb::arg("verbose"));
  module.def("task_runs", &runs, nb::arg("folder"));
  module.def("export_task", &export_task, nb::arg("model"), nb::arg("out"), nb::arg("external_weights"));
  module.def("evaluate_task", &evaluate, nb::arg("run"), nb::arg("part"));
  module.def("predict_task", &predict, nb::arg("package"), nb::arg("paths"));
  module.def("task_table", &task_table);
  module.def("manifest", [](const std::string& path) { return to_python(formats::Package::open(local_files(), path).value().manifest()); });
  module.def("inspect_data", [](const std::string& path) {
    std::atomic<bool> cancel = false;
    const data::Inspection found = run_interruptible(cancel, [&] { return data::inspect(local_files(), path); }).value();
    return to_python(data::to_json(found));
  });
  module.def("named_data", [] {
    nb::dict all;
    for (const data::NamedDatasetInfo& info : data::named_datasets())
      all[nb::cast(std::string(info.name))] = nb::make_tuple(nb::cast(std::string(info.summary)), nb::cast(std::string(info.terms)));
    return all;
  });
  module.def("locate_data", [](const std::string& name) {
    const nb::gil_scoped_release release;
    return data::locate_named_dataset(local_files(), name).value();
  });
}

}  // namespace lepton::python
