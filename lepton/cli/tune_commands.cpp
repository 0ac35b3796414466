// tune: choosing settings.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>

#include "lepton/base/child_process.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/train/progress_bar.hpp"
#include "lepton/tune/tuner.hpp"

namespace lepton::cli {
namespace {

struct TuneArguments {
  std::string task, data, preset, folder, resume;
  std::vector<std::string> settings;           // key=value, or config files
  std::map<std::string, std::string> options;  // of the search, by name
  bool json = false;
};

// A word of the command line stands for the line of the section.
void set_word(tasks::ConfigNode& section, const std::string& key, const std::string& word) {
  section.kind = tasks::ConfigNode::Kind::kMap;
  std::erase_if(section.items, [&](const tasks::ConfigNode& node) { return node.key == key; });
  section.items.push_back({.kind = tasks::ConfigNode::Kind::kWord, .place = "--" + key, .key = key, .word = word});
}

// A bar below the lines of the trials that have ended.
class Display {
 public:
  void show(const tune::Progress& progress) {
    if (!progress.news.empty()) {
      fmt::print("{}{}\n", live_ ? "\r\033[K" : "", progress.news);
      std::fflush(stdout);
    }
    if (progress.total <= 0) return;
    if (!line_) line_ = std::make_unique<train::ProgressLine>("search", progress.total, live_ ? 1 : 0);
    line_->show(progress.done);
    open_ = progress.done < progress.total;
  }
  ~Display() {
    if (live_ && open_) fmt::print("\n");
  }

 private:
  bool live_ = isatty(STDOUT_FILENO) != 0;
  bool open_ = false;
  std::unique_ptr<train::ProgressLine> line_;
};

void print_result(const tune::TuneResult& result, const std::string& folder) {
  fmt::print("\n{}report: {}\n", tune::to_text(result.board), join_path(folder, "leaderboard.html"));
  if (!result.best_config.empty()) fmt::print("train the best: lepton train {}\n", result.best_config);
}

void tune_settings(const TuneArguments& arguments, Context& context) {
  std::vector<std::string> words = arguments.settings;
  if (!arguments.resume.empty()) {
    if (!words.empty() || !arguments.data.empty() || !arguments.preset.empty() || !arguments.task.empty())
      fail(ErrorCode::kInvalidArgument, "tune: --resume goes on with the settings of {}; change only options of the search",
           arguments.resume);
    words = {join_path(arguments.resume, "config.yaml")};
  }
  GivenConfig given = read_given(words);
  tune::TuneRequest request{.config = std::move(given.config), .cancel = context.cancel};
  request.task = !arguments.task.empty() ? arguments.task : !given.task.empty() ? given.task : "image-classification";
  if (!arguments.data.empty()) request.config.settings.push_back({"data", {arguments.data}});
  if (!arguments.preset.empty()) request.config.settings.push_back({"preset", {arguments.preset}});
  for (const auto& [key, word] : arguments.options) {
    if (!word.empty()) set_word(request.config.tune, key, word);
  }
  request.resume = !arguments.resume.empty();
  request.folder = request.resume ? arguments.resume : arguments.folder.empty() ? new_folder("tunes") : arguments.folder;
  request.program = {program_path()};
  tune::TuneResult result;
  {
    Display display;
    if (!arguments.json) {
      fmt::print("search folder: {}\n", request.folder);
      request.on_progress = [&](const tune::Progress& progress) { display.show(progress); };
    }
    result = tune::tune(request).value();
  }
  if (arguments.json) {
    Json json = tune::to_json(result.board);
    json.update({{"folder", request.folder}, {"best_config", result.best_config}, {"interrupted", result.interrupted}});
    print_json(json);
  } else {
    print_result(result, request.folder);
  }
  if (!result.interrupted) return;
  if (!arguments.json) fmt::print("interrupted; go on with: lepton tune --resume {}\n", request.folder);
  context.exit_code = error_code_info(ErrorCode::kCancelled).exit_code;
}

constexpr const char* kFooter = R"(A search is a section of the config:

  task: tabular-classification
  data: hmeq
  target: BAD
  optimizer: adam($rate)
  tune:
    method: random          # or grid, or halving
    trials: 20
    budget: 10m
    folds: 5
    space:
      hidden: [[64, 32], [128, 64], [256, 128]]
      dropout: {from: 0, to: 0.5}
      rate: {from: 1e-4, to: 1e-2, scale: log}   # a name of its own, mentioned as $rate

Without a space it trains one set of settings with folds or seeds, and says how sure its figure is. The test set stays closed.)";

}  // namespace

void add_tune(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("tune",
                         "Chooses settings by training many. Examples: lepton tune search.yaml --budget 10m; lepton tune config.yaml "
                         "--folds 5 --seeds 2; lepton tune --resume tunes/001");
  auto arguments = std::make_shared<TuneArguments>();
  command->add_option("--task", arguments->task, "what is predicted (default: image-classification)");
  command->add_option("--data", arguments->data, "what to learn from: a folder, a file, or the name of a known data set");
  command->add_option("--preset", arguments->preset, "settings for a start: fast, good or best; those that are given besides win");
  command->add_option("--folder", arguments->folder, "search folder (default: the next tunes/NNN)");
  command->add_option("--resume", arguments->resume, "search folder to go on with, e.g. with a larger --budget");
  for (const AttributeDef& setting : tune::tune_settings())
    command->add_option("--" + std::string(setting.name), arguments->options[std::string(setting.name)], std::string(setting.doc));
  command->add_flag("--json", arguments->json, "print the leaderboard as JSON");
  command->add_option("settings", arguments->settings, "YAML files with settings and a section `tune`, and key=value; later ones win");
  command->footer(kFooter);
  command->callback([=, &context] { context.run = [=, &context] { tune_settings(*arguments, context); }; });
}

}  // namespace lepton::cli
