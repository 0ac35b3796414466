// Value: a handle on one tensor of a graph that is being built, and the interface through which rules and layers build.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "lepton/tensor/attributes.hpp"

namespace lepton {

struct OpDef;
class Builder;

namespace graph {
class Graph;
class GraphBuilder;
}  // namespace graph
/// A sub-graph that an operator owns; its inputs are all explicit.
using Region = std::shared_ptr<const graph::Graph>;

using ValueId = std::int32_t;
inline constexpr ValueId kNoValue = -1;

/// A tensor that will exist when the graph runs. Cheap to copy; valid as long as its builder.
class Value {
 public:
  Value() = default;
  Value(Builder& builder, ValueId id) : builder_(&builder), id_(id) {}

  bool defined() const { return builder_ != nullptr; }
  ValueId id() const { return id_; }
  Builder& builder() const { return *builder_; }
  DType dtype() const;
  /// Sizes; kAnyDim where the size depends on the inputs of a run.
  Shape shape() const;
  int rank() const { return shape().rank(); }
  /// Size along `axis`. Throws kInvalidArgument if it depends on the inputs of a run: use the *_like operators or reshape with 0 or -1
  /// instead.
  std::int64_t dim(int axis) const;
  bool operator==(const Value&) const = default;

 private:
  Builder* builder_ = nullptr;
  ValueId id_ = kNoValue;
};

/// Appends operators to a graph.
class Builder {
 public:
  virtual ~Builder() = default;
  /// Appends `op` and returns its outputs. Throws if inputs, attributes or shapes do not fit; undefined inputs are absent.
  virtual std::vector<Value> add(const OpDef& op, std::span<const Value> inputs, const Attributes& attributes,
                                 std::vector<Region> regions) = 0;
  /// Dtype and shape as known while building.
  virtual TensorType type(ValueId id) const = 0;
};

/// Adds an operator to the builder of its first defined input. Throws kInvalidArgument if there is none or builders differ.
std::vector<Value> apply(const OpDef& op, std::span<const Value> inputs, const Attributes& attributes, std::vector<Region> regions = {});

/// Runs an operator at once (compiled and cached per shape). Defined in the runtime module.
std::vector<Tensor> apply(const OpDef& op, std::span<const Tensor> inputs, const Attributes& attributes, std::vector<Region> regions = {});

/// What operator functions accept: a Value builds the graph, a Tensor computes now.
template <class T>
concept Operand = std::same_as<T, Value> || std::same_as<T, Tensor>;

}  // namespace lepton
