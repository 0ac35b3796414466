// summary(): layers, shapes, parameters, multiply-accumulates and memory, before anything runs.
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "lepton/graph/cost.hpp"
#include "lepton/train/internal/model_state.hpp"

namespace lepton::train {
namespace {

std::string bytes_text(std::int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value < 1024 * 1024) return fmt::format("{:.1f} KB", value / 1024);
  if (value < 1024.0 * 1024 * 1024) return fmt::format("{:.1f} MB", value / (1024 * 1024));
  return fmt::format("{:.2f} GB", value / (1024.0 * 1024 * 1024));
}

std::string count_text(std::int64_t count) {
  std::string digits = std::to_string(count);
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
    digits.insert(static_cast<std::size_t>(place), ",");
  return digits;
}

std::string shape_text(const Shape& shape) {
  std::string text = "(";
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis > 0) text += ", ";
    text += shape[axis] == kAnyDim ? "None" : std::to_string(shape[axis]);
  }
  return text + ")";
}

// Types of the data inputs of `program` for a batch.
std::vector<TensorType> data_types(const runtime::Program& program, std::int64_t batch_size) {
  std::vector<TensorType> types;
  for (const std::string& name : program.input_names()) {
    TensorType type = program.graph().find_input(name)->type;
    for (int axis = 0; axis < type.shape.rank(); ++axis) {
      if (type.shape[axis] == kAnyDim) type.shape[axis] = batch_size;
    }
    types.push_back(std::move(type));
  }
  return types;
}

// Memory that this process may use: the machine's, or the cgroup's limit.
std::int64_t available_memory() {
  std::int64_t bytes = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  std::ifstream file("/sys/fs/cgroup/memory.max");
  std::int64_t limit = 0;
  if (file >> limit && limit > 0) bytes = std::min(bytes, limit);
  return bytes;
}

}  // namespace

Footprint Model::footprint(std::int64_t batch_size) {
  Footprint result;
  if (state_->network.batch_size() != kAnyDim) batch_size = state_->network.batch_size();
  for (const nn::Weight& weight : state_->network.weights()) result.parameters += weight.shape.num_elements();
  for (const nn::Weight* weight : trained_weights(state_->network, state_->compiled ? state_->compiled->objective : Objective{}))
    result.trainable_parameters += weight->shape.num_elements();
  runtime::Program& prediction = state_->prediction_program();
  result.inference_peak_bytes = prediction.plan(data_types(prediction, batch_size)).peak_bytes();
  result.macs_per_sample = graph::count_macs(prediction.graph(), 1);
  if (state_->compiled) {
    runtime::Program& training = state_->training_program(state_->compiled->weighted, optim::StepKind::kUpdate);
    result.training_peak_bytes = training.plan(data_types(training, batch_size)).peak_bytes();
  }
  return result;
}

std::string Model::summary(std::int64_t batch_size) {
  const nn::Network& network = state_->network;
  std::string text = fmt::format("Model: \"{}\"\n{:<36}{:<28}{:>14}\n{}\n", state_->options.name, "Layer (type)", "Output shape", "Param #",
                                 std::string(78, '-'));
  std::vector<bool> counted(network.layers().size(), false);
  for (const nn::Network::Call& call : network.calls()) {
    std::int64_t parameters = 0;
    for (const nn::Weight& weight : network.weights()) {
      if (network.layer_of(weight) == call.layer && !counted[call.layer]) parameters += weight.shape.num_elements();
    }
    counted[call.layer] = true;
    const nn::Layer& layer = network.layers()[call.layer];
    const std::string name = fmt::format("{} ({}){}", network.layer_name(call.layer), layer.def().name, layer.trainable() ? "" : " frozen");
    text += fmt::format("{:<36}{:<28}{:>14}\n", name, shape_text(call.output_shapes.front()), count_text(parameters));
  }
  const Footprint f = footprint(batch_size);
  text += fmt::format(
      "{}\nTotal params: {} ({})\nTrainable params: {}\nMultiply-adds per sample: {}\nPeak memory, inference at batch {}: {}\n",
      std::string(78, '-'), count_text(f.parameters), bytes_text(f.parameters * static_cast<std::int64_t>(size_of(network.dtype()))),
      count_text(f.trainable_parameters), count_text(f.macs_per_sample), batch_size, bytes_text(f.inference_peak_bytes));
  if (f.training_peak_bytes > 0)
    text += fmt::format("Peak memory, training at batch {}: {}\n", batch_size, bytes_text(f.training_peak_bytes));
  return text;
}

void Model::check_memory(std::int64_t batch_size) {
  // A plan is cheap for a batch that will be run anyway: it is kept.
  const std::int64_t needed = footprint(batch_size).training_peak_bytes, available = available_memory();
  if (needed > available) {
    fail(ErrorCode::kResourceExhausted, "fit: training at batch size {} needs {} of memory, the machine has {}; use a smaller batch_size",
         batch_size, bytes_text(needed), bytes_text(available));
  }
}

}  // namespace lepton::train
