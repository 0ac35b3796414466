// Value's questions to its builder, and apply.
#include "lepton/op/value.hpp"

#include "lepton/op/op_def.hpp"

namespace lepton {

DType Value::dtype() const {
  LEPTON_ASSERT(defined(), "the value is undefined");
  return builder_->type(id_).dtype;
}

Shape Value::shape() const {
  LEPTON_ASSERT(defined(), "the value is undefined");
  return builder_->type(id_).shape;
}

std::int64_t Value::dim(int axis) const {
  const Shape known = shape();
  const int place = normalize_axis(axis, known.rank(), "value").value();
  if (known[place] == kAnyDim) {
    fail(ErrorCode::kInvalidArgument,
         "value: the size of axis {} depends on the input; use a *_like operator or reshape with 0 or -1 (shape {})", axis, known);
  }
  return known[place];
}

std::vector<Value> apply(const OpDef& op, std::span<const Value> inputs, const Attributes& attributes, std::vector<Region> regions) {
  Builder* builder = nullptr;
  for (const Value& input : inputs) {
    if (!input.defined()) continue;
    if (builder != nullptr && builder != &input.builder()) {
      fail(ErrorCode::kInvalidArgument, "{}: the inputs belong to different graphs", op.name);
    }
    builder = &input.builder();
  }
  if (builder == nullptr) fail(ErrorCode::kInvalidArgument, "{}: needs at least one input", op.name);
  return builder->add(op, inputs, attributes, std::move(regions));
}

}  // namespace lepton
