// States alternate between two buffers; slices and stacked results are places in the sequences.
#include "lepton/runtime/internal/scan_kernel.hpp"

#include <cstring>
#include <mutex>

#include "lepton/runtime/executable.hpp"

namespace lepton::runtime {
namespace {

constexpr std::int64_t kAlignment = 64;

std::int64_t aligned(std::int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// Executions of one program that nobody uses at the moment. A run takes one and brings it back, so that two threads never share one and
// nothing is allocated once there are enough.
class ExecutionPool {
 public:
  explicit ExecutionPool(std::shared_ptr<const Executable> executable) : executable_(std::move(executable)) {
    idle_.emplace_back(executable_);
  }

  Execution take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return Execution(executable_);
    Execution execution = std::move(idle_.back());
    idle_.pop_back();
    return execution;
  }
  void give_back(Execution execution) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(execution));
  }

 private:
  std::shared_ptr<const Executable> executable_;
  std::mutex mutex_;
  std::vector<Execution> idle_;
};

class ScanKernel final : public Kernel {
 public:
  ScanKernel(const LoweredNode& node, std::vector<TensorType> body_inputs, std::int64_t length, std::shared_ptr<const Executable> body)
      : length_(length),
        num_states_(static_cast<std::size_t>(node.attributes.integer("num_states"))),
        num_sequences_(static_cast<std::size_t>(node.attributes.integer("num_sequences"))),
        reverse_(node.attributes.flag("reverse")),
        keeps_(node.attributes.flag("keep_states")),
        body_inputs_(std::move(body_inputs)),
        body_(body),
        pool_(std::move(body)) {
    scratch_bytes = aligned(body_->arena_bytes());
    for (std::size_t s = 0; s < num_states_; ++s) {
      state_places_.push_back(scratch_bytes);
      scratch_bytes += 2 * aligned(state_bytes(s));
    }
    implementation = fmt::format("scan:{} steps of {}", length, body_->statistics().num_steps);
  }

  void run(const KernelArguments& arguments) const override {
    Execution execution = pool_.take();
    execution.bind_arena(arguments.scratch);
    for (std::size_t i = num_states_ + num_sequences_; i < body_inputs_.size(); ++i) bind(execution, i, arguments.inputs[i]);
    for (std::size_t s = 0; s < num_states_; ++s) bind(execution, s, arguments.inputs[s]);
    for (std::int64_t i = 0; i < length_; ++i) step(execution, arguments, i);
    for (std::size_t s = 0; s < num_states_; ++s) {
      copy(arguments.outputs[s], length_ == 0 ? arguments.inputs[s] : state(arguments, s, length_ - 1), state_bytes(s));
    }
    pool_.give_back(std::move(execution));
  }

 private:
  std::int64_t state_bytes(std::size_t s) const { return body_inputs_[s].size_bytes(); }
  // Where state `s` lies after step `i`.
  std::byte* state(const KernelArguments& arguments, std::size_t s, std::int64_t i) const {
    return arguments.scratch + state_places_[s] + (i % 2) * aligned(state_bytes(s));
  }
  static void copy(std::byte* to, const std::byte* from, std::int64_t bytes) {
    if (bytes > 0) std::memcpy(to, from, static_cast<std::size_t>(bytes));
  }
  // A body never writes to its inputs: none of them is a state that it updates.
  static void bind(Execution& execution, std::size_t i, const std::byte* data) { execution.bind_input(i, const_cast<std::byte*>(data)); }

  void step(Execution& execution, const KernelArguments& arguments, std::int64_t i) const {
    const std::int64_t t = reverse_ ? length_ - 1 - i : i;
    const std::size_t num_results = body_->outputs().size();
    for (std::size_t s = 0; s < num_sequences_; ++s) {
      const std::size_t place = num_states_ + s;
      bind(execution, place, arguments.inputs[place] + t * body_inputs_[place].size_bytes());
    }
    for (std::size_t s = 0; s < num_states_; ++s) {
      const std::byte* before = i == 0 ? arguments.inputs[s] : state(arguments, s, i - 1);
      if (keeps_) copy(arguments.outputs[num_results + s] + t * state_bytes(s), before, state_bytes(s));
      bind(execution, s, before);
      execution.bind_output(s, state(arguments, s, i));
    }
    for (std::size_t y = num_states_; y < num_results; ++y)
      execution.bind_output(y, arguments.outputs[y] + t * body_->outputs()[y].desc.type.size_bytes());
    execution.run();
  }

  std::int64_t length_;
  std::size_t num_states_, num_sequences_;
  bool reverse_, keeps_;
  std::vector<TensorType> body_inputs_;
  std::shared_ptr<const Executable> body_;
  mutable ExecutionPool pool_;
  std::vector<std::int64_t> state_places_;  // in scratch
};

}  // namespace

std::unique_ptr<Kernel> make_scan_kernel(const LoweredNode& node, const Lowered& lowered, const CompileOptions& options) {
  const auto num_states = static_cast<std::size_t>(node.attributes.integer("num_states"));
  const auto num_sequences = static_cast<std::size_t>(node.attributes.integer("num_sequences"));
  std::vector<TensorType> types;
  std::int64_t length = node.attributes.integer("length");
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    types.push_back(lowered.type(node.inputs[i]));
    if (i < num_states || i >= num_states + num_sequences) continue;
    length = types[i].shape[0];
    types[i].shape = Shape(Dims(types[i].shape.begin() + 1, types[i].shape.end()));
  }
  CompileOptions inner = options;
  inner.state_layouts.clear();
  auto body = compile(*node.regions[0], types, inner).value();
  auto kernel = std::make_unique<ScanKernel>(node, std::move(types), length, std::move(body));
  for (const ValueId id : node.inputs) kernel->input_layouts.push_back(Layout::row_major(lowered.type(id).shape));
  for (const ValueId id : node.outputs) kernel->output_layouts.push_back(Layout::row_major(lowered.type(id).shape));
  return kernel;
}

}  // namespace lepton::runtime
