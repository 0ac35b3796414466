// demo, train, eval and predict.
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/data/image/codec.hpp"
#include "lepton/data/picture_source.hpp"
#include "lepton/data/split.hpp"
#include "lepton/formats/graph_file.hpp"
#include "lepton/tasks/model_codec.hpp"
#include "lepton/tasks/settings.hpp"
#include "lepton/tasks/task.hpp"
#include "lepton/zoo/keras_files/keras_file.hpp"

namespace lepton::cli {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

void print_run(const tasks::TrainResult& run) {
  if (run.best_epoch == 0) {
    fmt::print("no epoch was finished; go on with --resume\n");
    return;
  }
  fmt::print("\nbest epoch {} on the validation samples:", run.best_epoch);
  for (const auto& [key, value] : run.validation) fmt::print("  {} {:.4f}", key, value);
  fmt::print("\nmodel: {}\n", run.package);
  if (!run.stop_reason.empty()) fmt::print("training ended early: {}\n", run.stop_reason);
}

Json to_json(const tasks::EvaluationResult& e) {
  Json figures = Json::array();
  for (const train::Figure& f : e.figures)
    figures.push_back({{"name", f.name}, {"value", f.value}, {"low", f.interval.low}, {"high", f.interval.high}});
  return {{"samples", e.samples}, {"openings", e.openings}, {"figures", figures}, {"report", e.report}};
}

void print_evaluation(const tasks::EvaluationResult& e, const std::string& part, bool as_json) {
  if (as_json) return print_json(to_json(e));
  fmt::print("{}: {} samples; figures with 95 % intervals\n", part, e.samples);
  for (const train::Figure& f : e.figures) {
    fmt::print("  {:<56} {:.4f}  ({:.4f} to {:.4f}){}\n", f.name, f.value, f.interval.low, f.interval.high,
               f.note.empty() ? "" : "  " + f.note);
  }
  if (e.openings > 0) fmt::print("the test set of this data was opened {} time{} so far\n", e.openings, e.openings == 1 ? "" : "s");
  fmt::print("report: {}\n", e.report);
}

void print_predictions(const std::vector<tasks::PredictionRow>& predictions, bool as_json) {
  if (as_json) {
    Json list = Json::array();
    for (const auto& p : predictions) {
      Json row = {{"input", p.input}, {"said", p.said}};
      for (const auto& [label, value] : p.probabilities) row["probabilities"][label] = value;
      list.push_back(std::move(row));
    }
    return print_json(list);
  }
  for (const auto& p : predictions) {
    fmt::print("{:<40} {:<14}", p.input, p.said);
    if (!p.probabilities.empty()) fmt::print(" {:5.1f} %", 100 * p.probabilities[0].second);
    if (p.probabilities.size() > 1) fmt::print("   (then {} {:.1f} %)", p.probabilities[1].first, 100 * p.probabilities[1].second);
    fmt::print("\n");
  }
}

// Writes ten test pictures as PNG files and returns their names.
std::vector<std::string> some_test_pictures(const std::string& folder, const std::string& data_name) {
  FileSystem& files = local_files();
  const data::ImageRecipe recipe = data::suggest_image_recipe(files, data_name).value();
  const data::DatasetHandle dataset = data::open_pictures(files, data_name, recipe).value();
  const std::vector<std::int64_t> rows = data::official_indices(*dataset, "test");
  files.make_folders(join_path(folder, "pictures")).value();
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < 10 && i < rows.size(); ++i) {
    const std::string label = dataset->target().label_names[static_cast<std::size_t>(dataset->label(rows[i]))];
    std::string name = label;
    std::ranges::replace(name, '/', '_');
    std::ranges::replace(name, ' ', '_');
    paths.push_back(join_path(folder, fmt::format("pictures/{}_{}.png", i, name)));
    write_atomic(files, paths.back(), data::encode_png(dataset->picture(rows[i]).value()).value()).value();
  }
  return paths;
}

void demo_fashion(const Context& context, std::int64_t epochs) {
  const std::string folder = "runs/demo-fashion";
  fmt::print("Fashion-MNIST: 60,000 pictures to learn from, 10,000 to test. Looking for copies across the split first.\n");
  const tasks::TaskDef& task = tasks::get_task("image-classification");
  const std::string data_name = "fashion-mnist";
  const Attributes settings = complete_attributes(task.name, task.settings, {{"data", data_name}, {"epochs", epochs}}).value();
  const auto begin = Clock::now();
  const tasks::TrainResult run = task.train({.settings = settings, .run_folder = folder, .cancel = context.cancel}).value();
  print_run(run);
  fmt::print("trained in {:.0f} s\n\n", seconds_since(begin));
  if (run.interrupted || run.best_epoch == 0) return;
  fmt::print("Opening the test set, once:\n");
  print_evaluation(task.evaluate(folder, "test").value(), "test", false);
  fmt::print("\nTen test pictures through the package (file names tell the truth):\n");
  const std::vector<std::string> pictures = some_test_pictures(folder, data_name);
  print_predictions(tasks::predict_files(run.package, pictures, nullptr).value(), false);
  demonstrate_serving(run.package, pictures.front());
  fmt::print("\nTry next:\n  lepton data inspect DIR\n  lepton train data=DIR epochs=10\n  lepton predict {} PICTURE…\n  lepton serve {}\n",
             run.package, run.package);
}

}  // namespace

void add_demo(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("demo", "A complete example on real data. Example: lepton demo fashion");
  auto name = std::make_shared<std::string>("fashion");
  auto epochs = std::make_shared<std::int64_t>(20);
  command->add_option("name", *name, "fashion")->check(CLI::IsMember({"fashion"}));
  command->add_option("--epochs", *epochs, "passes over the training pictures");
  command->callback([&context, epochs] { context.run = [&context, epochs] { demo_fashion(context, *epochs); }; });
}

namespace {

struct TrainArguments {
  std::string task, data, from, preset, resume, run, profile;
  std::vector<std::string> settings;  // key=value, or config files
  bool json = false;
};

void train(TrainArguments arguments, Context& context) {
  std::vector<std::string> words = arguments.settings;
  if (!arguments.resume.empty()) words.insert(words.begin(), join_path(arguments.resume, "config.yaml"));
  const GivenConfig read = read_given(words);
  std::vector<tasks::GivenSetting> given = read.config.settings;
  if (!arguments.data.empty()) given.push_back({"data", {arguments.data}});
  if (!arguments.from.empty()) given.push_back({"from", {arguments.from}});
  if (!arguments.preset.empty()) given.push_back({"preset", {arguments.preset}});
  const std::string& name = arguments.task.empty() ? read.task : arguments.task;
  const tasks::TaskDef& task = tasks::get_task(name.empty() ? "image-classification" : name);
  given = tasks::with_preset(task, std::move(given)).value();
  tasks::TrainRequest request{.cancel = context.cancel};
  request.settings = tasks::settings_from(task.name, task.settings, given).value();
  request.resume = !arguments.resume.empty();
  request.run_folder = request.resume ? arguments.resume : arguments.run.empty() ? new_folder("runs") : arguments.run;
  request.verbose = arguments.json ? 0 : 1;
  request.profile = arguments.profile;
  if (!arguments.json) fmt::print("run folder: {}\n", request.run_folder);
  const tasks::TrainResult result = task.train(request).value();
  if (arguments.json) {
    Json validation = Json::object();
    for (const auto& [key, value] : result.validation) validation[key] = value;
    print_json({{"run", request.run_folder},
                {"model", result.package},
                {"best_epoch", result.best_epoch},
                {"validation", validation},
                {"interrupted", result.interrupted}});
  } else {
    print_run(result);
  }
  if (!result.interrupted) return;
  if (!arguments.json) fmt::print("interrupted; go on with: lepton train --resume {}\n", request.run_folder);
  context.exit_code = error_code_info(ErrorCode::kCancelled).exit_code;
}

std::string settings_help() {
  std::string text = "Settings, by task:\n";
  for (const tasks::TaskDef& task : tasks::all_tasks()) {
    text += fmt::format("\n{}: {}\n", task.name, task.summary);
    for (const tasks::Preset& preset : task.presets)
      text += fmt::format("  preset={:<5} {}: {}\n", preset.name, preset.summary, fmt::join(preset.settings, " "));
    for (const AttributeDef& setting : task.settings) {
      text += fmt::format("  {:<12} {} ({})\n", setting.name, setting.doc,
                          setting.required ? std::string("needed") : "default " + setting.default_value.to_string());
    }
  }
  return text;
}

}  // namespace

void add_train(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "train",
      "Trains a model. Examples: lepton train data=pictures epochs=10; lepton train --task tabular-classification data=rows.csv "
      "target=outcome; lepton train config.yaml seed=2");
  auto arguments = std::make_shared<TrainArguments>();
  command->add_option("--task", arguments->task, "what is predicted (default: image-classification)");
  command->add_option("--data", arguments->data, "what to learn from: a folder, a file, or the name of a known data set");
  command->add_option("--from", arguments->from, "trained weights to start from: efficientnet-lite0, a .lepton package, an ONNX file");
  command->add_option("--preset", arguments->preset, "settings for a start: fast, good or best; those that are given besides win");
  command->add_option("--run", arguments->run, "run folder (default: the next runs/NNN)");
  command->add_option("--resume", arguments->resume, "run folder of an interrupted training");
  command->add_option("--profile", arguments->profile, "file for the times of operators in five steps (chrome://tracing, Perfetto)");
  command->add_flag("--json", arguments->json, "print the result as JSON");
  command->add_option("settings", arguments->settings, "key=value, or a YAML file of settings; later ones win");
  command->footer(settings_help());
  command->callback([=, &context] { context.run = [=, &context] { train(*arguments, context); }; });
}

void add_eval(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("eval", "Evaluates a run and writes its report. Example: lepton eval runs/001 --data test");
  auto run = std::make_shared<std::string>(), part = std::make_shared<std::string>("val");
  auto as_json = std::make_shared<bool>(false);
  command->add_option("run", *run, "run folder")->required();
  command->add_option("--data", *part, "val, train, or test: opening the test set is counted")
      ->check(CLI::IsMember({"train", "val", "test"}));
  command->add_flag("--json", *as_json, "print JSON");
  command->callback([=, &context] {
    context.run = [=] {
      const tasks::TaskDef& task = tasks::task_of_package(join_path(*run, "model.lepton"));
      print_evaluation(task.evaluate(*run, *part).value(), *part, *as_json);
    };
  });
}

void add_predict(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("predict",
                                     "Predicts pictures or rows of tables. Examples: lepton predict model.lepton a.png b.jpg --json; "
                                     "lepton predict model.lepton rows.csv; lepton predict model.onnx inputs.npz");
  auto model = std::make_shared<std::string>();
  auto arguments = std::make_shared<PredictArguments>();
  command->add_option("model", *model, "a .lepton package, or an ONNX, TensorFlow Lite or Keras file")->required();
  command
      ->add_option("files", arguments->paths,
                   "picture or CSV files, or a folder of them; for models of other programs .npz or .npy with the inputs")
      ->required();
  command->add_option("--out", arguments->out, "for models of other programs: .npz file for the results");
  command->add_flag("--json", arguments->json, "print JSON");
  command->add_option("--profile", arguments->profile, "file for the times of operators (chrome://tracing, Perfetto)");
  command->callback([=, &context] {
    context.run = [=] {
      if (formats::is_graph_file(*model)) return predict_graph_file(*model, *arguments);
      if (zoo::is_keras_file(*model)) return predict_keras_file(*model, *arguments);
      if (!arguments->out.empty()) fail(ErrorCode::kInvalidArgument, "--out is for models of other programs; use --json");
      std::vector<std::string> all;
      for (const std::string& path : arguments->paths) {
        const FileInfo info = local_files().stat(path).value();
        if (info.kind != FileKind::kFolder) {
          all.push_back(path);
          continue;
        }
        const auto entries = local_files().list_folder(path).value();
        for (const FolderEntry& entry : entries) {
          if (entry.kind == FileKind::kRegular) all.push_back(join_path(path, entry.name));
        }
      }
      predict_profiled(*arguments, [&](runtime::Profile* profile) {
        print_predictions(tasks::predict_files(*model, all, profile).value(), arguments->json);
      });
    };
  });
}

}  // namespace lepton::cli
