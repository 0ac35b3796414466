// The search: trials are drawn and their trainings handed to workers, stage by stage; what has finished is on disk before anything else.
#include "lepton/tune/tuner.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/parallel.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"
#include "lepton/tune/internal/search_state.hpp"
#include "lepton/tune/latency.hpp"
#include "lepton/tune/schedule.hpp"

namespace lepton::tune {
namespace {

using Clock = std::chrono::steady_clock;
using tasks::GivenSetting;

constexpr double kForever = 1e8;        // seconds
constexpr std::int64_t kHopeless = 10;  // so many trials failed, and none finished: the rest would, too
constexpr std::size_t kMeasured = 30;   // the first so many entries have their cost measured

struct Trial {
  std::int64_t number = 0;  // from 1
  Point point;
  std::vector<GivenSetting> settings;  // of the config and the point, preset resolved
  std::int64_t epochs = 0;
  std::int64_t rung = 0;
  std::vector<RunSpec> runs;  // of this rung
  std::vector<std::optional<RunOutcome>> outcomes;
  std::size_t left = 0;  // runs that have not ended
  bool begun = false, stopped = false;
  std::string error;
  std::optional<Entry> previous;  // of the rung before: what it is worth if this one comes to no end
};

// A part of the search: the trials that it takes up, one after the other, and the time after which it takes up no more.
struct Stage {
  std::function<Trial*()> next;
  double end_seconds = 0;  // of the search's time; 0: none
};

// The settings of a point, preset resolved.
std::vector<GivenSetting> settings_of(const TuneRequest& request, const tasks::TaskDef& task, const Point& point) {
  return tasks::with_preset(task, with_point(request.config.settings, point, task.settings).value()).value();
}

Attributes complete(const tasks::TaskDef& task, const std::vector<GivenSetting>& settings) {
  return tasks::settings_from(task.name, task.settings, settings).value();
}

// Wrong settings end the search before hours are spent on it and before anything is written.
void check_settings(const TuneRequest& request, const tasks::TaskDef& task, const TuneOptions& options) {
  if (options.method == Method::kGrid) (void)options.space.grid_size().value();
  const std::vector<Point> probes = options.space.probes();
  for (const Point& point : probes) {
    const Attributes settings = complete(task, settings_of(request, task, point));
    if (!settings.has("split_seed") && (options.folds > 0 || options.seeds > 1))
      fail(ErrorCode::kUnsupported, "tune: the task {} cannot be trained with several folds or seeds of one split", task.name);
  }
}

class Search {
 public:
  Search(const TuneRequest& request, const tasks::TaskDef& task, TuneOptions options)
      : request_(request), task_(task), options_(std::move(options)), state_(request.folder), draws_(options_.space, options_.search_seed) {
    seconds_before_ = state_.seconds_before();
  }

  TuneResult run();

 private:
  Trial* add_trial(std::int64_t epochs);
  void set_runs(Trial& trial, std::int64_t epochs, std::int64_t rung);
  std::optional<Point> next_point();
  void run_grid_or_random();
  void run_halving();
  void run_stage(const Stage& stage);
  void work(const Stage& stage);
  bool take(const Stage& stage, Trial*& trial, std::size_t& run);
  bool all_stored(const Trial& trial) const;
  void finish(Trial& trial, std::size_t run, const Result<RunOutcome>& outcome);
  void report(const Trial* ended);
  std::vector<Trial*> promoted(std::int64_t rung);
  Leaderboard board() const;
  void measure(Leaderboard& board) const;
  std::string write_files(const Leaderboard& board) const;
  const Trial& trial_of(const Entry& entry) const { return trials_[static_cast<std::size_t>(entry.trial - 1)]; }

  double seconds() const { return seconds_before_ + std::chrono::duration<double>(Clock::now() - begin_).count(); }
  double budget() const { return static_cast<double>(options_.budget.count()); }
  bool cancelled() const { return request_.cancel != nullptr && request_.cancel->load(); }
  std::size_t runs_of_a_trial() const { return static_cast<std::size_t>(std::max<std::int64_t>(1, options_.folds) * options_.seeds); }

  const TuneRequest& request_;
  const tasks::TaskDef& task_;
  TuneOptions options_;
  SearchState state_;
  Draws draws_;
  std::deque<Trial> trials_;  // pointers stay
  Trainer trainer_;
  Clock::time_point begin_ = Clock::now();
  double seconds_before_ = 0;

  std::mutex mutex_;  // guards what follows, and trials_ while workers run
  Trial* current_ = nullptr;
  std::size_t next_run_ = 0;
  bool exhausted_ = false;
  std::int64_t done_ = 0, total_ = 0;
  std::int64_t finished_ = 0, failed_ = 0;  // trials
  std::optional<Error> failure_;
};

// The trial of the next point, its runs on the first rung; null if there is no further point. `epochs` 0: as its settings say.
Trial* Search::add_trial(std::int64_t epochs) {
  std::optional<Point> point = next_point();
  if (!point) return nullptr;
  Trial trial{.number = std::ssize(trials_) + 1,
              .settings = settings_of(request_, task_, *point),
              .runs = {},
              .outcomes = {},
              .error = {},
              .previous = {}};
  trial.point = std::move(*point);
  trials_.push_back(std::move(trial));
  set_runs(trials_.back(), epochs, 0);
  return &trials_.back();
}

void Search::set_runs(Trial& trial, std::int64_t epochs, std::int64_t rung) {
  const Attributes known = complete(task_, trial.settings);
  const std::int64_t seed = known.integer("seed");
  const bool splits = known.has("split_seed");
  trial.rung = rung;
  trial.runs.clear();
  for (std::int64_t fold = 0; fold < std::max<std::int64_t>(1, options_.folds); ++fold) {
    for (std::int64_t i = 0; i < options_.seeds; ++i) {
      RunSpec run{fmt::format("{:03}", trial.number), trial.settings};
      const auto set = [&](const char* key, std::int64_t value) { run.settings.push_back({key, {std::to_string(value)}}); };
      if (options_.method == Method::kHalving) {
        run.name += fmt::format("-epochs{}", epochs);
        set("epochs", epochs);
      }
      if (options_.folds > 0) {
        run.name += fmt::format("-fold{}", fold);
        set("folds", options_.folds);
        set("fold", fold);
      }
      if (options_.seeds > 1) run.name += fmt::format("-seed{}", seed + i);
      set("seed", seed + i);
      // The split is that of the config, whatever seed trains: all trials leave the same samples to the test.
      if (splits && known.integer("split_seed") < 0) set("split_seed", seed);
      trial.runs.push_back(std::move(run));
    }
  }
  trial.outcomes.assign(trial.runs.size(), std::nullopt);
  trial.left = trial.runs.size();
  trial.begun = trial.stopped = false;
  trial.epochs = epochs == 0 ? known.integer("epochs") : epochs;
}

std::optional<Point> Search::next_point() {
  const std::int64_t number = std::ssize(trials_);
  if (options_.space.dimensions().empty()) return number == 0 ? std::optional(Point()) : std::nullopt;
  if (options_.method == Method::kGrid)
    return number < options_.space.grid_size().value() ? std::optional(options_.space.grid_point(number)) : std::nullopt;
  if (options_.trials > 0 && number >= options_.trials) return std::nullopt;
  return draws_.next();
}

bool Search::all_stored(const Trial& trial) const {
  return std::ranges::all_of(trial.runs, [&](const RunSpec& run) { return state_.find(run).has_value(); });
}

// The next training; false if there is none in this stage. Call with the mutex held.
bool Search::take(const Stage& stage, Trial*& trial, std::size_t& run) {
  if (failure_ || exhausted_ || cancelled() || (finished_ == 0 && failed_ >= kHopeless)) return false;
  if (current_ == nullptr || next_run_ == current_->runs.size()) {
    next_run_ = 0;
    const bool late = stage.end_seconds > 0 && seconds() >= stage.end_seconds;
    // What an earlier process has finished counts also when the time is over; it may have been some trials ahead.
    for (int looked = 0; looked <= options_.jobs; ++looked) {
      current_ = stage.next();
      if (current_ == nullptr || !late || all_stored(*current_)) break;
      current_->stopped = true;
      current_ = nullptr;
    }
  }
  exhausted_ = current_ == nullptr;
  if (exhausted_) return false;
  trial = current_;
  trial->begun = true;
  run = next_run_++;
  return true;
}

void Search::work(const Stage& stage) {
  while (true) {
    Trial* trial = nullptr;
    std::size_t run = 0;
    bool skip = false;
    {
      const std::lock_guard lock(mutex_);
      try {
        if (!take(stage, trial, run)) return;
      } catch (const Error& error) {
        failure_ = error;
        return;
      }
      skip = trial->stopped || !trial->error.empty();
    }
    Result<RunOutcome> outcome = Error(ErrorCode::kDeadlineExceeded, "out of time");
    if (const auto stored = skip ? std::nullopt : state_.find(trial->runs[run]); stored) {
      outcome = *stored;
    } else if (!skip) {
      const double left = budget() > 0 ? budget() - seconds() : kForever;
      if (left > 0)
        outcome = catch_error(
            [&] { return trainer_(trial->runs[run], std::chrono::milliseconds(static_cast<std::int64_t>(left * 1e3))).value(); });
      if (outcome) {
        const auto saved = state_.save(trial->runs[run], *outcome);
        if (!saved) outcome = saved.error();
      }
    }
    const std::lock_guard lock(mutex_);
    finish(*trial, run, outcome);
  }
}

void Search::finish(Trial& trial, std::size_t run, const Result<RunOutcome>& outcome) {
  ++done_;
  --trial.left;
  if (outcome && outcome->error.empty()) {
    trial.outcomes[run] = *outcome;
  } else if (outcome) {
    if (trial.error.empty()) trial.error = outcome->error;
  } else if (outcome.error().code() == ErrorCode::kDeadlineExceeded || outcome.error().code() == ErrorCode::kCancelled) {
    trial.stopped = true;
  } else if (!failure_) {
    failure_ = outcome.error();  // of this machine, not of the trial: a full disk, a program that is gone
  }
  if (trial.left == 0) ++(trial.error.empty() ? finished_ : failed_);
  (void)state_.save_seconds(seconds());
  report(trial.left == 0 ? &trial : nullptr);
}

void Search::report(const Trial* ended) {
  if (!request_.on_progress) return;
  Progress progress{.done = done_, .total = total_};
  if (total_ == 0) progress = {.done = static_cast<std::int64_t>(std::min(seconds(), budget())), .total = options_.budget.count()};
  if (ended != nullptr) {
    const std::string head = fmt::format("trial {}{}", ended->number, ended->point.empty() ? "" : " " + to_text(ended->point));
    if (!ended->error.empty()) {
      progress.news = fmt::format("{}: failed: {}", head, ended->error);
    } else if (!ended->stopped) {
      Entry entry;
      std::vector<RunOutcome> outcomes;
      for (const auto& outcome : ended->outcomes) outcomes.push_back(*outcome);
      if (score(entry, outcomes, options_.objective, options_.folds))
        progress.news = fmt::format("{}: {} {:.4f}{}", head, options_.objective.name, entry.mean,
                                    options_.method == Method::kHalving ? fmt::format(" after epoch {}", ended->epochs) : "");
    }
  }
  request_.on_progress(progress);
}

void Search::run_stage(const Stage& stage) {
  current_ = nullptr;
  exhausted_ = false;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < options_.jobs; ++i) workers.emplace_back([&] { work(stage); });
  }
  if (failure_) throw *failure_;
  while (!trials_.empty() && !trials_.back().begun && trials_.back().rung == 0) trials_.pop_back();
}

void Search::run_grid_or_random() {
  const bool single = options_.space.dimensions().empty();
  const std::int64_t trials = single ? 1 : options_.method == Method::kGrid ? options_.space.grid_size().value() : options_.trials;
  total_ = trials * static_cast<std::int64_t>(runs_of_a_trial());
  run_stage({.next = [&] { return add_trial(0); }, .end_seconds = budget()});
}

// Those of a rung that go on, best first.
std::vector<Trial*> Search::promoted(std::int64_t rung) {
  std::vector<Trial*> chosen;
  Leaderboard all = board();
  for (Entry& entry : all.entries) {
    if (entry.state != Entry::State::kFinished || entry.rung != rung) continue;
    chosen.push_back(&trials_[static_cast<std::size_t>(entry.trial - 1)]);
    chosen.back()->previous = std::move(entry);
  }
  const std::int64_t count = std::ssize(chosen);
  chosen.resize(static_cast<std::size_t>(std::min(count, halving_survivors(count, options_.reduction))));
  return chosen;
}

void Search::run_halving() {
  // Neither epochs nor presets are searched: any point says how many epochs there are.
  const std::int64_t epochs = complete(task_, settings_of(request_, task_, options_.space.draw(options_.search_seed, 0))).integer("epochs");
  const std::vector<std::int64_t> rungs = halving_rungs(epochs, options_.reduction, options_.trials);
  std::int64_t wanted = options_.trials;
  for (std::size_t rung = 0; rung < rungs.size() && wanted > 0; ++rung, wanted = halving_survivors(wanted, options_.reduction))
    total_ += wanted * static_cast<std::int64_t>(runs_of_a_trial());
  for (std::size_t rung = 0; rung < rungs.size() && !cancelled(); ++rung) {
    const double share = budget() * static_cast<double>(rung + 1) / static_cast<double>(rungs.size());
    if (rung == 0) {
      run_stage({.next = [&] { return add_trial(rungs[0]); }, .end_seconds = share});
      continue;
    }
    const std::vector<Trial*> chosen = promoted(static_cast<std::int64_t>(rung) - 1);
    std::size_t taken = 0;
    run_stage({.next = [&]() -> Trial* {
                 if (taken == chosen.size()) return nullptr;
                 Trial* trial = chosen[taken++];
                 set_runs(*trial, rungs[rung], static_cast<std::int64_t>(rung));
                 return trial;
               },
               .end_seconds = share});
  }
}

Leaderboard Search::board() const {
  Leaderboard board{.task = std::string(task_.name),
                    .objective = options_.objective,
                    .folds = options_.folds,
                    .seeds = options_.seeds,
                    .threads = num_threads(),
                    .entries = {}};
  for (const Trial& trial : trials_) {
    Entry entry{.trial = trial.number, .point = trial.point, .error = trial.error, .rung = trial.rung, .epochs = trial.epochs};
    if (!trial.runs.empty()) entry.run = join_path(request_.folder, "trials/" + trial.runs[0].name);
    std::vector<RunOutcome> outcomes;
    for (const auto& outcome : trial.outcomes) {
      if (outcome) outcomes.push_back(*outcome);
    }
    if (!trial.error.empty()) {
      entry.state = Entry::State::kFailed;
    } else if (!trial.stopped && !outcomes.empty() && outcomes.size() == trial.runs.size()) {
      const auto scored = score(entry, outcomes, options_.objective, options_.folds);
      entry.state = scored ? Entry::State::kFinished : Entry::State::kFailed;
      if (!scored) entry.error = scored.error().message();
    } else if (trial.previous) {
      entry = *trial.previous;
    }
    board.entries.push_back(std::move(entry));
  }
  rank(board);
  return board;
}

void Search::measure(Leaderboard& board) const {
  if (request_.trainer) return;
  std::size_t measured = 0;
  for (Entry& entry : board.entries) {
    if (entry.state != Entry::State::kFinished || measured++ == kMeasured || cancelled()) break;
    const auto cost = measure_cost(task_, entry.run);
    if (!cost) continue;  // the figures stand without it
    entry.latency_ms = cost->latency_ms;
    entry.size_bytes = cost->size_bytes;
    entry.parameters = cost->parameters;
  }
}

std::string Search::write_files(const Leaderboard& board) const {
  FileSystem& files = local_files();
  const auto path = [&](const char* name) { return join_path(request_.folder, name); };
  write_atomic(files, path("leaderboard.json"), dump_json(to_json(board), JsonStyle::kIndented) + "\n").value();
  write_atomic(files, path("leaderboard.csv"), to_csv(board)).value();
  write_atomic(files, path("leaderboard.html"), to_page(board, request_.folder)).value();
  const Entry* best = board.best();
  if (best == nullptr) return {};
  tasks::ConfigFile config{.settings = {{"task", {std::string(task_.name)}}}};
  const std::vector<GivenSetting>& settings = trial_of(*best).settings;
  config.settings.insert(config.settings.end(), settings.begin(), settings.end());
  write_atomic(files, path("best.yaml"), tasks::config_text(config)).value();
  return path("best.yaml");
}

TuneResult Search::run() {
  trainer_ = request_.trainer ? request_.trainer
                              : child_trainer({.program = request_.program,
                                               .task = std::string(task_.name),
                                               .folder = request_.folder,
                                               .threads = std::max(1, num_threads() / options_.jobs),
                                               .cancel = request_.cancel});
  if (options_.method == Method::kHalving) {
    run_halving();
  } else {
    run_grid_or_random();
  }
  TuneResult result{.board = board(), .best_config = {}, .interrupted = cancelled()};
  measure(result.board);
  result.best_config = write_files(result.board);
  const auto failed = std::ranges::find(result.board.entries, Entry::State::kFailed, &Entry::state);
  if (result.board.best() == nullptr && failed != result.board.entries.end() && !result.interrupted)
    fail(ErrorCode::kInvalidArgument, "tune: no trial finished; the first that failed, {}: {}", failed->run, failed->error);
  return result;
}

}  // namespace

Result<TuneResult> tune(const TuneRequest& request) {
  return catch_error([&] {
    FileSystem& files = local_files();
    const tasks::TaskDef& task = tasks::get_task(request.task);
    TuneOptions options = tune_options_from(request.config.tune, task).value();
    check_settings(request, task, options);
    const std::string config = join_path(request.folder, "config.yaml");
    if (!request.resume && exists(files, config).value())
      fail(ErrorCode::kInvalidArgument, "tune: {} holds a search already; go on with --resume {} or take another folder", request.folder,
           request.folder);
    files.make_folders(join_path(request.folder, "results")).value();
    const auto lock = files.lock(join_path(request.folder, "lock")).value();
    Search search(request, task, std::move(options));
    tasks::ConfigFile own{.settings = {{"task", {request.task}}}, .tune = request.config.tune};
    own.settings.insert(own.settings.end(), request.config.settings.begin(), request.config.settings.end());
    write_atomic(files, config, tasks::config_text(own)).value();
    return search.run();
  });
}

}  // namespace lepton::tune
