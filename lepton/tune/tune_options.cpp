// The section is settings like any other, and a space.
#include "lepton/tune/tune_options.hpp"

#include <algorithm>
#include <array>

#include "lepton/base/parallel.hpp"
#include "lepton/base/text.hpp"

namespace lepton::tune {
namespace {

using tasks::ConfigNode;
using tasks::GivenSetting;

constexpr std::int64_t kMaxTrials = 100'000, kMaxRepeats = 1000;
constexpr int kMaxJobs = 256, kUsualJobs = 8;

// Trials that differ in these would not be compared on the same samples, or would choose the test set.
constexpr std::array<std::string_view, 13> kFixed = {"data",      "target", "seed",  "split_seed", "folds",   "fold",       "validation",
                                                     "test_part", "test",   "group", "time",       "classes", "allow_leaks"};

Result<GivenSetting> setting_of(const ConfigNode& node) {
  GivenSetting setting{node.key, {}, node.place};
  if (node.kind == ConfigNode::Kind::kWord) setting.values = {node.word};
  if (node.kind == ConfigNode::Kind::kMap || node.kind == ConfigNode::Kind::kList)
    return make_error(ErrorCode::kInvalidArgument, "{}: {} must be one word or number", node.place, node.key);
  return setting;
}

Result<Method> method_of(const std::string& word) {
  if (word == "grid") return Method::kGrid;
  if (word == "random") return Method::kRandom;
  if (word == "halving") return Method::kHalving;
  return make_error(ErrorCode::kInvalidArgument, "method must be grid, random or halving (got '{}')", word);
}

Result<void> check_space(const TuneOptions& options) {
  for (const Dimension& dimension : options.space.dimensions()) {
    const auto refuse = [&](std::string_view why) {
      return make_error(ErrorCode::kInvalidArgument, "{}: {} cannot be searched: {}", dimension.place, dimension.name, why);
    };
    if (std::ranges::find(kFixed, dimension.name) != kFixed.end())
      return refuse("trials must have the same data, validation and test samples; use `folds` and `seeds` of tune");
    if ((dimension.name == "epochs" || dimension.name == "preset") && options.method == Method::kHalving)
      return refuse("method halving gives all trials their epochs");
  }
  return {};
}

Result<void> check_end(const TuneOptions& options, bool varies) {
  if (options.method == Method::kGrid && options.trials != 0)
    return Error(ErrorCode::kInvalidArgument, "tune: a grid has as many trials as points; leave out trials, or use method: random");
  if (options.method != Method::kGrid && varies && options.trials == 0 && options.budget.count() == 0)
    return Error(ErrorCode::kInvalidArgument, "tune: say when to stop: trials, e.g. 20, or budget, e.g. 10m");
  return {};
}

std::string plain(std::string_view word) {
  std::string text = to_lower_ascii(word);
  std::ranges::replace(text, '_', ' ');
  return text;
}

}  // namespace

std::span<const AttributeDef> tune_settings() {
  static const std::vector<AttributeDef> table = {
      {"method", "random", any_value, "grid (every point), random, or halving (many trials of few epochs, the best go on with more)"},
      {"trials", 0, non_negative, "points to try; 0: as many as the budget allows, or the whole grid"},
      {"budget", "", any_value, "time for all of it, e.g. 10m or 1h30m; what has not finished by then is stopped"},
      {"folds", 0, non_negative, "cross-validation over the samples outside the test; 0: one validation part"},
      {"seeds", 1, positive, "trainings of each trial, with seeds that follow the config's"},
      {"jobs", 0, non_negative, "trainings side by side, each with its share of the threads; 0: one for each thread, 8 at most"},
      {"metric", "", any_value, "figure to compare by; by itself the first of the task"},
      {"reduction", 3, positive, "of halving: one in so many trials goes on, with so many times the epochs"},
      {"search_seed", 0, non_negative, "of random points"}};
  return table;
}

Result<std::chrono::seconds> duration_from_text(std::string_view text) {
  const auto wrong = [&] {
    return make_error(ErrorCode::kInvalidArgument, "a duration is written like 90s, 10m or 1h30m (got '{}')", text);
  };
  std::int64_t seconds = 0;
  std::int64_t last = 24 * 3600 + 1;  // units get smaller
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::int64_t count = 0;
    const std::size_t begin = i;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && count < 1'000'000; ++i) count = 10 * count + (text[i] - '0');
    const char unit = i < text.size() ? text[i] : '\0';
    const std::int64_t factor = unit == 'd' ? 24 * 3600 : unit == 'h' ? 3600 : unit == 'm' ? 60 : unit == 's' ? 1 : 0;
    if (i == begin || factor == 0 || factor >= last) return wrong();
    seconds += count * factor;
    last = factor;
  }
  if (seconds == 0) return wrong();
  return std::chrono::seconds(seconds);
}

Result<tasks::Objective> objective_of(const tasks::TaskDef& task, const std::string& word) {
  if (task.objectives.empty()) return make_error(ErrorCode::kUnsupported, "tune: the task {} has no figure to compare by", task.name);
  if (word.empty()) return task.objectives.front();
  std::vector<std::string> names;
  for (const tasks::Objective& objective : task.objectives) {
    if (plain(objective.name) == plain(word)) return objective;
    names.emplace_back(objective.name);
  }
  return make_error(ErrorCode::kInvalidArgument, "metric must be {} (got '{}'){}", join(names, ", "), word, did_you_mean(word, names));
}

Result<TuneOptions> tune_options_from(const ConfigNode& section, const tasks::TaskDef& task) {
  std::vector<GivenSetting> given;
  const ConfigNode nothing;
  const ConfigNode* space = &nothing;
  for (const ConfigNode& node : section.items) {
    if (node.key == "space") {
      space = &node;
      continue;
    }
    LEPTON_TRY(GivenSetting setting, setting_of(node));
    given.push_back(std::move(setting));
  }
  LEPTON_TRY(const Attributes settings, tasks::settings_from("tune", tune_settings(), given));
  const auto at = [&](std::string_view key, const Error& error) {
    const ConfigNode* node = section.find(key);
    return node == nullptr || node->place.empty() ? error : error.with_context(node->place);
  };
  TuneOptions options{.trials = settings.integer("trials"),
                      .folds = settings.integer("folds"),
                      .seeds = settings.integer("seeds"),
                      .reduction = settings.integer("reduction"),
                      .search_seed = static_cast<std::uint64_t>(settings.integer("search_seed")),
                      .space = {}};
  const auto method = method_of(settings.text("method"));
  if (!method) return at("method", method.error());
  options.method = *method;
  if (!settings.text("budget").empty()) {
    const auto budget = duration_from_text(settings.text("budget"));
    if (!budget) return at("budget", budget.error().with_context("budget"));
    options.budget = *budget;
  }
  const auto too_many = [&](std::string_view key, std::int64_t least, std::int64_t most) -> Result<void> {
    const std::int64_t value = settings.integer(key);
    if (value >= least && value <= most) return {};
    return at(key, make_error(ErrorCode::kInvalidArgument, "{} must be {} to {} (got {})", key, least, most, value));
  };
  LEPTON_CHECK_OK(too_many("trials", 0, kMaxTrials));
  LEPTON_CHECK_OK(too_many("folds", 0, kMaxRepeats));
  LEPTON_CHECK_OK(too_many("seeds", 1, kMaxRepeats));
  LEPTON_CHECK_OK(too_many("jobs", 0, kMaxJobs));
  LEPTON_CHECK_OK(too_many("reduction", 2, kMaxRepeats));
  if (options.folds == 1) return at("folds", Error(ErrorCode::kInvalidArgument, "folds must be 2 or more, or 0 for none (got 1)"));
  const auto jobs = static_cast<int>(settings.integer("jobs"));
  options.jobs = jobs > 0 ? jobs : std::min(num_threads(), kUsualJobs);
  const auto objective = objective_of(task, settings.text("metric"));
  if (!objective) return at("metric", objective.error());
  options.objective = *objective;
  LEPTON_TRY(options.space, SearchSpace::from(*space, task.settings));
  LEPTON_CHECK_OK(check_space(options));
  LEPTON_CHECK_OK(check_end(options, !options.space.dimensions().empty()));
  return options;
}

}  // namespace lepton::tune
