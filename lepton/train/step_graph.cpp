// Builds the step graphs.
#include "lepton/train/step_graph.hpp"

#include <algorithm>

#include "lepton/autodiff/gradients.hpp"
#include "lepton/nn/constraint.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/elementwise.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::train {
namespace {

using graph::GraphBuilder;
using graph::InputKind;

// Targets have the shape of the prediction; class indices have no class axis, or one of size 1: both are accepted by a free last axis.
TensorType target_type(const nn::Feature& prediction, const nn::Loss& loss, DType dtype) {
  Shape shape = prediction.logical_shape();
  if (loss.takes_class_indices()) {
    Dims dims(shape.begin(), shape.end() - 1);
    return {DType::kI64, Shape(std::move(dims))};
  }
  return {dtype, std::move(shape)};
}

struct Objectives {
  Value total;
  std::vector<std::pair<std::string, Value>> results;  // per-output losses and metric sums
};

nn::LossInputs metric_inputs(const nn::Feature& prediction, const Value& target, const nn::Loss& loss) {
  nn::LossInputs inputs;
  inputs.prediction = prediction.logical();
  inputs.target =
      loss.takes_class_indices() || target.dtype() == inputs.prediction.dtype() ? target : ops::cast(target, inputs.prediction.dtype());
  return inputs;
}

Objectives build_objectives(GraphBuilder& builder, const nn::Network& network, const Objective& objective, const nn::Built& built,
                            const Value& sample_weight) {
  Objectives made;
  for (std::size_t i = 0; i < built.outputs.size(); ++i) {
    const std::string& name = network.output_names()[i];
    const OutputLoss& output = objective.losses[i];
    if (output.loss.empty()) continue;
    const Value target = builder.input(target_name(name), target_type(built.outputs[i], output.loss, network.dtype()));
    builder.set_scope("loss/" + name);
    const Value loss = output.loss.reduce(built.outputs[i], target, sample_weight);
    made.results.emplace_back(name + "/loss", loss);
    const Value counted = output.weight == 1 ? loss : ops::mul(loss, ops::constant_like(loss, output.weight));
    made.total = made.total.defined() ? ops::add(made.total, counted) : counted;
    builder.set_scope("metrics/" + name);
    const nn::LossInputs inputs = metric_inputs(built.outputs[i], target, output.loss);
    const Value counted_weight = nn::counted_weight(built.outputs[i].mask, sample_weight, inputs.prediction.dtype(), false);
    for (const nn::Metric& metric : objective.metrics[i]) {
      if (!metric.def().batch_sums) {
        if (built.outputs[i].mask.defined())
          fail(ErrorCode::kUnsupported, "metric '{}' of output '{}' cannot leave out masked steps", metric.text(), name);
        continue;
      }
      const std::vector<Value> sums = metric.def().batch_sums(inputs, counted_weight, metric.arguments());
      for (std::size_t k = 0; k < sums.size(); ++k) made.results.emplace_back(fmt::format("{}/{}/{}", name, metric.text(), k), sums[k]);
    }
  }
  if (!made.total.defined()) fail(ErrorCode::kInvalidArgument, "compile: at least one output needs a loss");
  for (const Value& loss : built.losses) made.total = ops::add(made.total, loss);
  builder.set_scope({});
  return made;
}

// Lets every update happen only if the loss is finite: a bad batch leaves the weights as they were, and its cause can still be found.
graph::Graph update_if_finite(graph::Graph graph, const Value& loss) {
  const std::vector<graph::GraphOutput> outputs = graph.outputs();
  GraphBuilder builder(std::move(graph), false);
  const Value total = builder.value(loss.id());
  const Value finite = ops::logical_not(ops::logical_or(ops::is_nan(total), ops::is_inf(total)));
  for (const graph::GraphOutput& output : outputs) {
    Value value = builder.value(output.value);
    if (!output.updates.empty()) value = ops::where(finite, value, builder.value(builder.graph().find_input(output.updates)->value));
    builder.output(output.name, value, output.updates);
  }
  return std::move(builder).finish();
}

double rate_of(const nn::Weight& weight, const Objective& objective) {
  const auto given = objective.rates.find(weight.name);
  return given == objective.rates.end() ? 1 : given->second;
}

}  // namespace

std::string target_name(const std::string& output) { return "target/" + output; }

std::vector<const nn::Weight*> trained_weights(const nn::Network& network, const Objective& objective) {
  std::vector<const nn::Weight*> trained;
  for (const nn::Weight& weight : network.weights()) {
    const bool trainable = weight.trainable && network.layers()[network.layer_of(weight)].trainable();
    if (trainable && rate_of(weight, objective) > 0) trained.push_back(&weight);
  }
  return trained;
}

graph::Graph training_step(const nn::Network& network, const Objective& objective, const optim::Optimizer& optimizer,
                           const StepOptions& options) {
  GraphBuilder builder("training_step");
  const Value key = builder.input(std::string(kRandomKey), {DType::kU64, {2}});
  const nn::Built built = network.build(builder, {.training = true, .random_key = key});
  const Value weight = options.weighted ? builder.input(std::string(kSampleWeight), {network.dtype(), {kAnyDim}}) : Value();
  const Objectives made = build_objectives(builder, network, objective, built, weight);
  const Value learning_rate = builder.input(std::string(kLearningRate), {network.dtype(), {}});
  const Value step = builder.input(std::string(kStep), {network.dtype(), {}});
  builder.output("loss", made.total);
  for (const auto& [name, value] : made.results) builder.output(name, value);

  std::vector<Value> wrt;
  const std::vector<const nn::Weight*> trained = trained_weights(network, objective);
  for (const nn::Weight* w : trained) wrt.push_back(builder.value(builder.graph().find_input(w->name)->value));
  const std::vector<Value> gradients = autodiff::gradients(builder, made.total, wrt);
  std::vector<optim::Trained> updates;
  for (std::size_t i = 0; i < trained.size(); ++i) {
    updates.push_back({trained[i]->name, wrt[i], gradients[i], rate_of(*trained[i], objective)});
    if (!trained[i]->constraint.empty())
      updates.back().constrain = [weight = trained[i]](const Value& value) { return nn::constrain(*weight, value); };
  }
  optimizer.build(builder, updates, learning_rate, step, options.kind);
  for (const auto& [name, value] : built.updates) builder.output(name, value, name);
  graph::Graph graph = std::move(builder).finish();
  return options.keep_finite ? update_if_finite(std::move(graph), made.total) : std::move(graph);
}

graph::Graph evaluation_step(const nn::Network& network, const Objective& objective, bool weighted) {
  GraphBuilder builder("evaluation_step");
  const nn::Built built = network.build(builder, {});
  const Value weight = weighted ? builder.input(std::string(kSampleWeight), {network.dtype(), {kAnyDim}}) : Value();
  const Objectives made = build_objectives(builder, network, objective, built, weight);
  builder.output("loss", made.total);
  for (const auto& [name, value] : made.results) builder.output(name, value);
  for (std::size_t i = 0; i < built.outputs.size(); ++i)
    builder.output("prediction/" + network.output_names()[i], built.outputs[i].logical());
  for (const auto& [name, value] : built.updates) builder.output(name, value, name);
  return std::move(builder).finish();
}

graph::Graph prediction_step(const nn::Network& network, bool memory) {
  GraphBuilder builder("prediction");
  const nn::Built built = network.build(builder, {.memory = memory});
  for (std::size_t i = 0; i < built.outputs.size(); ++i) builder.output(network.output_names()[i], built.outputs[i].logical());
  for (const auto& [name, value] : built.updates) builder.output(name, value, name);
  return std::move(builder).finish();
}

graph::Graph diagnosis_step(const nn::Network& network) {
  GraphBuilder builder("diagnosis");
  const nn::Built built = network.build(builder, {});
  for (std::size_t i = 0; i < built.calls.size(); ++i) builder.output(fmt::format("call/{}", i), built.calls[i].front().value);
  return std::move(builder).finish();
}

}  // namespace lepton::train
