// Optimisers: the declaration, and the part of a training graph that turns gradients into new weights.
#pragma once

#include <functional>

#include "lepton/graph/builder.hpp"
#include "lepton/op/spec.hpp"
#include "lepton/optim/schedule.hpp"

namespace lepton::optim {

/// What one update rule sees: values of one weight. All scalars have the weight's dtype.
struct UpdateContext {
  Value weight;
  Value gradient;
  std::span<const Value> slots;
  Value learning_rate;  // scalar
  Value step;           // scalar, 1 at the first update
  const Attributes& arguments;

  double number(std::string_view name) const { return arguments.number(name); }
  bool flag(std::string_view name) const { return arguments.flag(name); }
};

struct UpdateResult {
  Value weight;
  std::vector<Value> slots;
};

/// A tensor that the optimiser keeps for a weight.
struct SlotDef {
  std::string_view name;
  double initial = 0;
  Dims (*shape)(const Dims& weight) = nullptr;  // null: the weight's own
};

/// One row of the table of optimisers; each is one file under lepton/optim/optimizers. Its update is made of elementwise operators,
/// so that the engine fuses it into one pass over memory.
struct OptimizerDef {
  std::string_view name;  // "adam"
  std::string_view summary;
  std::string_view formula = {};
  std::string_view source = {};
  std::vector<AttributeDef> arguments;  // its own; the common ones come besides
  double default_learning_rate = 1e-3;
  double default_weight_decay = 0;
  std::vector<SlotDef> (*slots)(const Attributes&);
  UpdateResult (*update)(const UpdateContext&);
};

std::span<const OptimizerDef> all_optimizers();
/// Throws kNotFound, naming the nearest.
const OptimizerDef& get_optimizer(std::string_view name);

/// Arguments that every optimiser takes: learning_rate, schedule, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
/// ema_momentum, ema_overwrite_frequency, gradient_accumulation_steps. Keras's meaning and defaults.
std::span<const AttributeDef> common_optimizer_arguments();

/// A trained weight in a graph under construction.
struct Trained {
  std::string name;
  Value weight;
  Value gradient;
  double rate = 1;                                    // factor on the learning rate (discriminative fine-tuning)
  std::function<Value(const Value&)> constrain = {};  // what the new weight is held to
};

/// A state that the optimiser keeps between steps.
struct SlotState {
  std::string name;  // "optimizer/dense/kernel/m"
  TensorType type;
  double initial = 0;
  std::string weight;       // whose layout it shares
  bool is_average = false;  // moving average of the weight
};

/// Which of the graphs of a training step is built (gradient accumulation needs two).
enum class StepKind : std::uint8_t { kUpdate, kAccumulate };

class Optimizer {
 public:
  Optimizer(const char* spec) : Optimizer(Spec(spec)) {}
  Optimizer(const std::string& spec) : Optimizer(Spec(spec)) {}
  Optimizer(const Spec& spec);

  const OptimizerDef& def() const { return *def_; }
  const Attributes& arguments() const { return arguments_; }
  std::string text() const { return spec_.to_string(); }

  /// Learning rate at `step` (0 for the first update), schedule included.
  double learning_rate(std::int64_t step) const;
  /// Replaces the base learning rate (plateau callback).
  void set_learning_rate(double value) { scale_ = value / arguments_.number("learning_rate"); }
  std::int64_t accumulation_steps() const { return std::max<std::int64_t>(1, arguments_.integer("gradient_accumulation_steps")); }
  bool keeps_average() const { return arguments_.flag("use_ema"); }

  /// States for weights of these names and stored types.
  std::vector<SlotState> states(std::span<const std::pair<std::string, TensorType>> weights) const;

  /// Appends clipping, weight decay, update, accumulation and moving average, and declares new states as outputs of `builder`.
  /// Gradients of one builder; learning_rate and step are scalars of the weights' dtype; step is 1 at the first update.
  void build(graph::GraphBuilder& builder, std::span<const Trained> trained, const Value& learning_rate, const Value& step,
             StepKind kind) const;

 private:
  std::vector<Value> clipped(std::span<const Trained> trained) const;
  const OptimizerDef* def_;
  Spec spec_;
  Attributes arguments_;
  LearningRate learning_rate_ = 0.0;
  double scale_ = 1;
};

// Option structs and makers, with Keras's names and defaults.
struct CommonOptions {
  double weight_decay = -1;  // negative: the optimiser's default
  double clipnorm = 0;
  double clipvalue = 0;
  double global_clipnorm = 0;
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::int64_t ema_overwrite_frequency = 0;
  std::int64_t gradient_accumulation_steps = 1;
};
struct SGDOptions {
  LearningRate learning_rate = 0.01;
  double momentum = 0;
  bool nesterov = false;
  CommonOptions common = {};
};
struct AdamOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;
  bool amsgrad = false;
  CommonOptions common = {};
};
struct RMSpropOptions {
  LearningRate learning_rate = 0.001;
  double rho = 0.9, momentum = 0, epsilon = 1e-7;
  bool centered = false;
  CommonOptions common = {};
};
struct AdagradOptions {
  LearningRate learning_rate = 0.001;
  double initial_accumulator_value = 0.1, epsilon = 1e-7;
  CommonOptions common = {};
};
struct AdadeltaOptions {
  LearningRate learning_rate = 0.001;
  double rho = 0.95, epsilon = 1e-7;
  CommonOptions common = {};
};
struct AdafactorOptions {
  LearningRate learning_rate = 0.001;
  double beta_2_decay = -0.8, epsilon_1 = 1e-30, epsilon_2 = 1e-3, clip_threshold = 1;
  bool relative_step = true;
  CommonOptions common = {};
};
struct MomentOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;
  CommonOptions common = {};
};
struct LionOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9, beta_2 = 0.99;
  CommonOptions common = {};
};
struct FtrlOptions {
  LearningRate learning_rate = 0.001;
  double learning_rate_power = -0.5, initial_accumulator_value = 0.1, beta = 0;
  double l1_regularization_strength = 0, l2_regularization_strength = 0, l2_shrinkage_regularization_strength = 0;
  CommonOptions common = {};
};
Optimizer SGD(const SGDOptions& options = {});
Optimizer Adam(const AdamOptions& options = {});
Optimizer AdamW(const AdamOptions& options = {});
Optimizer RMSprop(const RMSpropOptions& options = {});
Optimizer Adagrad(const AdagradOptions& options = {});
Optimizer Adadelta(const AdadeltaOptions& options = {});
Optimizer Adafactor(const AdafactorOptions& options = {});
Optimizer Adamax(const MomentOptions& options = {});
Optimizer Nadam(const MomentOptions& options = {});
Optimizer Lamb(const MomentOptions& options = {});
Optimizer Lion(const LionOptions& options = {});
Optimizer Ftrl(const FtrlOptions& options = {});

}  // namespace lepton::optim
