// The plan of an executable: steps over buffers, with every layout and offset decided.
#pragma once

#include <memory>
#include <vector>

#include "lepton/runtime/executable.hpp"
#include "lepton/runtime/profile.hpp"

namespace lepton::runtime {

/// Memory that values lie in. Several values may share one (views, results written over a dying operand).
struct Buffer {
  enum class Kind : std::uint8_t { kArena, kInput, kConstant, kNone };
  Kind kind = Kind::kArena;
  std::int64_t size_bytes = 0;
  int first_step = 0, last_step = 0;  // of its life, for arena buffers
  std::int64_t offset = 0;            // in the arena
  int index = -1;                     // of the input or constant
};

struct Step {
  std::unique_ptr<Kernel> kernel;
  std::vector<int> inputs;   // buffers; -1: absent or asked for its shape only
  std::vector<int> outputs;  // buffers
  int scratch = -1;          // buffer
  StepInfo info;
};

struct Plan {
  std::vector<ExecutableInput> inputs;
  std::vector<ExecutableOutput> outputs;
  std::vector<int> input_buffers;   // by input
  std::vector<int> output_buffers;  // by output
  std::vector<Buffer> buffers;
  std::vector<Step> steps;
  std::vector<Tensor> constants;
  PlanStatistics statistics;
  std::vector<std::string> declined;  // fusions that a kernel did not take
};

/// Gives arena buffers their offsets so that no two that live at once overlap, and fills in the arena's size.
void assign_offsets(Plan& plan);

}  // namespace lepton::runtime
