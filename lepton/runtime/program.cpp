// Plans by input types, variables in the layouts that plans want, one arena.
#include "lepton/runtime/program.hpp"

#include <sys/mman.h>

#include <algorithm>

#include "lepton/graph/infer.hpp"
#include "lepton/kernels/cpu/ref/reorder.hpp"

namespace lepton::runtime {

std::byte* Arena::require(std::int64_t size_bytes) {
  if (size_bytes > size_bytes_ || storage_ == nullptr) {
    constexpr std::int64_t kHugePage = 2 << 20;
    size_bytes_ = std::max<std::int64_t>(size_bytes, 64);
    storage_ = Storage::allocate(static_cast<std::size_t>(size_bytes_));
    // Advice only: without huge pages everything works, with more page faults.
    if (huge_pages_ && size_bytes_ >= 2 * kHugePage) {
      const auto begin = (reinterpret_cast<std::uintptr_t>(storage_->data()) + kHugePage - 1) / kHugePage * kHugePage;
      const auto end =
          (reinterpret_cast<std::uintptr_t>(storage_->data()) + static_cast<std::uintptr_t>(size_bytes_)) / kHugePage * kHugePage;
      if (end > begin) (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
    }
  }
  return storage_->data();
}

namespace {

// A variable in the layout of one plan, for plans that do not get their way.
struct ReorderedCopy {
  std::shared_ptr<Storage> memory;
  std::unique_ptr<kernels::ref::Reorder> reorder;
  Layout from;
  std::uint64_t version = 0;
};

struct PlanEntry {
  std::vector<TensorType> types;
  std::shared_ptr<const Executable> executable;
  Execution execution;
  std::vector<ReorderedCopy> copies;     // by input
  std::vector<std::size_t> data_inputs;  // places of data inputs among the executable's inputs
  std::vector<std::size_t> results;      // places of ordinary outputs
  std::vector<Variable*> states;         // by input; null for data
  std::vector<Tensor> borrowed;          // views of the results in the arena

  explicit PlanEntry(std::shared_ptr<const Executable> e) : executable(e), execution(std::move(e)) {}
};

}  // namespace

struct Program::State {
  graph::Graph graph;
  std::shared_ptr<VariableStore> variables;
  ProgramOptions options;
  std::shared_ptr<Arena> arena;
  std::vector<std::string> input_names, output_names;
  std::list<PlanEntry> plans;  // most recently used first
  Profile* profile = nullptr;

  PlanEntry& plan_for(std::span<const TensorType> types) {
    const auto found = std::ranges::find_if(plans, [&](const PlanEntry& entry) { return std::ranges::equal(entry.types, types); });
    if (found != plans.end()) {
      plans.splice(plans.begin(), plans, found);
      return plans.front();
    }
    plans.push_front(make_entry(types));
    if (plans.size() > options.max_plans) plans.pop_back();
    return plans.front();
  }

  PlanEntry make_entry(std::span<const TensorType> types) {
    std::vector<TensorType> all;
    CompileOptions compile_options = options.compile;
    compile_options.state_layouts.clear();
    std::size_t data = 0;
    for (const graph::GraphInput& input : graph.inputs()) {
      if (input.kind == graph::InputKind::kData) {
        if (data >= types.size())
          fail(ErrorCode::kInvalidArgument, "{}: needs {} inputs, got {}", graph.name, input_names.size(), types.size());
        all.push_back(types[data++]);
        compile_options.state_layouts.emplace_back();
        continue;
      }
      const Variable& variable = variables->get(input.name);
      all.push_back(variable.type());
      compile_options.state_layouts.push_back(variable.is_layout_fixed() ? std::optional(variable.layout()) : std::nullopt);
    }
    if (data != types.size()) fail(ErrorCode::kInvalidArgument, "{}: needs {} inputs, got {}", graph.name, data, types.size());
    PlanEntry entry(compile(graph, all, compile_options).value());
    entry.types.assign(types.begin(), types.end());
    const auto inputs = entry.executable->inputs();
    entry.copies.resize(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const bool is_data = inputs[i].kind == graph::InputKind::kData;
      if (is_data) entry.data_inputs.push_back(i);
      entry.states.push_back(is_data ? nullptr : &variables->get(inputs[i].name));
      if (is_data) continue;
      // A program that updates a variable decides how it lies; one that only reads may decide while nobody else has.
      Variable& variable = *entry.states.back();
      if (!variable.is_layout_fixed()) variable.relayout(inputs[i].desc.layout);
      if (inputs[i].updated) variable.fix_layout();
    }
    const auto outputs = entry.executable->outputs();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].updates < 0) entry.results.push_back(i);
    }
    entry.borrowed.resize(entry.results.size());
    return entry;
  }

  void bind(PlanEntry& entry, std::span<const Tensor> inputs) {
    entry.execution.bind_arena(arena->require(entry.executable->arena_bytes()));
    for (std::size_t i = 0; i < entry.data_inputs.size(); ++i) entry.execution.bind_input(entry.data_inputs[i], inputs[i].bytes());
    for (std::size_t i = 0; i < entry.states.size(); ++i) {
      if (entry.states[i] != nullptr) entry.execution.bind_input(i, state_memory(entry, i));
    }
  }

  std::byte* state_memory(PlanEntry& entry, std::size_t i) {
    Variable& variable = *entry.states[i];
    const ExecutableInput& input = entry.executable->inputs()[i];
    if (variable.layout() == input.desc.layout) return variable.data();
    LEPTON_ASSERT(!input.updated, "an updated variable lies in another layout than its plan");
    ReorderedCopy& copy = entry.copies[i];
    if (copy.reorder == nullptr || !(copy.from == variable.layout())) {
      copy.memory = Storage::allocate(static_cast<std::size_t>(input.desc.size_bytes()));
      copy.reorder = std::make_unique<kernels::ref::Reorder>(TensorDesc{variable.type(), variable.layout()}, input.desc);
      copy.from = variable.layout();
      copy.version = 0;
    }
    if (copy.version != variable.version()) {
      copy.reorder->run(variable.data(), copy.memory->data());
      copy.version = variable.version();
    }
    return copy.memory->data();
  }

  void mark_updates(const PlanEntry& entry) {
    for (std::size_t i = 0; i < entry.states.size(); ++i) {
      if (entry.states[i] != nullptr && entry.executable->inputs()[i].updated) entry.states[i]->mark_changed();
    }
  }
};

Program::Program(graph::Graph graph, std::shared_ptr<VariableStore> variables, ProgramOptions options) : state_(std::make_unique<State>()) {
  state_->graph = std::move(graph);
  state_->variables = std::move(variables);
  state_->options = std::move(options);
  state_->arena = state_->options.arena != nullptr ? state_->options.arena : std::make_shared<Arena>();
  for (const graph::GraphInput& input : state_->graph.inputs()) {
    if (input.kind == graph::InputKind::kData) {
      state_->input_names.push_back(input.name);
      continue;
    }
    const Variable& variable = state_->variables->get(input.name);
    if (!graph::fits(input.type, variable.type())) {
      const ErrorCode code = input.type.dtype == variable.type().dtype ? ErrorCode::kShapeMismatch : ErrorCode::kDtypeMismatch;
      fail(code, "{}: variable '{}' must be {}, got {}", state_->graph.name, input.name, input.type.to_string(),
           variable.type().to_string());
    }
  }
  for (const graph::GraphOutput& output : state_->graph.outputs()) {
    if (output.updates.empty()) state_->output_names.push_back(output.name);
  }
}

Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

const graph::Graph& Program::graph() const { return state_->graph; }
VariableStore& Program::variables() const { return *state_->variables; }
const std::shared_ptr<VariableStore>& Program::shared_variables() const { return state_->variables; }
const std::vector<std::string>& Program::input_names() const { return state_->input_names; }
const std::vector<std::string>& Program::output_names() const { return state_->output_names; }
std::size_t Program::num_plans() const { return state_->plans.size(); }
void Program::set_profile(Profile* profile) { state_->profile = profile; }

const Executable& Program::plan(std::span<const TensorType> data_types) { return *state_->plan_for(data_types).executable; }

void Program::run_into(std::span<const Tensor> inputs, std::span<const Tensor> outputs) {
  std::vector<Tensor> contiguous;
  std::vector<TensorType> types;
  for (const Tensor& input : inputs) {
    contiguous.push_back(input.contiguous());
    types.push_back(input.type());
  }
  PlanEntry& entry = state_->plan_for(types);
  state_->bind(entry, contiguous);
  for (std::size_t i = 0; i < entry.results.size(); ++i) {
    const TensorDesc& desc = entry.executable->outputs()[entry.results[i]].desc;
    std::byte* memory = nullptr;
    if (i < outputs.size() && outputs[i].defined()) {
      if (outputs[i].type() != desc.type || !outputs[i].is_contiguous()) {
        fail(ErrorCode::kShapeMismatch, "{}: result '{}' is {}, the tensor given for it {}", state_->graph.name, state_->output_names[i],
             desc.type.to_string(), outputs[i].type().to_string());
      }
      memory = outputs[i].bytes();
    }
    entry.execution.bind_output(entry.results[i], memory);
  }
  entry.execution.run(state_->profile);
  state_->mark_updates(entry);
}

std::span<const Tensor> Program::run_borrowed(std::span<const Tensor> inputs) {
  run_into(inputs, {});
  PlanEntry& entry = state_->plans.front();
  for (std::size_t i = 0; i < entry.results.size(); ++i) {
    const TensorDesc& desc = entry.executable->outputs()[entry.results[i]].desc;
    const auto offset = static_cast<std::size_t>(entry.execution.output(entry.results[i]) - state_->arena->storage()->data());
    entry.borrowed[i] =
        Tensor::view(state_->arena->storage(), desc.type.dtype, desc.type.shape, row_major_strides(desc.type.shape), offset);
  }
  return entry.borrowed;
}

std::vector<Tensor> Program::run(std::span<const Tensor> inputs) {
  std::vector<Tensor> results;
  for (const Tensor& result : run_borrowed(inputs)) results.push_back(result.copy());
  return results;
}

std::vector<Tensor> Program::run_named(NamedInputs inputs) {
  std::vector<Tensor> ordered(state_->input_names.size());
  for (const auto& [name, tensor] : inputs) {
    const auto place = std::ranges::find(state_->input_names, name);
    if (place == state_->input_names.end()) fail(ErrorCode::kNotFound, "{}: there is no input '{}'", state_->graph.name, name);
    ordered[static_cast<std::size_t>(place - state_->input_names.begin())] = tensor;
  }
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    if (!ordered[i].defined()) fail(ErrorCode::kInvalidArgument, "{}: input '{}' is missing", state_->graph.name, state_->input_names[i]);
  }
  return run(ordered);
}

}  // namespace lepton::runtime
