// Compilation, and the pointers of a run.
#include "lepton/runtime/executable.hpp"

#include <algorithm>

#include "lepton/base/parallel.hpp"
#include "lepton/kernels/cpu/ref/reorder.hpp"
#include "lepton/runtime/internal/planner.hpp"

namespace lepton::runtime {
namespace {

void convert_layout(const TensorDesc& from, const std::byte* source, const TensorDesc& to, std::byte* target) {
  kernels::ref::Reorder(from, to).run(source, target);
}

}  // namespace

Executable::Executable(std::unique_ptr<const Plan> plan) : plan_(std::move(plan)) {}
Executable::~Executable() = default;

std::span<const ExecutableInput> Executable::inputs() const { return plan_->inputs; }
std::span<const ExecutableOutput> Executable::outputs() const { return plan_->outputs; }
const PlanStatistics& Executable::statistics() const { return plan_->statistics; }

std::int64_t Executable::peak_bytes() const {
  const PlanStatistics& s = plan_->statistics;
  return s.arena_bytes + s.constant_bytes + s.input_bytes + s.state_bytes;
}

std::string Executable::describe() const {
  const PlanStatistics& s = plan_->statistics;
  std::string text = fmt::format(
      "{} steps, {} nodes fused away, {} views, {} in place; {} reorders and {} copies in every run\n"
      "memory: arena {} bytes, constants {}, inputs {}, state {}\n",
      s.num_steps, s.num_fused_nodes, s.num_views, s.num_in_place, s.num_reorders, s.num_copies, s.arena_bytes, s.constant_bytes,
      s.input_bytes, s.state_bytes);
  for (std::size_t i = 0; i < plan_->steps.size(); ++i) {
    const StepInfo& info = plan_->steps[i].info;
    text += fmt::format("{:4} {:<24} {:<32} {:<28} {}\n", i, info.op, info.name, info.implementation, info.layouts);
  }
  for (const std::string& reason : plan_->declined) text += "declined: " + reason + "\n";
  return text;
}

std::vector<Tensor> Executable::run(std::span<const Tensor> inputs) const {
  if (inputs.size() != plan_->inputs.size())
    fail(ErrorCode::kInvalidArgument, "executable: needs {} inputs, got {}", plan_->inputs.size(), inputs.size());
  // A shared handle on this object, alive for the call only.
  Execution execution(std::shared_ptr<const Executable>(std::shared_ptr<const Executable>(), this));
  const auto arena = Storage::allocate(static_cast<std::size_t>(arena_bytes()));
  execution.bind_arena(arena->data());
  std::vector<std::shared_ptr<Storage>> memory;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const TensorDesc& desc = plan_->inputs[i].desc;
    if (inputs[i].type() != desc.type)
      fail(ErrorCode::kShapeMismatch, "executable: input '{}' must be {}, got {}", plan_->inputs[i].name, desc.type.to_string(),
           inputs[i].type().to_string());
    memory.push_back(Storage::allocate(static_cast<std::size_t>(desc.size_bytes())));
    convert_layout(TensorDesc::row_major(desc.type), inputs[i].contiguous().bytes(), desc, memory.back()->data());
    execution.bind_input(i, memory.back()->data());
  }
  execution.run();
  std::vector<Tensor> results;
  for (std::size_t i = 0; i < plan_->outputs.size(); ++i) {
    const TensorDesc& desc = plan_->outputs[i].desc;
    results.push_back(Tensor::empty(desc.type.dtype, desc.type.shape));
    convert_layout(desc, execution.output(i), TensorDesc::row_major(desc.type), results.back().bytes());
  }
  return results;
}

Result<std::shared_ptr<const Executable>> compile(const graph::Graph& graph, std::span<const TensorType> input_types,
                                                  const CompileOptions& given) {
  CompileOptions options = given;
  if (options.backend == nullptr) options.backend = &cpu_backend();
  if (options.num_threads <= 0) options.num_threads = num_threads();
  LEPTON_TRY(Lowered lowered, lower(graph, input_types, *options.backend, options.rewrite));
  if (options.fuse) {
    auto fused = catch_error([&] {
      if (options.choose_layouts) absorb_epilogues(lowered, *options.backend, options.num_threads);
      fuse_elementwise(lowered);
    });
    if (!fused) return fused.error();
  }
  LEPTON_TRY(std::unique_ptr<Plan> plan, make_plan(lowered, options));
  return std::make_shared<const Executable>(std::move(plan));
}

// ---- Execution ------------------------------------------------------------------------------------------------------------------------

struct Execution::State {
  std::shared_ptr<const Executable> executable;
  std::vector<std::byte*> buffers;       // where each buffer lies
  std::vector<const std::byte*> inputs;  // of all steps, one after another
  std::vector<std::byte*> outputs;
  std::vector<std::byte*> bound_inputs, bound_outputs;
  std::byte* arena = nullptr;
  bool stale = true;

  void resolve() {
    const Plan& plan = executable->plan();
    for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
      const Buffer& buffer = plan.buffers[b];
      switch (buffer.kind) {
        case Buffer::Kind::kArena:
          buffers[b] = arena + buffer.offset;
          break;
        case Buffer::Kind::kInput:
          buffers[b] = bound_inputs[static_cast<std::size_t>(buffer.index)];
          break;
        case Buffer::Kind::kConstant:
          buffers[b] = plan.constants[static_cast<std::size_t>(buffer.index)].bytes();
          break;
        case Buffer::Kind::kNone:
          buffers[b] = nullptr;
          break;
      }
    }
    for (std::size_t i = 0; i < bound_outputs.size(); ++i) {
      if (bound_outputs[i] != nullptr && plan.outputs[i].updates < 0)
        buffers[static_cast<std::size_t>(plan.output_buffers[i])] = bound_outputs[i];
    }
    std::size_t in = 0, out = 0;
    for (const Step& step : plan.steps) {
      for (const int b : step.inputs) inputs[in++] = b < 0 ? nullptr : buffers[static_cast<std::size_t>(b)];
      for (const int b : step.outputs) outputs[out++] = buffers[static_cast<std::size_t>(b)];
    }
    stale = false;
  }
};

Execution::Execution(std::shared_ptr<const Executable> executable) : state_(std::make_unique<State>()) {
  const Plan& plan = executable->plan();
  std::size_t in = 0, out = 0;
  for (const Step& step : plan.steps) {
    in += step.inputs.size();
    out += step.outputs.size();
  }
  state_->buffers.resize(plan.buffers.size());
  state_->inputs.resize(in);
  state_->outputs.resize(out);
  state_->bound_inputs.resize(plan.inputs.size());
  state_->bound_outputs.resize(plan.outputs.size());
  state_->executable = std::move(executable);
}

Execution::~Execution() = default;
Execution::Execution(Execution&&) noexcept = default;
Execution& Execution::operator=(Execution&&) noexcept = default;

const Executable& Execution::executable() const { return *state_->executable; }

void Execution::bind_arena(std::byte* arena) {
  state_->stale = state_->stale || state_->arena != arena;
  state_->arena = arena;
}

void Execution::bind_input(std::size_t i, std::byte* data) {
  state_->stale = state_->stale || state_->bound_inputs[i] != data;
  state_->bound_inputs[i] = data;
}

void Execution::bind_output(std::size_t i, std::byte* data) {
  state_->stale = state_->stale || state_->bound_outputs[i] != data;
  state_->bound_outputs[i] = data;
}

std::byte* Execution::output(std::size_t i) const {
  if (state_->stale) state_->resolve();
  return state_->buffers[static_cast<std::size_t>(state_->executable->plan().output_buffers[i])];
}

void Execution::run(Profile* profile) {
  if (state_->stale) state_->resolve();
  std::size_t in = 0, out = 0;
  if (profile != nullptr) profile->begin(state_->executable->plan().declined);
  for (const Step& step : state_->executable->plan().steps) {
    const KernelArguments arguments{std::span(state_->inputs).subspan(in, step.inputs.size()),
                                    std::span(state_->outputs).subspan(out, step.outputs.size()),
                                    step.scratch < 0 ? nullptr : state_->buffers[static_cast<std::size_t>(step.scratch)]};
    in += step.inputs.size();
    out += step.outputs.size();
    if (profile == nullptr) {
      step.kernel->run(arguments);
      continue;
    }
    const auto begin = Profile::Clock::now();
    step.kernel->run(arguments);
    profile->record(step.info, begin, Profile::Clock::now());
  }
}

}  // namespace lepton::runtime
