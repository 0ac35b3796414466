// One step for each rate.
#include "lepton/train/rate_finder.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/train/report/plot.hpp"

namespace lepton::train {
namespace {

// Puts a model back as it was, also when a step throws.
class Restore {
 public:
  explicit Restore(Model& model)
      : model_(model), states_(model.save_states()), iterations_(model.iterations()), rate_(model.learning_rate()) {}
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;
  ~Restore() {
    model_.set_iterations(iterations_);
    model_.set_learning_rate(rate_);
    (void)model_.restore_states(states_);  // they are the model's own
  }

 private:
  Model& model_;
  runtime::TensorMap states_;
  std::int64_t iterations_;
  double rate_;
};

double steepest(const RateCurve& curve) {
  double suggested = 0, most = 0;
  const auto least = std::ranges::min_element(curve.losses) - curve.losses.begin();
  for (std::int64_t i = 1; i <= least; ++i) {
    const auto k = static_cast<std::size_t>(i);
    if (const double fall = curve.losses[k - 1] - curve.losses[k]; fall > most) {
      most = fall;
      suggested = curve.rates[k];
    }
  }
  return suggested;
}

}  // namespace

std::string RateCurve::plot() const {
  if (rates.empty()) return {};
  const auto marked = std::ranges::find(rates, suggested) - rates.begin() + 1;
  return plot_curves(
      fmt::format("smoothed loss, the rate rising evenly from {:.1g} to {:.1g}; suggested {:.1g}", rates.front(), rates.back(), suggested),
      {{"loss", losses}}, suggested > 0 ? marked : 0);
}

RateCurve find_learning_rate(Model& model, BatchSource& training, const RateFinderOptions& options) {
  if (options.steps < 2 || !(options.from > 0) || !(options.to > options.from))
    fail(ErrorCode::kInvalidArgument, "rate finder: needs 0 < from < to and two steps or more (from {}, to {}, steps {})", options.from,
         options.to, options.steps);
  if (!model.optimizer().arguments().text("schedule").empty())
    fail(ErrorCode::kInvalidArgument, "rate finder: the optimiser has a schedule; look for a rate with a constant one");
  const Restore restore(model);
  RateCurve curve;
  double mean = 0, least = 0;
  std::int64_t epoch = 0;
  training.start(epoch, 0);
  for (std::int64_t step = 0; step < options.steps; ++step) {
    Batch batch;
    if (!training.next(batch)) {
      training.start(++epoch, 0);
      if (!training.next(batch)) fail(ErrorCode::kInvalidArgument, "rate finder: the source has no batches");
    }
    const double share = static_cast<double>(step) / static_cast<double>(options.steps - 1);
    const double rate = options.from * std::pow(options.to / options.from, share);
    model.set_learning_rate(rate);
    const double loss = *find_log(model.train_on_batch(batch), "loss");
    mean = options.smoothing * mean + (1 - options.smoothing) * loss;
    const double smoothed = mean / (1 - std::pow(options.smoothing, static_cast<double>(step + 1)));
    if (!std::isfinite(smoothed) || (step > 0 && smoothed > options.stop_at * least)) break;
    least = step == 0 ? smoothed : std::min(least, smoothed);
    curve.rates.push_back(rate);
    curve.losses.push_back(smoothed);
  }
  curve.suggested = steepest(curve);
  return curve;
}

}  // namespace lepton::train
