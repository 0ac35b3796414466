// The child's own files say what it reached; of its words only the figures and the error line are read.
#include "lepton/tune/trial_runner.hpp"

#include "lepton/base/child_process.hpp"
#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"
#include "lepton/formats/package.hpp"

namespace lepton::tune {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// The line that says what went wrong: the last one of the program's errors.
std::string error_line(const ChildResult& child) {
  std::string_view last;
  for (const std::string_view line : split(child.errors, '\n')) {
    if (!trim(line).empty()) last = trim(line);
  }
  constexpr std::string_view kPrefix = "lepton: ";
  if (last.starts_with(kPrefix)) last.remove_prefix(kPrefix.size());
  if (child.exit_status >= 128)
    return fmt::format("it was ended by signal {}{}", child.exit_status - 128,
                       child.exit_status == 137 ? "; maybe memory ran out: use fewer jobs or a smaller batch_size" : "");
  return last.empty() ? fmt::format("it ended with exit code {}", child.exit_status) : to_valid_utf8(last);
}

class ChildTrainer {
 public:
  explicit ChildTrainer(ChildTrainerOptions options) : options_(std::move(options)) {}

  Result<RunOutcome> operator()(const RunSpec& spec, milliseconds left) const {
    auto outcome = run(spec, left);
    if (outcome || outcome.error().code() == ErrorCode::kDeadlineExceeded || outcome.error().code() == ErrorCode::kCancelled)
      return outcome;
    return RunOutcome{.figures = {}, .error = outcome.error().message()};
  }

 private:
  Result<RunOutcome> run(const RunSpec& spec, milliseconds left) const {
    const auto end = Clock::now() + left;
    const std::string folder = join_path(options_.folder, "trials/" + spec.name), package = join_path(folder, "model.lepton");
    RunOutcome outcome;
    LEPTON_CHECK_OK(write_settings(spec, folder));
    LEPTON_TRY(const bool trained, exists(local_files(), package));
    if (!trained) {
      const auto begin = Clock::now();
      LEPTON_TRY(outcome.error, train(spec, folder, left));
      outcome.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
      if (!outcome.error.empty()) return outcome;
      LEPTON_TRY(const bool there, exists(local_files(), package));
      if (!there) outcome.error = "the training gave no model: no epoch could be finished";
      if (!there) return outcome;
    }
    LEPTON_CHECK_OK(add_loss(package, outcome));
    const ChildOptions how = child_options(std::chrono::duration_cast<milliseconds>(end - Clock::now()));
    LEPTON_TRY(const ChildResult evaluated, run_child(command({"eval", folder, "--data", "val", "--json"}), how));
    if (evaluated.exit_status != 0) {
      outcome.error = error_line(evaluated);
      return outcome;
    }
    LEPTON_CHECK_OK(add_figures(evaluated.output, outcome));
    LEPTON_CHECK_OK(remove_all(local_files(), join_path(folder, "checkpoints")));
    return outcome;
  }

  std::vector<std::string> command(std::vector<std::string> words) const {
    words.insert(words.begin(), options_.program.begin(), options_.program.end());
    return words;
  }

  ChildOptions child_options(milliseconds left) const {
    return {.environment = {fmt::format("LEPTON_NUM_THREADS={}", options_.threads)},
            .ends_with_us = true,
            .cancel = options_.cancel,
            .deadline = std::max(left, milliseconds(0))};
  }

  std::string settings_path(const RunSpec& spec) const { return join_path(options_.folder, "settings/" + spec.name + ".yaml"); }

  // A run folder that other settings have left, e.g. of another search_seed, is no start.
  Result<void> write_settings(const RunSpec& spec, const std::string& run) const {
    tasks::ConfigFile config{.settings = {{"task", {options_.task}}}};
    config.settings.insert(config.settings.end(), spec.settings.begin(), spec.settings.end());
    const std::string text = tasks::config_text(config), path = settings_path(spec);
    const auto before = read_file(local_files(), path, std::uint64_t{2} << 20);
    if (before && *before == text) return {};
    LEPTON_CHECK_OK(remove_all(local_files(), run));
    LEPTON_CHECK_OK(local_files().make_folders(parent_folder(path)));
    return write_atomic(local_files(), path, text);
  }

  // An error text, empty if it trained.
  Result<std::string> train(const RunSpec& spec, const std::string& run, milliseconds left) const {
    LEPTON_TRY(const bool begun, exists(local_files(), join_path(run, "config.yaml")));
    LEPTON_TRY(const ChildResult trained,
               run_child(command({"train", settings_path(spec), begun ? "--resume" : "--run", run, "--json"}), child_options(left)));
    return trained.exit_status == 0 ? std::string() : error_line(trained);
  }

  static Result<void> add_loss(const std::string& package, RunOutcome& outcome) {
    LEPTON_TRY(const formats::Package opened, formats::Package::open(local_files(), package));
    LEPTON_TRY(const Json* task, json_member(opened.manifest(), "task"));
    LEPTON_TRY(const Json* validation, json_member(*task, "validation"));
    LEPTON_TRY(const double loss, json_get<double>(*validation, "loss"));
    outcome.figures["loss"] = {loss, {loss, loss}};
    return {};
  }

  static Result<void> add_figures(const std::string& text, RunOutcome& outcome) {
    LEPTON_TRY(const Json json, parse_json(text));
    LEPTON_TRY(const Json* figures, json_member(json, "figures"));
    for (const Json& figure : *figures) {
      LEPTON_TRY(const std::string name, json_get<std::string>(figure, "name"));
      LEPTON_TRY(const double value, json_get<double>(figure, "value"));
      LEPTON_TRY(const double low, json_get<double>(figure, "low"));
      LEPTON_TRY(const double high, json_get<double>(figure, "high"));
      outcome.figures[name] = {value, {low, high}};
    }
    return {};
  }

  ChildTrainerOptions options_;
};

}  // namespace

Json to_json(const RunOutcome& outcome) {
  Json figures = Json::object();
  for (const auto& [name, measured] : outcome.figures)
    figures[name] = {{"value", measured.value}, {"low", measured.interval.low}, {"high", measured.interval.high}};
  return {{"version", 1}, {"figures", figures}, {"seconds", outcome.seconds}, {"error", outcome.error}};
}

Result<RunOutcome> outcome_from_json(const Json& json) {
  RunOutcome outcome;
  LEPTON_TRY(outcome.seconds, json_get<double>(json, "seconds"));
  LEPTON_TRY(outcome.error, json_get<std::string>(json, "error"));
  LEPTON_TRY(const Json* figures, json_member(json, "figures"));
  if (!figures->is_object()) return Error(ErrorCode::kParseError, "figures is no object");
  for (const auto& [name, figure] : figures->items()) {
    LEPTON_TRY(const double value, json_get<double>(figure, "value"));
    LEPTON_TRY(const double low, json_get<double>(figure, "low"));
    LEPTON_TRY(const double high, json_get<double>(figure, "high"));
    outcome.figures[name] = {value, {low, high}};
  }
  return outcome;
}

Trainer child_trainer(ChildTrainerOptions options) { return ChildTrainer(std::move(options)); }

}  // namespace lepton::tune
