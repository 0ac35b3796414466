// Adafactor: second moments of matrices as the product of row and column averages.
#include "lepton/ops/reduction.hpp"
#include "lepton/optim/internal/elementwise.hpp"

namespace lepton::optim {
namespace {

// Keras's last and second last axis of a kernel, [..., in, out], where the engine stores them: matrices as they are shown, kernels of
// convolutions as [out, in, ...].
std::int64_t out_axis(std::size_t rank) { return rank == 2 ? 1 : 0; }
std::int64_t in_axis(std::size_t rank) { return rank == 2 ? 0 : 1; }

Dims without(Dims weight, std::int64_t axis) {
  weight[static_cast<std::size_t>(axis)] = 1;
  return weight;
}
Dims row_shape(const Dims& weight) { return weight.size() < 2 ? Dims{} : without(weight, out_axis(weight.size())); }
Dims column_shape(const Dims& weight) { return weight.size() < 2 ? Dims{} : without(weight, in_axis(weight.size())); }
// Only vectors keep their second moment whole.
Dims whole_shape(const Dims& weight) { return weight.size() < 2 ? weight : Dims{}; }

Value root_mean_square(const Value& x) { return ops::sqrt(ops::mean(ops::square(x))); }

UpdateResult update(const UpdateContext& c) {
  const Value one = ops::constant_like(c.step, 1);
  const Value by_step = ops::div(one, ops::sqrt(c.step));
  // A schedule is not held back by the relative step, as in Keras.
  const Value rho = ops::minimum(c.learning_rate, by_step);
  const Value alpha = ops::mul(ops::maximum(ops::constant_like(rho, c.number("epsilon_2")), root_mean_square(c.weight)), rho);
  const Value old_share = ops::sub(one, ops::pow(c.step, ops::constant_like(c.step, c.number("beta_2_decay"))));
  const Value new_share = ops::sub(one, old_share);
  const auto average = [&](const Value& old, const Value& now) { return ops::add(ops::mul(old, old_share), ops::mul(now, new_share)); };
  const Value squares = plus(ops::square(c.gradient), c.number("epsilon_1"));
  std::vector<Value> slots(c.slots.begin(), c.slots.end());
  Value moment;
  if (c.weight.rank() < 2) {
    moment = slots[2] = average(slots[2], squares);
  } else {
    const auto rank = static_cast<std::size_t>(c.weight.rank());
    const auto mean = [](const Value& x, std::int64_t axis) { return ops::mean(x, {.axes = {axis}, .keepdims = true}); };
    slots[0] = average(slots[0], mean(squares, out_axis(rank)));
    slots[1] = average(slots[1], mean(squares, in_axis(rank)));
    moment = ops::mul(ops::div(slots[0], mean(slots[0], in_axis(rank))), slots[1]);
  }
  const Value step = ops::div(c.gradient, ops::sqrt(moment));
  const Value clip = ops::maximum(one, times(root_mean_square(step), 1 / c.number("clip_threshold")));
  return {ops::sub(c.weight, ops::mul(ops::div(step, clip), alpha)), std::move(slots)};
}

}  // namespace

std::vector<OptimizerDef> adafactor_optimizers() {
  return {{
      .name = "adafactor",
      .summary = "Adaptive steps with the memory of rows and columns only.",
      .formula = "r, c: running means of g² over rows and columns; v = r c / mean(r); u = g / sqrt(v); "
                 "w = w - max(ε2, rms(w)) min(lr, 1/sqrt(t)) u / max(1, rms(u) / clip)",
      .source = "Shazeer & Stern 2018",
      .arguments = {{"beta_2_decay", -0.8, any_value, "power of the step in the decay of second moments"},
                    {"epsilon_1", 1e-30, positive, "added to squared gradients"},
                    {"epsilon_2", 1e-3, positive, "smallest scale of a weight"},
                    {"clip_threshold", 1.0, positive, "largest root mean square of a step"},
                    {"relative_step", true, any_value, "the step is at most 1 / sqrt(t); it always is, as in Keras"}},
      .slots =
          [](const Attributes&) {
            return std::vector<SlotDef>{{"r", 0, row_shape}, {"c", 0, column_shape}, {"velocity", 0, whole_shape}};
          },
      .update = update,
  }};
}

Optimizer Adafactor(const AdafactorOptions& o) {
  return make("adafactor", o.learning_rate, o.common,
              {{"beta_2_decay", o.beta_2_decay},
               {"epsilon_1", o.epsilon_1},
               {"epsilon_2", o.epsilon_2},
               {"clip_threshold", o.clip_threshold},
               {"relative_step", o.relative_step}});
}

}  // namespace lepton::optim
