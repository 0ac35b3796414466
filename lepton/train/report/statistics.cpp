// Intervals and tables from labels and predictions.
#include "lepton/train/report/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "lepton/base/error.hpp"
#include "lepton/base/random.hpp"

namespace lepton::train {
namespace {

constexpr double kZ95 = 1.959963984540054;

double ratio(std::int64_t a, std::int64_t b) { return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b); }

struct Totals {
  std::int64_t hits = 0, said = 0, there = 0;
};

double precision_of(const Totals& t) { return ratio(t.hits, t.said); }
double recall_of(const Totals& t) { return ratio(t.hits, t.there); }
double f1_of(const Totals& t) { return ratio(2 * t.hits, t.said + t.there); }

Totals totals_of(const Confusion& confusion, std::int64_t c) {
  Totals t;
  t.hits = confusion.at(c, c);
  for (std::int64_t other = 0; other < confusion.classes; ++other) {
    t.said += confusion.at(other, c);
    t.there += confusion.at(c, other);
  }
  return t;
}

// The 97.5 % quantile of Student's t.
double student_quantile(std::size_t degrees) {
  constexpr std::array<double, 30> kTable = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
                                             2.2010,  2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
                                             2.0796,  2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
  if (degrees <= kTable.size()) return kTable[degrees - 1];
  return kZ95 + 2.4 / static_cast<double>(degrees);  // within 0.003 from there on
}

}  // namespace

Interval wilson_interval(std::int64_t successes, std::int64_t trials) {
  if (trials <= 0) return {0, 1};
  const auto n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n, z2 = kZ95 * kZ95;
  const double center = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double half = kZ95 * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
  return {successes == 0 ? 0.0 : std::max(0.0, center - half), successes == trials ? 1.0 : std::min(1.0, center + half)};
}

Interval bootstrap_interval(std::int64_t num_samples, std::span<const std::int64_t> groups,
                            const std::function<double(std::span<const std::int64_t>)>& figure, std::uint64_t seed, int resamples) {
  if (num_samples == 0) return {0, 0};
  std::vector<std::vector<std::int64_t>> clusters;
  if (groups.empty()) {
    clusters.resize(static_cast<std::size_t>(num_samples));
    for (std::int64_t i = 0; i < num_samples; ++i) clusters[static_cast<std::size_t>(i)] = {i};
  } else {
    std::map<std::int64_t, std::vector<std::int64_t>> by_group;
    for (std::size_t i = 0; i < groups.size(); ++i) by_group[groups[i]].push_back(static_cast<std::int64_t>(i));
    for (auto& [group, members] : by_group) clusters.push_back(std::move(members));
  }
  Random random(seed, 0x424f4f54);
  std::vector<double> figures;
  std::vector<std::int64_t> drawn;
  for (int r = 0; r < resamples; ++r) {
    drawn.clear();
    for (std::size_t c = 0; c < clusters.size(); ++c) {
      const auto& members = clusters[random.below(clusters.size())];
      drawn.insert(drawn.end(), members.begin(), members.end());
    }
    figures.push_back(figure(drawn));
  }
  std::ranges::sort(figures);
  const auto at = [&](double share) { return figures[static_cast<std::size_t>(share * static_cast<double>(figures.size() - 1) + 0.5)]; };
  return {at(0.025), at(0.975)};
}

Interval mean_interval(std::span<const double> values, double overlap) {
  if (values.size() < 2) fail(ErrorCode::kInvalidArgument, "mean_interval: needs two values or more (got {})", values.size());
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double half = student_quantile(values.size() - 1) * std::sqrt(squares / (n - 1) * (1 / n + overlap));
  return {mean - half, mean + half};
}

Confusion confusion_matrix(std::span<const std::int64_t> truth, std::span<const std::int64_t> predicted, std::int64_t classes) {
  Confusion confusion{classes, std::vector<std::int64_t>(static_cast<std::size_t>(classes * classes), 0)};
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] < 0 || truth[i] >= classes || predicted[i] < 0 || predicted[i] >= classes) {
      fail(ErrorCode::kInvalidArgument, "confusion matrix: label {} or prediction {} is outside the {} classes", truth[i], predicted[i],
           classes);
    }
    ++confusion.counts[static_cast<std::size_t>(truth[i] * classes + predicted[i])];
  }
  return confusion;
}

std::vector<ClassFigures> class_figures(std::span<const std::int64_t> truth, std::span<const std::int64_t> predicted, std::int64_t classes,
                                        std::span<const std::int64_t> groups, std::uint64_t seed) {
  const Confusion confusion = confusion_matrix(truth, predicted, classes);
  std::vector<ClassFigures> all;
  for (std::int64_t c = 0; c < classes; ++c) {
    const auto interval = [&](double (*figure)(const Totals&)) {
      const auto of_drawn = [&](std::span<const std::int64_t> drawn) {
        Totals t;
        for (const std::int64_t i : drawn) {
          const auto place = static_cast<std::size_t>(i);
          const bool is = truth[place] == c, said = predicted[place] == c;
          t.hits += is && said;
          t.said += said;
          t.there += is;
        }
        return figure(t);
      };
      return bootstrap_interval(static_cast<std::int64_t>(truth.size()), groups, of_drawn, seed + static_cast<std::uint64_t>(c), 400);
    };
    const Totals t = totals_of(confusion, c);
    ClassFigures f{.precision = precision_of(t), .recall = recall_of(t), .f1 = f1_of(t), .support = t.there};
    const bool independent = groups.empty();
    f.recall_interval = independent ? wilson_interval(t.hits, t.there) : interval(recall_of);
    f.precision_interval = independent ? wilson_interval(t.hits, t.said) : interval(precision_of);
    f.f1_interval = interval(f1_of);
    all.push_back(f);
  }
  return all;
}

std::vector<ReliabilityBin> reliability(std::span<const double> confidence, std::span<const std::uint8_t> right, int bins) {
  std::vector<ReliabilityBin> result(static_cast<std::size_t>(bins));
  for (std::size_t i = 0; i < confidence.size(); ++i) {
    const int bin = std::clamp(static_cast<int>(confidence[i] * bins), 0, bins - 1);
    ReliabilityBin& b = result[static_cast<std::size_t>(bin)];
    b.confidence += confidence[i];
    b.accuracy += right[i];
    ++b.count;
  }
  for (ReliabilityBin& b : result) {
    if (b.count == 0) continue;
    b.confidence /= static_cast<double>(b.count);
    b.accuracy /= static_cast<double>(b.count);
  }
  return result;
}

Figure proportion(std::string name, std::int64_t part, std::int64_t whole, std::string note) {
  return {std::move(name), ratio(part, whole), wilson_interval(part, whole), std::move(note), true};
}

}  // namespace lepton::train
