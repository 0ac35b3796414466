// Single precision where Keras has it: the same boundaries come out.
#include "lepton/data/fit_categories.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "lepton/base/error.hpp"

namespace lepton::data {
namespace {

// Values in rising order, and how many each stands for.
struct Summary {
  std::vector<float> values, weights;
};

Summary summarized(std::vector<float> values, double epsilon) {
  std::ranges::sort(values);
  const double step = std::max(static_cast<double>(values.size()) / (1 / epsilon), 1.0);
  Summary summary;
  for (auto i = static_cast<std::size_t>(step - 1); i < values.size(); i += static_cast<std::size_t>(step)) {
    summary.values.push_back(values[i]);
    summary.weights.push_back(static_cast<float>(step));
  }
  return summary;
}

// The line through (x[i], y[i]) at `place`; level outside.
double interpolated(double place, const std::vector<float>& x, const std::vector<float>& y) {
  const auto above = std::ranges::upper_bound(x, place);
  if (above == x.begin()) return y.front();
  if (above == x.end()) return y.back();
  const auto i = static_cast<std::size_t>(above - x.begin()) - 1;
  const double slope = (double{y[i + 1]} - double{y[i]}) / (double{x[i + 1]} - double{x[i]});
  return slope * (place - double{x[i]}) + double{y[i]};
}

// At most 1 / epsilon values, equally far apart in rank.
Summary compressed(const Summary& summary, double epsilon) {
  if (static_cast<double>(summary.values.size()) * epsilon < 1) return summary;
  std::vector<float> sums, shares;
  for (const float weight : summary.weights) sums.push_back(sums.empty() ? weight : sums.back() + weight);
  for (const float sum : sums) shares.push_back(sum / sums.back());
  Summary result;
  double before = 0;
  const auto count = static_cast<std::int64_t>(std::ceil(1 / epsilon));
  for (std::int64_t i = 0; i < count; ++i) {
    const double share = epsilon + static_cast<double>(i) * epsilon, sum = interpolated(share, shares, sums);
    result.values.push_back(static_cast<float>(interpolated(share, shares, summary.values)));
    result.weights.push_back(static_cast<float>(sum - before));
    before = sum;
  }
  return result;
}

}  // namespace

std::vector<std::int64_t> integer_vocabulary(std::span<const std::int64_t> values, const IntegerVocabularyOptions& options) {
  std::map<std::int64_t, std::int64_t, std::greater<>> counts;
  for (const std::int64_t value : values) ++counts[value];
  for (const std::int64_t value : options.leave_out) counts.erase(value);
  std::vector<std::pair<std::int64_t, std::int64_t>> order(counts.begin(), counts.end());
  std::ranges::stable_sort(order, std::greater<>(), [](const auto& one) { return one.second; });
  if (options.most > 0 && options.most < std::ssize(order)) order.resize(static_cast<std::size_t>(options.most));
  std::vector<std::int64_t> vocabulary;
  for (const auto& [value, count] : order) vocabulary.push_back(value);
  return vocabulary;
}

std::vector<double> bin_boundaries(std::span<const float> values, std::int64_t num_bins, double epsilon) {
  if (values.empty()) fail(ErrorCode::kInvalidArgument, "bins: there are no values");
  if (std::ranges::any_of(values, [](float v) { return std::isnan(v); })) fail(ErrorCode::kInvalidArgument, "bins: a value is NaN");
  if (num_bins < 2) fail(ErrorCode::kInvalidArgument, "bins: needs at least 2, got {}", num_bins);
  if (!(epsilon > 0 && epsilon < 1)) fail(ErrorCode::kInvalidArgument, "bins: epsilon must lie between 0 and 1, got {}", epsilon);
  const Summary summary = compressed(summarized({values.begin(), values.end()}, epsilon), epsilon);
  const Summary bins = compressed(summary, 1 / static_cast<double>(num_bins));
  return {bins.values.begin(), bins.values.end() - 1};
}

}  // namespace lepton::data
