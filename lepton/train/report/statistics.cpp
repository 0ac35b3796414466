// Intervals and tables from labels and predictions.
#include "lepton/train/report/statistics.hpp"

#include <algorithm>
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
