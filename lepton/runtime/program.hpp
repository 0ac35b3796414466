// Program: a graph with its variables, compiled when a new input shape comes. The one thing that training, evaluation and prediction
// run.
#pragma once

#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lepton/graph/graph.hpp"
#include "lepton/runtime/executable.hpp"
#include "lepton/runtime/variables.hpp"

namespace lepton::runtime {

/// Memory that grows to the largest plan and is shared by the plans of a program, and by programs that never run at once.
class Arena {
 public:
  explicit Arena(bool huge_pages = true) : huge_pages_(huge_pages) {}
  /// Returns at least `size_bytes`, 64-byte aligned. The memory moves when it grows.
  std::byte* require(std::int64_t size_bytes);
  std::int64_t size_bytes() const { return size_bytes_; }
  const std::shared_ptr<Storage>& storage() const { return storage_; }

 private:
  bool huge_pages_;
  std::int64_t size_bytes_ = 0;
  std::shared_ptr<Storage> storage_;
};

struct ProgramOptions {
  CompileOptions compile = {};
  std::size_t max_plans = 8;               // least recently used ones go
  std::shared_ptr<Arena> arena = nullptr;  // null: one of its own
};

class Program {
 public:
  using NamedInputs = std::span<const std::pair<std::string_view, Tensor>>;

  /// Every state input of `graph` is the variable of its name. Throws kNotFound if the store lacks it, kShapeMismatch or kDtypeMismatch
  /// if it has another type.
  Program(graph::Graph graph, std::shared_ptr<VariableStore> variables, ProgramOptions options = {});
  ~Program();
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;

  /// Runs on the data inputs, in their order in the graph, and updates the variables. Returns copies of the outputs that update
  /// nothing, in their order in the graph. Throws what inference and compilation return as errors.
  std::vector<Tensor> run(std::span<const Tensor> inputs);
  std::vector<Tensor> run(std::initializer_list<Tensor> inputs) { return run(std::span<const Tensor>(inputs.begin(), inputs.size())); }
  /// The same by name; throws kNotFound for an unknown name and kInvalidArgument for a missing one.
  std::vector<Tensor> run_named(NamedInputs inputs);
  /// The same without copies: the returned tensors lie in the arena and are valid until the next run.
  std::span<const Tensor> run_borrowed(std::span<const Tensor> inputs);
  /// Writes the results into contiguous tensors of the right type (undefined ones: into the arena).
  void run_into(std::span<const Tensor> inputs, std::span<const Tensor> outputs);

  const graph::Graph& graph() const;
  VariableStore& variables() const;
  const std::shared_ptr<VariableStore>& shared_variables() const;
  /// Names of the data inputs and of the outputs that update nothing, in order.
  const std::vector<std::string>& input_names() const;
  const std::vector<std::string>& output_names() const;
  /// The plan for data inputs of these types; compiled if it is not there, nothing runs. For summary(), peak memory and describe().
  const Executable& plan(std::span<const TensorType> data_types);
  std::size_t num_plans() const;
  /// Times every step of later runs until it is set to null.
  void set_profile(Profile* profile);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lepton::runtime
