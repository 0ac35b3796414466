// Scores and ranks. The comparison is paired where it can be: folds are the same samples for every trial.
#include "lepton/tune/leaderboard.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lepton::tune {
namespace {

using train::Interval;

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double half_width(const Interval& interval) { return (interval.high - interval.low) / 2; }

// Validated by trained samples: what training sets of a cross-validation share makes its figures alike.
double overlap_of(std::size_t folds) { return 1 / static_cast<double>(folds - 1); }

std::optional<Interval> interval_of_seeds(std::span<const Measured> measured, std::span<const double> values, double mean) {
  double half = 0;
  for (const Measured& own : measured) half += half_width(own.interval) / static_cast<double>(measured.size());
  if (measured.size() > 1) half = std::hypot(half, half_width(train::mean_interval(values)));
  if (half == 0) return std::nullopt;
  return Interval{mean - half, mean + half};
}

Behind compare(const Entry& entry, const Entry& best, bool higher_is_better) {
  const double sign = higher_is_better ? 1 : -1;
  Behind behind{.mean = sign * (best.mean - entry.mean), .interval = std::nullopt};
  if (entry.folds.size() > 1 && entry.folds.size() == best.folds.size()) {
    std::vector<double> differences;
    for (std::size_t i = 0; i < entry.folds.size(); ++i) differences.push_back(sign * (best.folds[i] - entry.folds[i]));
    behind.interval = train::mean_interval(differences, overlap_of(differences.size()));
  } else if (entry.interval && best.interval) {
    const double half = std::hypot(half_width(*entry.interval), half_width(*best.interval));
    behind.interval = Interval{behind.mean - half, behind.mean + half};
  }
  behind.apart = behind.interval && behind.interval->low > 0;
  return behind;
}

}  // namespace

Result<void> score(Entry& entry, const std::vector<RunOutcome>& outcomes, const tasks::Objective& objective, std::int64_t folds) {
  const std::size_t parts = folds == 0 ? 1 : static_cast<std::size_t>(folds), seeds = outcomes.size() / parts;
  LEPTON_ASSERT(seeds > 0 && outcomes.size() == parts * seeds, "score: outcomes are folds times seeds");
  std::vector<Measured> measured;
  std::vector<double> values;
  for (const RunOutcome& outcome : outcomes) {
    const auto figure = outcome.figures.find(std::string(objective.name));
    if (figure == outcome.figures.end() || !std::isfinite(figure->second.value))
      return make_error(ErrorCode::kNotFound, "the training gave no figure '{}'", objective.name);
    measured.push_back(figure->second);
    values.push_back(figure->second.value);
    entry.seconds += outcome.seconds / static_cast<double>(outcomes.size());
  }
  entry.folds.clear();
  for (std::size_t fold = 0; fold < parts; ++fold) entry.folds.push_back(mean_of(std::span(values).subspan(fold * seeds, seeds)));
  entry.mean = mean_of(entry.folds);
  entry.interval =
      parts > 1 ? std::optional(train::mean_interval(entry.folds, overlap_of(parts))) : interval_of_seeds(measured, values, entry.mean);
  if (entry.interval && objective.is_share)
    entry.interval = Interval{std::max(0.0, entry.interval->low), std::min(1.0, entry.interval->high)};
  return {};
}

void rank(Leaderboard& board) {
  const bool higher = board.objective.higher_is_better;
  const auto before = [&](const Entry& a, const Entry& b) {
    if (a.state != b.state) return a.state < b.state;
    if (a.state != Entry::State::kFinished) return a.trial < b.trial;
    if (a.rung != b.rung) return a.rung > b.rung;
    if (a.mean != b.mean) return higher ? a.mean > b.mean : a.mean < b.mean;
    return a.trial < b.trial;
  };
  std::ranges::sort(board.entries, before);
  const Entry* best = board.best();
  if (best == nullptr) return;
  for (Entry& entry : board.entries) {
    if (entry.state == Entry::State::kFinished && entry.rung == best->rung && &entry != best) entry.behind = compare(entry, *best, higher);
  }
}

}  // namespace lepton::tune
