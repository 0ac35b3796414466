// demo, train, eval and predict.
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
#include "lepton/tasks/image_classification.hpp"

namespace lepton::cli {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::string new_run_folder() {
  for (int number = 1;; ++number) {
    std::string folder = fmt::format("runs/{:03}", number);
    if (!exists(local_files(), folder).value()) return folder;
  }
}

void print_run(const tasks::ImageRun& run) {
  if (run.best_epoch == 0) {
    fmt::print("no epoch was finished; go on with --resume\n");
    return;
  }
  fmt::print("\nbest epoch {} on the validation samples:", run.best_epoch);
  for (const auto& [key, value] : run.validation) fmt::print("  {} {:.4f}", key, value);
  fmt::print("\nmodel: {}\n", run.package);
  if (!run.stop_reason.empty()) fmt::print("training ended early: {}\n", run.stop_reason);
}

void print_evaluation(const tasks::ImageEvaluation& e, const std::string& part) {
  fmt::print("{} accuracy {:.2f} % (95 % interval {:.2f} to {:.2f}), {} of {} right; always saying the most frequent class: {:.1f} %\n",
             part, 100 * e.accuracy, 100 * e.accuracy_low, 100 * e.accuracy_high, e.right, e.samples, 100 * e.majority);
  if (e.openings > 0) fmt::print("the test set of this data was opened {} time{} so far\n", e.openings, e.openings == 1 ? "" : "s");
  fmt::print("report: {}\n", e.report);
}

void print_predictions(const std::vector<tasks::ImagePrediction>& predictions, bool as_json) {
  if (as_json) {
    Json list = Json::array();
    for (const auto& p : predictions) {
      Json probabilities = Json::object();
      for (const auto& [label, value] : p.probabilities) probabilities[label] = value;
      list.push_back({{"file", p.file}, {"label", p.label}, {"probabilities", probabilities}});
    }
    fmt::print("{}\n", dump_json(list, JsonStyle::kIndented));
    return;
  }
  for (const auto& p : predictions) {
    fmt::print("{:<40} {:<14} {:5.1f} %", p.file, p.label, 100 * p.probabilities[0].second);
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
  tasks::ImageTrainingConfig config{.data = "fashion-mnist", .run_folder = folder, .epochs = epochs};
  const auto begin = Clock::now();
  const tasks::ImageRun run = tasks::train_images(config, context.cancel).value();
  print_run(run);
  fmt::print("trained in {:.0f} s\n\n", seconds_since(begin));
  if (run.interrupted || run.best_epoch == 0) return;
  fmt::print("Opening the test set, once:\n");
  print_evaluation(tasks::evaluate_images(folder, "test").value(), "test");
  fmt::print("\nTen test pictures through the package (file names tell the truth):\n");
  print_predictions(tasks::predict_images(run.package, some_test_pictures(folder, config.data)).value(), false);
  fmt::print("\nTry next:\n  lepton data inspect DIR\n  lepton train data=DIR epochs=10\n  lepton predict {} PICTURE…\n", run.package);
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

void add_train(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("train", "Trains a model. Example: lepton train data=pictures epochs=10 batch_size=32");
  auto task = std::make_shared<std::string>("image-classification");
  auto data = std::make_shared<std::string>(), resume = std::make_shared<std::string>(), run = std::make_shared<std::string>();
  auto settings = std::make_shared<std::vector<std::string>>();
  command->add_option("--task", *task, "what is predicted")->check(CLI::IsMember({"image-classification"}));
  command->add_option("--data", *data, "folder of classes, IDX or NPZ files, or the name of a known data set");
  command->add_option("--run", *run, "run folder (default: the next runs/NNN)");
  command->add_option("--resume", *resume, "run folder of an interrupted training");
  command->add_option("settings", *settings,
                      "key=value: epochs, batch_size, seed, validation, test, optimizer, patience, data, allow_leaks");
  command->callback([=, &context] {
    context.run = [=, &context] {
      tasks::ImageTrainingConfig config;
      std::vector<std::string> all = *settings;
      if (!resume->empty()) {
        // The config of the run is what goes on; only later settings change it.
        const Json old = parse_json(read_file(local_files(), join_path(*resume, "config.json"), 1 << 20).value()).value();
        for (const auto& [key, value] : old.items()) {
          if (key == "task" || key == "threads" || value.is_array()) continue;
          tasks::set_from_text(config, key, value.is_string() ? value.get<std::string>() : value.dump()).value();
        }
        for (const Json& id : old.at("allow_leaks")) config.allow_leaks.push_back(id.get<std::string>());
        config.resume = true;
        config.run_folder = *resume;
      }
      for (const std::string& setting : all) {
        const std::size_t equals = setting.find('=');
        if (equals == std::string::npos) fail(ErrorCode::kInvalidArgument, "train: '{}' must be key=value", setting);
        tasks::set_from_text(config, setting.substr(0, equals), setting.substr(equals + 1)).value();
      }
      if (!data->empty()) config.data = *data;
      if (config.data.empty())
        fail(ErrorCode::kInvalidArgument, "train: say what to learn from with --data (a folder, or a name from 'lepton data list')");
      if (config.run_folder.empty()) config.run_folder = run->empty() ? new_run_folder() : *run;
      fmt::print("run folder: {}\n", config.run_folder);
      const tasks::ImageRun result = tasks::train_images(config, context.cancel).value();
      print_run(result);
      if (result.interrupted) {
        fmt::print("interrupted; go on with: lepton train --resume {}\n", config.run_folder);
        context.exit_code = error_code_info(ErrorCode::kCancelled).exit_code;
      }
    };
  });
}

void add_eval(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("eval", "Evaluates a run and writes its report. Example: lepton eval runs/001 --data test");
  auto run = std::make_shared<std::string>(), part = std::make_shared<std::string>("val");
  command->add_option("run", *run, "run folder")->required();
  command->add_option("--data", *part, "val, train, or test: opening the test set is counted")
      ->check(CLI::IsMember({"train", "val", "test"}));
  command->callback([=, &context] { context.run = [=] { print_evaluation(tasks::evaluate_images(*run, *part).value(), *part); }; });
}

void add_predict(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("predict", "Predicts pictures. Example: lepton predict model.lepton a.png b.jpg --json");
  auto model = std::make_shared<std::string>();
  auto paths = std::make_shared<std::vector<std::string>>();
  auto as_json = std::make_shared<bool>(false);
  command->add_option("model", *model, "a .lepton package")->required();
  command->add_option("files", *paths, "picture files, or a folder of them")->required();
  command->add_flag("--json", *as_json, "print JSON");
  command->callback([=, &context] {
    context.run = [=] {
      std::vector<std::string> all;
      for (const std::string& path : *paths) {
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
      print_predictions(tasks::predict_images(*model, all).value(), *as_json);
    };
  });
}

}  // namespace lepton::cli
