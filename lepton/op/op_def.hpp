// What an operator is. One OpDef per operator, declared in one file under lepton/ops; everything else reads it.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "lepton/op/attribute_def.hpp"
#include "lepton/op/value.hpp"
#include "lepton/tensor/attributes.hpp"

namespace lepton {

enum class Family : std::uint8_t {
  kElementwise,
  kComparison,
  kActivation,
  kReduction,
  kContraction,
  kPooling,
  kNormalization,
  kRandom,
  kIndexing,
  kShape,
  kLoss,
  kControlFlow,
  kRecurrent,
};
std::string_view name_of(Family family);

/// Facts that passes match on, so that no pass needs a list of operator names.
enum Trait : std::uint32_t {
  kNoTraits = 0,
  kElementwise = 1u << 0,       // result(i) depends on the operands' elements at i only (after broadcasting)
  kReduction = 1u << 1,         // folds axes
  kContraction = 1u << 2,       // multiply-accumulate: matmul and the convolutions
  kLayoutAgnostic = 1u << 3,    // computes the same in any layout as long as all operands share it
  kRandomTrait = 1u << 4,       // draws from a key and a stream; never merged with an equal node
  kView = 1u << 5,              // may be a change of shape and strides only
  kCommutative = 1u << 6,       // the first two inputs may be exchanged
  kControlFlowTrait = 1u << 7,  // owns regions
  kConstantTrait = 1u << 8,     // depends on attributes (and shapes) only
};
using Traits = std::uint32_t;

// ---- dtypes -------------------------------------------------------------------------------------------------------------------------

using DTypeSet = std::uint32_t;
constexpr DTypeSet dtype_bit(DType d) { return 1u << static_cast<unsigned>(d); }
inline constexpr DTypeSet kFloats = dtype_bit(DType::kF32) | dtype_bit(DType::kF64);
inline constexpr DTypeSet kSignedIntegers =
    dtype_bit(DType::kI8) | dtype_bit(DType::kI16) | dtype_bit(DType::kI32) | dtype_bit(DType::kI64);
inline constexpr DTypeSet kUnsignedIntegers =
    dtype_bit(DType::kU8) | dtype_bit(DType::kU16) | dtype_bit(DType::kU32) | dtype_bit(DType::kU64);
inline constexpr DTypeSet kIntegers = kSignedIntegers | kUnsignedIntegers;
inline constexpr DTypeSet kNumeric = kFloats | kIntegers;
inline constexpr DTypeSet kBools = dtype_bit(DType::kBool);
inline constexpr DTypeSet kAnyDtype = 0xffffffffu;  // also the 16-bit storage types
inline constexpr DTypeSet kIndices = dtype_bit(DType::kI32) | dtype_bit(DType::kI64);

/// Where an operand's dtype comes from: a set (inputs), another input, an attribute, or fixed.
struct DTypeRule {
  enum class Kind : std::uint8_t { kSet, kLike, kAttribute };
  Kind kind = Kind::kSet;
  DTypeSet set = kAnyDtype;
  std::string_view name;  // of the input or attribute
  DTypeRule(DTypeSet dtypes) : set(dtypes) {}
  DTypeRule(DType dtype) : set(dtype_bit(dtype)) {}
  DTypeRule(Kind k, std::string_view n) : kind(k), name(n) {}
};
inline DTypeRule like(std::string_view input) { return {DTypeRule::Kind::kLike, input}; }
inline DTypeRule from_attribute(std::string_view attribute) { return {DTypeRule::Kind::kAttribute, attribute}; }

// ---- inputs, outputs, attributes ----------------------------------------------------------------------------------------------------

struct InputDef {
  std::string_view name;
  DTypeRule dtype;
  std::string_view doc;
  bool optional = false;
  bool variadic = false;    // the last input may repeat (concat)
  bool shape_only = false;  // only its shape is read: it need not be kept or computed
};

struct OutputDef {
  std::string_view name;
  DTypeRule dtype;
  std::string_view doc = {};
  bool for_gradient = false;  // the last outputs: kernels are not asked for them where no gradient reads them
};

// ---- rules --------------------------------------------------------------------------------------------------------------------------

/// What a shape rule sees: concrete input types, complete attributes, regions.
struct InferContext {
  const OpDef& op;
  std::span<const TensorType> inputs;  // absent optional inputs have rank 0 and present(i) == false
  const Attributes& attributes;
  std::span<const Region> regions;
  std::span<const std::uint8_t> presence;

  const Shape& shape(std::size_t i) const { return inputs[i].shape; }
  bool present(std::size_t i) const { return i < presence.size() && presence[i] != 0; }
  template <class... Args>
  Error error(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) const {
    return Error(code, fmt::format("{}: {}", name(), fmt::format(format, std::forward<Args>(args)...)));
  }

 private:
  std::string_view name() const;
};

/// Returns the shapes of the outputs; dtypes follow from OutputDef.
using InferRule = Result<std::vector<Shape>> (*)(const InferContext&);
/// For operators whose output dtypes the declaration cannot say (scan, if): returns complete types. Used instead of InferRule.
using InferTypesRule = Result<std::vector<TensorType>> (*)(const InferContext&);

/// What a gradient rule and a body see: the operands as values of the graph that is being built.
struct RuleContext {
  const OpDef& op;
  std::span<const Value> inputs;   // absent ones are undefined
  std::span<const Value> outputs;  // empty in a body
  std::span<const Value> grads;    // of the outputs; undefined where nothing flows back; empty in a body
  const Attributes& attributes;
  std::span<const Region> regions;
  std::span<const std::uint8_t> needed;  // which input gradients are wanted
  /// Reverse-mode differentiation inside a region that a rule builds: the gradients of the sum of seeds * targets. Null in a body.
  std::vector<Value> (*differentiate)(graph::GraphBuilder& builder, std::span<const Value> targets, std::span<const Value> seeds,
                                      std::span<const Value> wrt) = nullptr;

  bool needs(std::size_t i) const { return i < needed.size() && needed[i] != 0; }
};
/// Returns one gradient per input; undefined for inputs that have none or need none. Made of declared operators only. A rule that returns
/// nothing leaves the case to the body.
using GradientRule = std::vector<Value> (*)(const RuleContext&);
/// Returns the outputs, built of smaller operators.
using BodyRule = std::vector<Value> (*)(const RuleContext&);

// ---- ONNX ---------------------------------------------------------------------------------------------------------------------------

/// What an export rule writes to; the formats module implements it.
class OnnxEmitter {
 public:
  virtual ~OnnxEmitter() = default;
  virtual std::size_t num_inputs() const = 0;
  virtual std::string input(std::size_t i) const = 0;  // "" if absent
  virtual const TensorType& input_type(std::size_t i) const = 0;
  virtual const TensorType& output_type(std::size_t i) const = 0;
  virtual const Attributes& attributes() const = 0;
  /// Adds a node; returns the names of its outputs. A dtype attribute is written as its ONNX number (Cast).
  virtual std::vector<std::string> node(std::string_view op_type, std::vector<std::string> inputs, Attributes attributes,
                                        int num_outputs = 1) = 0;
  virtual std::string constant(const Tensor& value) = 0;
  /// Names the result of the operator.
  virtual void output(std::size_t i, std::string name) = 0;
};

struct OnnxRule {
  std::string_view name = {};            // same inputs and outputs, no attributes
  int opset = 1;                         // first opset of that meaning
  void (*emit)(OnnxEmitter&) = nullptr;  // else: how to write it
};

// ---- test declarations --------------------------------------------------------------------------------------------------------------

/// An input of a sample: random in [low, high) from the sample's seed, or `value`.
struct SampleInput {
  Shape shape;
  double low = -2.0;
  double high = 2.0;
  DType dtype = DType::kF64;  // floats are also run in f32
  Tensor value = {};          // given explicitly instead
  bool present = true;
};
struct Sample {
  std::vector<SampleInput> inputs;
  Attributes attributes = {};
  std::string_view note = {};
  std::vector<Region> regions = {};
};
using SamplesRule = std::vector<Sample> (*)();

struct Reject {
  Sample sample;
  ErrorCode code;
};
using RejectsRule = std::vector<Reject> (*)();

/// Largest |difference| / max(1, |reference|) allowed against the double reference, and of analytic against numeric gradient.
struct Tolerance {
  double f32 = 2e-6;
  double f64 = 1e-12;
  double grad = 1e-6;
};

// ---- the declaration ----------------------------------------------------------------------------------------------------------------

struct OpDef {
  std::string_view name;
  Family family = Family::kElementwise;
  int since = 1;
  std::string_view summary;
  std::string_view formula = {};
  std::string_view source = {};
  std::vector<InputDef> inputs;
  std::vector<OutputDef> outputs;
  std::vector<AttributeDef> attributes = {};
  int num_regions = 0;
  InferRule infer = nullptr;
  InferTypesRule infer_types = nullptr;
  GradientRule gradient = nullptr;
  BodyRule body = nullptr;
  std::string_view not_differentiable = {};  // the reason, if there is neither gradient nor body
  Traits traits = kNoTraits;
  OnnxRule onnx = {};
  SamplesRule samples = nullptr;
  RejectsRule rejects = nullptr;
  Tolerance tolerance = {};

  bool has(Trait trait) const { return (traits & trait) != 0; }
};

/// complete_attributes with the operator's name and declarations.
Result<Attributes> complete_attributes(const OpDef& op, const Attributes& given);

/// Checks counts, dtypes and shapes and returns the types of the outputs. `attributes` must be complete; absent inputs are given by
/// `presence`.
Result<std::vector<TensorType>> infer_types(const OpDef& op, std::span<const TensorType> inputs, std::span<const std::uint8_t> presence,
                                            const Attributes& attributes, std::span<const Region> regions);

}  // namespace lepton
