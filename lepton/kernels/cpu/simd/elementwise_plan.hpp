// The plan of an elementwise kernel: which tile functions run on which registers, and where operands lie.
#pragma once

#include <vector>

#include "lepton/kernels/cpu/simd/space.hpp"
#include "lepton/kernels/cpu/simd/tile.hpp"

namespace lepton::kernels::simd {

/// How an input reaches the tile functions.
enum class InputMode : std::uint8_t {
  kDirect,  // it lies like the result: read in place
  kScalar,  // one element: spread over a register once
  kPacked,  // anything else: gathered into a register for each tile
};

struct PlannedInput {
  InputMode mode = InputMode::kDirect;
  std::size_t element_size = 4;
  std::int64_t place = -1;            // of its register, in bytes per element of a tile
  std::vector<std::int64_t> strides;  // kPacked: of the loops
  int last_use = -1;                  // number of the last step that reads it
};

/// Where a step finds an operand or leaves its result.
struct Location {
  enum class Kind : std::uint8_t { kInput, kRegister, kOutput };
  Kind kind = Kind::kRegister;
  std::size_t index = 0;    // of the input or output
  std::int64_t place = -1;  // register; for outputs the one used if writing in place would destroy an input that is still needed
  std::size_t element_size = 4;
};

struct PlannedStep {
  TileOp op;
  std::vector<Location> operands;
  Location result;
};

struct PlannedOutput {
  std::size_t element_size = 4;
  int step = 0;             // that makes it
  std::size_t copy_of = 0;  // another output with the same value, or itself
};

struct ElementwisePlan {
  std::vector<std::int64_t> loops;  // sizes; only walked for packed inputs
  std::int64_t count = 0;
  std::vector<PlannedInput> inputs;
  std::vector<PlannedStep> steps;
  std::vector<PlannedOutput> outputs;
  std::int64_t bytes_per_element = 0;  // of all registers together
};

/// Plans `program` for operands in the given layouts, or returns nothing if some operator or layout is not supported.
/// The first output's memory order is the order of work.
std::optional<ElementwisePlan> plan_elementwise(const ElementwiseProgram& program, std::span<const TensorDesc> inputs,
                                                std::span<const TensorDesc> outputs);

/// For each output: true if it is 0 wherever all operands of its shape are 0 (scalars are taken to be finite), so that the padding of
/// blocked layouts stays 0 by itself.
std::vector<bool> keeps_zeros(const ElementwiseProgram& program, std::span<const TensorDesc> inputs);

}  // namespace lepton::kernels::simd
