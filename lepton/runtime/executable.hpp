// Executable: a graph compiled for concrete input types, a flat list of prepared kernel calls over one arena whose size is known
// before anything runs. Execution: its pointers, bound; running it allocates nothing.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lepton/graph/graph.hpp"
#include "lepton/runtime/backend.hpp"
#include "lepton/tensor/layout.hpp"

namespace lepton::runtime {

struct CompileOptions {
  const Backend* backend = nullptr;  // null: cpu_backend()
  int num_threads = 0;               // 0: lepton::num_threads()
  bool rewrite = true;               // folding, common subexpressions, dead code
  bool fuse = true;                  // elementwise fusion and epilogues (where relu makes 0 of a NaN, unless the graph updates states)
  bool choose_layouts = true;        // false: everything row-major
  /// By graph input: the layout in which a state input must lie (another program fixed it). Empty: the planner chooses.
  std::vector<std::optional<Layout>> state_layouts = {};
};

/// How an input is to be given.
struct ExecutableInput {
  std::string name;
  graph::InputKind kind;
  TensorDesc desc;
  bool updated = false;  // a state input whose memory holds the new value after a run
};

/// A result. Those that update a state input lie in its memory after a run.
struct ExecutableOutput {
  std::string name;
  TensorDesc desc;   // row-major, unless it updates
  int updates = -1;  // the input whose memory it is, or -1
};

struct PlanStatistics {
  int num_steps = 0;
  int num_reorders = 0;     // layout changes at every run
  int num_copies = 0;       // plain copies at every run (a view that a kernel could not read, an update that could not be in place)
  int num_fused_nodes = 0;  // nodes that disappeared into others
  int num_views = 0;        // nodes that became a change of strides
  int num_in_place = 0;     // results written over a dying operand
  std::int64_t arena_bytes = 0;
  std::int64_t constant_bytes = 0;
  std::int64_t input_bytes = 0;  // data inputs, given from outside
  std::int64_t state_bytes = 0;
};

struct Plan;
class Profile;

class Executable {
 public:
  explicit Executable(std::unique_ptr<const Plan> plan);
  ~Executable();

  std::span<const ExecutableInput> inputs() const;
  std::span<const ExecutableOutput> outputs() const;
  const PlanStatistics& statistics() const;
  /// Bytes of the arena: intermediates, results and scratch at the worst moment.
  std::int64_t arena_bytes() const { return statistics().arena_bytes; }
  /// All memory of a run: arena, constants, inputs and state.
  std::int64_t peak_bytes() const;
  /// Steps, reorders, fusions that were declined and why, memory: a page of text.
  std::string describe() const;
  /// Runs once with memory of its own. `inputs` in the order of the graph; returns all outputs, updates too, as logical tensors. State is
  /// copied, not changed. For tests and one-off calls.
  std::vector<Tensor> run(std::span<const Tensor> inputs) const;

  const Plan& plan() const { return *plan_; }

 private:
  std::unique_ptr<const Plan> plan_;
};

/// Compiles `graph` for concrete input types, in the order of graph.inputs().
/// Errors: those of inference; kUnsupported (with the node's name) if an operator has neither kernel nor body.
Result<std::shared_ptr<const Executable>> compile(const graph::Graph& graph, std::span<const TensorType> input_types,
                                                  const CompileOptions& options = {});

/// The pointers of one executable. One thread at a time.
class Execution {
 public:
  explicit Execution(std::shared_ptr<const Executable> executable);
  ~Execution();
  Execution(Execution&&) noexcept;
  Execution& operator=(Execution&&) noexcept;

  const Executable& executable() const;
  /// At least executable().arena_bytes(), 64-byte aligned.
  void bind_arena(std::byte* arena);
  /// Memory in the layout of executable().inputs()[i]. Updated state inputs are written.
  void bind_input(std::size_t i, std::byte* data);
  /// Memory for a result; null: a place in the arena, valid until the next run.
  void bind_output(std::size_t i, std::byte* data);
  /// Where result i lies.
  std::byte* output(std::size_t i) const;
  /// Runs all steps; with a profile, times them.
  void run(Profile* profile = nullptr);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lepton::runtime
