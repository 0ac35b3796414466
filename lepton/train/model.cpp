// Construction, weights, programs and single steps of a Model.
#include "lepton/train/model.hpp"

#include <algorithm>

#include "lepton/nn/initializer.hpp"
#include "lepton/train/internal/model_state.hpp"

namespace lepton::train {

using nn::Weight;

Model::Model(const std::vector<nn::Symbol>& inputs, const std::vector<nn::Symbol>& outputs, const ModelOptions& options)
    : Model(nn::Network::functional(inputs, outputs, options.dtype), options) {}

Model::Model(nn::Network network, const ModelOptions& options)
    : Model(std::move(network), options, [&options, stream = std::uint64_t{1}](const Weight& weight) mutable {
        return nn::to_stored(weight, nn::initialize(weight.initializer, weight.shape, options.dtype, options.seed, stream++).value());
      }) {}

Model::Model(nn::Network network, const ModelOptions& options, const StoredWeights& stored)
    : state_(std::make_unique<State>(std::move(network), options)) {
  for (const Weight& weight : state_->network.weights()) {
    const Tensor value = stored(weight);
    if (value.type() != weight.stored)
      fail(ErrorCode::kShapeMismatch, "the weight '{}' is {}, the model wants {}", weight.name, value.type().to_string(),
           weight.stored.to_string());
    state_->variables->add(weight.name, value, runtime::Variable::Start::kShare);
  }
  for (const nn::Memory& memory : state_->network.memories())
    state_->variables->add(memory.name, Tensor::zeros(memory.type.dtype, memory.type.shape));
}

Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

void Model::compile(const CompileOptions& options) {
  const nn::Network& network = state_->network;
  const std::size_t count = network.output_names().size();
  if (!options.losses.empty() && options.losses.size() != count) {
    fail(ErrorCode::kInvalidArgument, "compile: needs one loss for each of the {} outputs, got {}", count, options.losses.size());
  }
  if (!options.loss_weights.empty() && options.loss_weights.size() != count) {
    fail(ErrorCode::kInvalidArgument, "compile: needs one loss weight for each of the {} outputs, got {}", count,
         options.loss_weights.size());
  }
  if (!options.output_metrics.empty() && options.output_metrics.size() != count) {
    fail(ErrorCode::kInvalidArgument, "compile: needs a list of metrics for each of the {} outputs, got {}", count,
         options.output_metrics.size());
  }
  Compiled compiled{{}, options.optimizer, nullptr, nullptr, nullptr};
  for (std::size_t i = 0; i < count; ++i) {
    const nn::Loss& loss = options.losses.empty() ? options.loss : options.losses[i];
    if (loss.empty()) fail(ErrorCode::kInvalidArgument, "compile: output '{}' has no loss", network.output_names()[i]);
    compiled.objective.losses.push_back({loss, options.loss_weights.empty() ? 1.0 : options.loss_weights[i]});
    const auto [call, output] = network.output_calls()[i];
    const Shape shape = call < 0 ? network.inputs()[static_cast<std::size_t>(-1 - call)].type.shape
                                 : network.calls()[static_cast<std::size_t>(call)].output_shapes[static_cast<std::size_t>(output)];
    std::vector<nn::Metric> metrics;
    for (const nn::Metric& metric : options.output_metrics.empty() ? options.metrics : options.output_metrics[i])
      metrics.push_back(metric.resolved(loss, shape));
    compiled.objective.metrics.push_back(std::move(metrics));
  }
  for (const auto& [name, rate] : options.rates) {
    if (network.find_weight(name) == nullptr) fail(ErrorCode::kNotFound, "compile: there is no weight '{}' to give a rate", name);
    if (!(rate >= 0)) fail(ErrorCode::kInvalidArgument, "compile: the rate of '{}' must not be negative (rate {})", name, rate);
  }
  compiled.objective.rates = options.rates;
  // Optimiser states of an earlier compile start anew.
  std::vector<std::pair<std::string, TensorType>> trained;
  for (const Weight* weight : trained_weights(network, compiled.objective)) trained.emplace_back(weight->name, weight->stored);
  auto variables = std::make_shared<runtime::VariableStore>();
  for (const Weight& weight : network.weights()) variables->add(weight.name, state_->variables->get(weight.name).get());
  for (const nn::Memory& memory : network.memories()) variables->add(memory.name, state_->variables->get(memory.name).get());
  for (const optim::SlotState& slot : options.optimizer.states(trained)) {
    variables->add(slot.name, Tensor::full(slot.type.dtype, slot.type.shape, slot.initial));
  }
  state_->variables = std::move(variables);
  state_->prediction = nullptr;
  state_->stateless_prediction = nullptr;
  state_->diagnosis = nullptr;
  state_->iterations = 0;
  state_->compiled.emplace(std::move(compiled));
}

bool Model::is_compiled() const { return state_->compiled.has_value(); }

runtime::Program& Model::State::training_program(bool weighted, optim::StepKind kind) {
  Compiled& c = require_compiled();
  if (c.weighted != weighted) {
    c.update = nullptr;
    c.accumulate = nullptr;
    c.weighted = weighted;
  }
  std::unique_ptr<runtime::Program>& program = kind == optim::StepKind::kUpdate ? c.update : c.accumulate;
  if (program == nullptr) {
    program = std::make_unique<runtime::Program>(
        training_step(network, c.objective, c.optimizer, {.weighted = weighted, .keep_finite = c.keep_finite, .kind = kind}), variables);
  }
  program->set_profile(profile);
  return *program;
}

void Model::set_profile(runtime::Profile* profile) { state_->profile = profile; }

void Model::set_keep_finite(bool on) {
  Compiled& c = state_->require_compiled();
  if (c.keep_finite == on) return;
  c.keep_finite = on;
  c.update = nullptr;
  c.accumulate = nullptr;
}

runtime::Program& Model::State::evaluation_program(bool weighted) {
  Compiled& c = require_compiled();
  if (c.evaluation == nullptr || c.evaluation_weighted != weighted) {
    c.evaluation = std::make_unique<runtime::Program>(evaluation_step(network, c.objective, weighted), variables);
    c.evaluation_weighted = weighted;
  }
  c.evaluation->set_profile(profile);
  return *c.evaluation;
}

runtime::Program& Model::State::prediction_program() {
  if (prediction == nullptr) prediction = std::make_unique<runtime::Program>(prediction_step(network), variables);
  prediction->set_profile(profile);
  return *prediction;
}

runtime::Program& Model::State::stateless_prediction_program() {
  if (network.memories().empty()) return prediction_program();
  if (stateless_prediction == nullptr)
    stateless_prediction = std::make_unique<runtime::Program>(prediction_step(network, false), variables);
  return *stateless_prediction;
}

runtime::Program& Model::prediction_program() { return state_->stateless_prediction_program(); }

namespace {

// Casts to the declared dtype and, for class indices, drops or keeps a class axis of size 1 as the graph declares it.
Tensor fitted(const Tensor& given, const graph::GraphInput& declared) {
  Tensor tensor = given.dtype() == declared.type.dtype ? given : given.cast(declared.type.dtype);
  const int wanted = declared.type.shape.rank(), actual = tensor.shape().rank();
  if (actual == wanted + 1 && tensor.shape()[-1] == 1) return tensor.reshape(Shape(Dims(tensor.shape().begin(), tensor.shape().end() - 1)));
  if (actual + 1 == wanted && declared.type.shape[-1] == 1) {
    Dims dims = tensor.shape().dims();
    dims.push_back(1);
    return tensor.reshape(Shape(std::move(dims)));
  }
  return tensor;
}

}  // namespace

std::vector<Tensor> Model::State::feed(const runtime::Program& program, const Batch& batch) const {
  std::vector<Tensor> feeds;
  const auto& inputs = network.inputs();
  if (batch.inputs.size() != inputs.size()) {
    fail(ErrorCode::kInvalidArgument, "model: takes {} input arrays, got {}", inputs.size(), batch.inputs.size());
  }
  const std::int64_t samples = batch.inputs.front().shape()[0];
  if (network.batch_size() != kAnyDim && network.batch_size() != samples) {
    fail(ErrorCode::kShapeMismatch,
         "model: takes batches of {} samples, got {}; give this batch_size, and a number of samples that it divides", network.batch_size(),
         samples);
  }
  for (const std::string& name : program.input_names()) {
    const graph::GraphInput& declared = *program.graph().find_input(name);
    const auto input = std::ranges::find(inputs, name, &graph::GraphInput::name);
    const auto output = std::ranges::find_if(network.output_names(), [&](const std::string& o) { return target_name(o) == name; });
    if (input != inputs.end()) {
      feeds.push_back(fitted(batch.inputs[static_cast<std::size_t>(input - inputs.begin())], declared));
    } else if (output != network.output_names().end()) {
      const auto place = static_cast<std::size_t>(output - network.output_names().begin());
      if (place >= batch.targets.size()) fail(ErrorCode::kInvalidArgument, "model: the targets of output '{}' are missing", *output);
      feeds.push_back(fitted(batch.targets[place], declared));
    } else if (name == kSampleWeight) {
      feeds.push_back(fitted(batch.sample_weight, declared));
    } else if (name == kLearningRate) {
      feeds.push_back(
          Tensor::scalar(declared.type.dtype, compiled->optimizer.learning_rate(iterations / compiled->optimizer.accumulation_steps())));
    } else if (name == kStep) {
      feeds.push_back(Tensor::scalar(declared.type.dtype, static_cast<double>(iterations / compiled->optimizer.accumulation_steps() + 1)));
    } else if (name == kRandomKey) {
      feeds.push_back(Tensor::from<std::uint64_t>({options.seed, static_cast<std::uint64_t>(iterations)}, {2}));
    } else {
      LEPTON_UNREACHABLE(name);
    }
  }
  return feeds;
}

std::span<const Tensor> Model::State::train(const Batch& batch) {
  const std::int64_t every = require_compiled().optimizer.accumulation_steps();
  const bool last = (iterations + 1) % every == 0;
  runtime::Program& program =
      training_program(batch.sample_weight.defined(), last ? optim::StepKind::kUpdate : optim::StepKind::kAccumulate);
  const std::vector<Tensor> feeds = feed(program, batch);
  const std::span<const Tensor> results = program.run_borrowed(feeds);
  ++iterations;
  // Keras counts updates, not batches.
  const std::int64_t overwrite = compiled->optimizer.arguments().integer("ema_overwrite_frequency");
  if (last && overwrite > 0 && iterations / every % overwrite == 0) adopt_averages();
  return results;
}

Logs Model::train_on_batch(const Batch& batch) {
  const std::span<const Tensor> results = state_->train(batch);
  const Compiled& c = *state_->compiled;
  RunningLogs logs(state_->network, c.objective, (c.update ? c.update : c.accumulate)->output_names());
  logs.add(results, batch.inputs.front().shape()[0]);
  return logs.logs();
}

const nn::Network& Model::network() const { return state_->network; }
const ModelOptions& Model::options() const { return state_->options; }
std::uint64_t Model::seed() const { return state_->options.seed; }
const Objective& Model::objective() const { return state_->require_compiled().objective; }
const optim::Optimizer& Model::optimizer() const { return state_->require_compiled().optimizer; }
std::int64_t Model::iterations() const { return state_->iterations; }
void Model::set_iterations(std::int64_t iterations) { state_->iterations = iterations; }
double Model::learning_rate() const { return optimizer().learning_rate(state_->iterations / optimizer().accumulation_steps()); }
void Model::set_learning_rate(double value) { state_->require_compiled().optimizer.set_learning_rate(value); }

Tensor Model::get_weight(std::string_view name) const {
  const Weight* weight = state_->network.find_weight(name);
  if (weight == nullptr) fail(ErrorCode::kNotFound, "model: there is no weight '{}'", name);
  return nn::to_shown(*weight, state_->variables->get(name).get());
}

void Model::set_weight(std::string_view name, const Tensor& value) {
  const Weight* weight = state_->network.find_weight(name);
  if (weight == nullptr) fail(ErrorCode::kNotFound, "model: there is no weight '{}'", name);
  state_->variables->get(name).set(nn::to_stored(*weight, value));
}

std::vector<Tensor> Model::get_weights() const {
  std::vector<Tensor> weights;
  for (const Weight& weight : state_->network.weights()) weights.push_back(get_weight(weight.name));
  return weights;
}

void Model::set_weights(const std::vector<Tensor>& weights) {
  const auto& own = state_->network.weights();
  if (weights.size() != own.size())
    fail(ErrorCode::kInvalidArgument, "set_weights: the model has {} weights, got {}", own.size(), weights.size());
  std::vector<Tensor> stored;
  for (std::size_t i = 0; i < own.size(); ++i) stored.push_back(nn::to_stored(own[i], weights[i]));
  for (std::size_t i = 0; i < own.size(); ++i) state_->variables->get(own[i].name).set(stored[i]);
}

void Model::reset_states(std::string_view layer) {
  const nn::Network& network = state_->network;
  bool known = layer.empty();
  for (std::size_t i = 0; i < network.layers().size(); ++i) known = known || network.layer_name(i) == layer;
  if (!known) fail(ErrorCode::kNotFound, "reset_states: there is no layer '{}'", layer);
  for (const nn::Memory& memory : network.memories()) {
    if (layer.empty() || memory.name.starts_with(fmt::format("{}/", layer)))
      state_->variables->get(memory.name).set(Tensor::zeros(memory.type.dtype, memory.type.shape));
  }
}

void Model::swap_averages() {
  for (const Weight* weight : trained_weights(state_->network, objective())) {
    runtime::Variable* average = state_->variables->find(fmt::format("optimizer/{}/average", weight->name));
    if (average == nullptr) continue;
    runtime::Variable& variable = state_->variables->get(weight->name);
    const Tensor value = variable.get();
    variable.set(average->get());
    average->set(value);
  }
}

void Model::adopt_averages() { state_->adopt_averages(); }

void Model::State::adopt_averages() {
  if (!require_compiled().optimizer.keeps_average() || iterations == 0) return;
  for (const Weight* weight : trained_weights(network, compiled->objective)) {
    variables->get(weight->name).set(variables->get(fmt::format("optimizer/{}/average", weight->name)).get());
  }
}

const Weight* Model::State::weight_of_state(std::string_view state) const {
  if (const Weight* weight = network.find_weight(state)) return weight;
  constexpr std::string_view kPrefix = "optimizer/";
  if (!state.starts_with(kPrefix)) return nullptr;
  state.remove_prefix(kPrefix.size());
  return network.find_weight(state.substr(0, state.rfind('/')));
}

runtime::TensorMap Model::save_states() const {
  runtime::TensorMap states = state_->variables->save();
  for (auto& [name, value] : states) {
    // What has the weight's shape is shown as the weight is; row and column sums of an optimiser stay as they are.
    const Weight* weight = state_->weight_of_state(name);
    if (weight != nullptr && value.shape() == weight->stored.shape) value = nn::to_shown(*weight, value);
  }
  return states;
}

Result<void> Model::restore_states(const runtime::TensorMap& states) {
  return catch_error([&] {
    runtime::TensorMap stored;
    for (const auto& [name, value] : states) {
      const Weight* weight = state_->weight_of_state(name);
      stored[name] = weight != nullptr && value.shape() == weight->shape ? nn::to_stored(*weight, value) : value;
    }
    state_->variables->restore(stored).value();
  });
}

}  // namespace lepton::train
