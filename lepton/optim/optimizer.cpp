// What all optimisers share: clipping, decoupled weight decay, accumulation, moving averages, and the naming of their states.
#include "lepton/optim/optimizer.hpp"

#include <algorithm>

#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/reduction.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::optim {

std::vector<OptimizerDef> make_all_optimizers();  // generated

namespace {

std::string slot_name(const std::string& weight, std::string_view slot) { return fmt::format("optimizer/{}/{}", weight, slot); }

Value times(const Value& x, double factor) { return ops::mul(x, ops::constant_like(x, factor)); }

Value state_input(graph::GraphBuilder& builder, const std::string& name, const Value& like) {
  return builder.input(name, {like.dtype(), like.shape()}, graph::InputKind::kState);
}

TensorType slot_type(const SlotDef& slot, const TensorType& weight) {
  return slot.shape == nullptr ? weight : TensorType{weight.dtype, Shape(slot.shape(weight.shape.dims()))};
}

// g * min(1, limit / norm), as tf.clip_by_norm: unchanged when the norm is small.
Value scale_to_norm(const Value& gradient, const Value& norm, double limit) {
  const Value bound = ops::constant_like(norm, limit);
  return ops::mul(gradient, ops::div(bound, ops::maximum(norm, bound)));
}

Value square_sum(const Value& x) { return ops::sum(ops::square(x)); }

}  // namespace

std::span<const OptimizerDef> all_optimizers() {
  static const std::vector<OptimizerDef> table = [] {
    std::vector<OptimizerDef> rows = make_all_optimizers();
    std::ranges::sort(rows, {}, &OptimizerDef::name);
    return rows;
  }();
  return table;
}

const OptimizerDef& get_optimizer(std::string_view name) { return *find_row(all_optimizers(), name, "optimizer").value(); }

std::span<const AttributeDef> common_optimizer_arguments() {
  static const std::vector<AttributeDef> declared = {
      {"learning_rate", 0.001, positive, "step size"},
      {"schedule", "", any_value, "learning-rate schedule; replaces learning_rate"},
      {"weight_decay", 0.0, non_negative, "decoupled: each weight shrinks by learning_rate * weight_decay"},
      {"clipnorm", 0.0, non_negative, "largest norm of each gradient; 0: none"},
      {"clipvalue", 0.0, non_negative, "largest absolute element of a gradient; 0: none"},
      {"global_clipnorm", 0.0, non_negative, "largest norm of all gradients together; 0: none"},
      {"use_ema", false, any_value, "keep a moving average of the weights"},
      {"ema_momentum", 0.99, probability, "of the moving average"},
      {"ema_overwrite_frequency", 0, non_negative, "updates after which weights become their average; 0: at the end of training"},
      {"gradient_accumulation_steps", 1, positive, "batches whose gradients are averaged for one update"}};
  return declared;
}

Optimizer::Optimizer(const Spec& spec) : def_(&get_optimizer(spec.name)), spec_(spec) {
  std::vector<AttributeDef> declared(common_optimizer_arguments().begin(), common_optimizer_arguments().end());
  declared[0].default_value = def_->default_learning_rate;
  declared[2].default_value = def_->default_weight_decay;
  // learning_rate stands first, so that "adam(0.01)" means what people expect.
  declared.insert(declared.end(), def_->arguments.begin(), def_->arguments.end());
  arguments_ = spec.bind(spec.name, declared).value();
  const int clips = (arguments_.number("clipnorm") > 0) + (arguments_.number("clipvalue") > 0) + (arguments_.number("global_clipnorm") > 0);
  if (clips > 1) fail(ErrorCode::kInvalidArgument, "{}: only one of clipnorm, clipvalue and global_clipnorm can be given", spec.name);
  const std::string& schedule = arguments_.text("schedule");
  learning_rate_ = schedule.empty() ? LearningRate(arguments_.number("learning_rate")) : LearningRate(Spec(schedule));
}

double Optimizer::learning_rate(std::int64_t step) const { return scale_ * learning_rate_.at(step); }

std::vector<SlotState> Optimizer::states(std::span<const std::pair<std::string, TensorType>> weights) const {
  std::vector<SlotState> states;
  for (const auto& [name, type] : weights) {
    for (const SlotDef& slot : def_->slots(arguments_))
      states.push_back({slot_name(name, slot.name), slot_type(slot, type), slot.initial, name});
    if (accumulation_steps() > 1) states.push_back({slot_name(name, "accumulated"), type, 0, name});
    if (keeps_average()) states.push_back({slot_name(name, "average"), type, 0, name, true});
  }
  return states;
}

std::vector<Value> Optimizer::clipped(std::span<const Trained> trained) const {
  std::vector<Value> gradients;
  for (const Trained& t : trained) gradients.push_back(t.gradient);
  if (const double limit = arguments_.number("clipnorm"); limit > 0) {
    for (Value& g : gradients) g = scale_to_norm(g, ops::sqrt(square_sum(g)), limit);
  } else if (const double global = arguments_.number("global_clipnorm"); global > 0 && !gradients.empty()) {
    Value sum = square_sum(gradients[0]);
    for (std::size_t i = 1; i < gradients.size(); ++i) sum = ops::add(sum, square_sum(gradients[i]));
    const Value norm = ops::sqrt(sum);
    for (Value& g : gradients) g = scale_to_norm(g, norm, global);
  } else if (const double bound = arguments_.number("clipvalue"); bound > 0) {
    for (Value& g : gradients) g = ops::minimum(ops::maximum(g, ops::constant_like(g, -bound)), ops::constant_like(g, bound));
  }
  return gradients;
}

void Optimizer::build(graph::GraphBuilder& builder, std::span<const Trained> trained, const Value& learning_rate, const Value& step,
                      StepKind kind) const {
  std::vector<Trained> ready(trained.begin(), trained.end());
  if (accumulation_steps() > 1) {
    for (Trained& t : ready) {
      const std::string name = slot_name(t.name, "accumulated");
      const Value sum = ops::add(state_input(builder, name, t.weight), t.gradient);
      if (kind == StepKind::kAccumulate) {
        builder.output(name, sum, name);
        continue;
      }
      builder.output(name, times(sum, 0), name);
      t.gradient = times(sum, 1.0 / static_cast<double>(accumulation_steps()));
    }
  }
  if (kind == StepKind::kAccumulate) return;
  const std::vector<Value> gradients = clipped(ready);
  for (std::size_t i = 0; i < ready.size(); ++i) {
    const Trained& t = ready[i];
    builder.set_scope("optimizer/" + t.name);
    std::vector<Value> slots;
    const std::vector<SlotDef> slot_defs = def_->slots(arguments_);
    const TensorType type = {t.weight.dtype(), t.weight.shape()};
    for (const SlotDef& slot : slot_defs)
      slots.push_back(builder.input(slot_name(t.name, slot.name), slot_type(slot, type), graph::InputKind::kState));
    Value weight = t.weight;
    const Value rate = t.rate == 1 ? learning_rate : times(learning_rate, t.rate);
    if (const double decay = arguments_.number("weight_decay"); decay > 0) weight = ops::sub(weight, ops::mul(times(weight, decay), rate));
    const UpdateResult result = def_->update({weight, gradients[i], slots, rate, step, arguments_});
    builder.output(t.name, t.constrain ? t.constrain(result.weight) : result.weight, t.name);
    for (std::size_t s = 0; s < slots.size(); ++s) {
      const std::string name = slot_name(t.name, slot_defs[s].name);
      builder.output(name, result.slots[s], name);
    }
    if (!keeps_average()) continue;
    // The first update sets the average; later ones move it.
    const std::string name = slot_name(t.name, "average");
    const Value average = state_input(builder, name, t.weight);
    const double momentum = arguments_.number("ema_momentum");
    const Value moved = ops::add(times(average, momentum), times(result.weight, 1 - momentum));
    const Value first = ops::less_equal(step, ops::constant_like(step, 1));
    builder.output(name, ops::where(first, result.weight, moved), name);
  }
  builder.set_scope({});
}

}  // namespace lepton::optim
