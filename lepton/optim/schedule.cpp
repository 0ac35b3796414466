// The table of schedules: Keras's formulas, and step decay.
#include "lepton/optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lepton::optim {
namespace {

double progress(std::int64_t step, const Attributes& a) {
  return static_cast<double>(step) / static_cast<double>(a.integer("decay_steps"));
}

double exponential(std::int64_t step, const Attributes& a) {
  const double p = progress(step, a);
  return a.number("initial_learning_rate") * std::pow(a.number("decay_rate"), a.flag("staircase") ? std::floor(p) : p);
}

double inverse_time(std::int64_t step, const Attributes& a) {
  const double p = progress(step, a);
  return a.number("initial_learning_rate") / (1 + a.number("decay_rate") * (a.flag("staircase") ? std::floor(p) : p));
}

double polynomial(std::int64_t step, const Attributes& a) {
  const double first = a.number("initial_learning_rate"), last = a.number("end_learning_rate");
  double length = static_cast<double>(a.integer("decay_steps"));
  const auto now = static_cast<double>(step);
  if (a.flag("cycle")) length *= step == 0 ? 1.0 : std::ceil(now / length);
  const double p = std::min(now, length) / length;
  return (first - last) * std::pow(1 - p, a.number("power")) + last;
}

double cosine(std::int64_t step, const Attributes& a) {
  const double first = a.number("initial_learning_rate"), target = a.number("warmup_target");
  const auto warmup = static_cast<double>(a.integer("warmup_steps")), now = static_cast<double>(step);
  const double peak = target < 0 ? first : target;
  if (target >= 0 && now < warmup) return first + (target - first) * now / warmup;
  const double decayed = target < 0 ? now : now - warmup;
  const double p = std::min(decayed / static_cast<double>(a.integer("decay_steps")), 1.0);
  const double share = (1 - a.number("alpha")) * 0.5 * (1 + std::cos(std::numbers::pi * p)) + a.number("alpha");
  return peak * share;
}

// Loshchilov & Hutter 2017: cosine decay that starts again, each period t_mul times as long and m_mul times as high.
double cosine_restarts(std::int64_t step, const Attributes& a) {
  double completed = static_cast<double>(step) / static_cast<double>(a.integer("first_decay_steps"));
  const double stretch = a.number("t_mul");
  double restarts = 0;
  if (stretch == 1) {
    restarts = std::floor(completed);
    completed -= restarts;
  } else {
    restarts = std::floor(std::log(1 - completed * (1 - stretch)) / std::log(stretch));
    const double begun = (1 - std::pow(stretch, restarts)) / (1 - stretch);
    completed = (completed - begun) / std::pow(stretch, restarts);
  }
  const double height = std::pow(a.number("m_mul"), restarts);
  const double share = 0.5 * height * (1 + std::cos(std::numbers::pi * completed));
  return a.number("initial_learning_rate") * ((1 - a.number("alpha")) * share + a.number("alpha"));
}

double piecewise(std::int64_t step, const Attributes& a) {
  const auto& boundaries = a.integers("boundaries");
  const auto& values = a.get<std::vector<double>>("values");
  if (values.size() != boundaries.size() + 1) {
    fail(ErrorCode::kInvalidArgument, "piecewise_constant: needs one value more than boundaries (values {}, boundaries {})", values.size(),
         boundaries.size());
  }
  std::size_t i = 0;
  while (i < boundaries.size() && step > boundaries[i]) ++i;
  return values[i];
}

// Smith & Topin 2018, in two phases: up along a cosine to the peak, then down along one to almost nothing.
double one_cycle(std::int64_t step, const Attributes& a) {
  const double peak = a.number("max_learning_rate"), start = peak / a.number("div_factor"), end = start / a.number("final_div_factor");
  const auto total = static_cast<double>(a.integer("total_steps"));
  const double turn = a.number("pct_start") * total - 1, now = std::min(static_cast<double>(step), total - 1);
  const auto along = [](double from, double to, double share) { return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * share)); };
  if (now <= turn) return along(start, peak, turn > 0 ? now / turn : 1);
  return along(peak, end, (now - turn) / std::max(total - 1 - turn, 1.0));
}

double step_decay(std::int64_t step, const Attributes& a) {
  return a.number("initial_learning_rate") * std::pow(a.number("factor"), static_cast<double>(step / a.integer("every")));
}

double warmup(std::int64_t step, const Attributes& a) {
  const double peak = a.number("learning_rate");
  const auto length = static_cast<double>(a.integer("warmup_steps"));
  return peak * std::min(1.0, (static_cast<double>(step) + 1) / length);
}

const AttributeDef kInitial = {"initial_learning_rate", 0.001, positive, "at step 0", true};
const AttributeDef kDecaySteps = {"decay_steps", 1, positive, "updates until the decay is applied once", true};
const AttributeDef kStaircase = {"staircase", false, any_value, "decay in whole steps"};

}  // namespace

std::span<const ScheduleDef> all_schedules() {
  static const std::vector<ScheduleDef> rows = {
      {"exponential_decay",
       "initial * decay_rate^(step / decay_steps)",
       {kInitial, kDecaySteps, {"decay_rate", 0.96, positive, "", true}, kStaircase},
       exponential},
      {"inverse_time_decay",
       "initial / (1 + decay_rate * step / decay_steps)",
       {kInitial, kDecaySteps, {"decay_rate", 0.5, positive, "", true}, kStaircase},
       inverse_time},
      {"polynomial_decay",
       "from initial to end along (1 - p)^power",
       {kInitial,
        kDecaySteps,
        {"end_learning_rate", 0.0001, non_negative, ""},
        {"power", 1.0, positive, ""},
        {"cycle", false, any_value, "start again after decay_steps"}},
       polynomial},
      {"cosine_decay",
       "half a cosine from initial (or warmup_target, after a linear warm-up) to alpha times that",
       {kInitial,
        kDecaySteps,
        {"alpha", 0.0, non_negative, ""},
        {"warmup_target", -1.0, any_value, "negative: no warm-up"},
        {"warmup_steps", 0, non_negative, ""}},
       cosine},
      {"cosine_decay_restarts",
       "cosine decay that starts again with longer and lower periods",
       {kInitial,
        {"first_decay_steps", 1, positive, "", true},
        {"t_mul", 2.0, positive, ""},
        {"m_mul", 1.0, positive, ""},
        {"alpha", 0.0, non_negative, ""}},
       cosine_restarts},
      {"piecewise_constant",
       "values between boundaries",
       {{"boundaries", std::vector<std::int64_t>{}, any_value, "", true}, {"values", std::vector<double>{}, any_value, "", true}},
       piecewise},
      {"one_cycle",
       "up to max_learning_rate and down again within total_steps, along cosines",
       {{"max_learning_rate", 0.1, positive, "", true},
        {"total_steps", 1, positive, "", true},
        {"pct_start", 0.3, probability, "share of the steps that go up"},
        {"div_factor", 25.0, positive, "the first rate is max_learning_rate / div_factor"},
        {"final_div_factor", 1e4, positive, "the last rate is the first / final_div_factor"}},
       one_cycle},
      {"step_decay",
       "initial * factor^(step / every), in whole steps",
       {kInitial, {"every", 1, positive, "updates between two drops", true}, {"factor", 0.1, positive, ""}},
       step_decay},
      {"warmup",
       "linear from 0 to learning_rate, then constant",
       {{"learning_rate", 0.001, positive, "", true}, {"warmup_steps", 1, positive, "", true}},
       warmup},
  };
  return rows;
}

LearningRate::LearningRate(const Spec& schedule) : initial_(0), schedule_(schedule.to_string()) {
  def_ = find_row(all_schedules(), schedule.name, "schedule").value();
  arguments_ = schedule.bind(schedule.name, def_->arguments).value();
  initial_ = at(0);
}

}  // namespace lepton::optim
