// Values cross the border between logical and physical layout here.
#include "lepton/runtime/variables.hpp"

#include "lepton/kernels/cpu/ref/reorder.hpp"

namespace lepton::runtime {
namespace {

std::shared_ptr<Storage> allocate_for(const TensorDesc& desc) { return Storage::allocate(static_cast<std::size_t>(desc.size_bytes())); }

void reorder(const TensorDesc& from, const std::byte* source, const TensorDesc& to, std::byte* target) {
  kernels::ref::Reorder(from, to).run(source, target);
}

}  // namespace

Variable::Variable(std::string name, const Tensor& value, Start start)
    : name_(std::move(name)),
      type_(value.type()),
      layout_(Layout::row_major(value.shape())),
      shared_(start == Start::kShare && value.is_contiguous()) {
  if (shared_) {
    storage_ = Storage::borrow(value.bytes(), static_cast<std::size_t>(type_.size_bytes()), value.storage());
  } else {
    storage_ = allocate_for({type_, layout_});
    set(value);
  }
}

Tensor Variable::get() const {
  const Tensor value = Tensor::empty(type_.dtype, type_.shape);
  reorder({type_, layout_}, data(), TensorDesc::row_major(type_), value.bytes());
  return value;
}

void Variable::set(const Tensor& value) {
  if (value.type() != type_) {
    const ErrorCode code = value.dtype() == type_.dtype ? ErrorCode::kShapeMismatch : ErrorCode::kDtypeMismatch;
    fail(code, "variable '{}': the value must be {}, got {}", name_, type_.to_string(), value.type().to_string());
  }
  if (shared_) storage_ = allocate_for({type_, layout_});
  shared_ = false;
  reorder({type_, Layout{value.strides(), {}}}, value.bytes(), {type_, layout_}, data());
  mark_changed();
}

void Variable::fill(double value) { set(Tensor::full(type_.dtype, type_.shape, value)); }

void Variable::relayout(const Layout& layout) {
  if (layout == layout_) return;
  const TensorDesc wanted{type_, layout};
  auto moved = allocate_for(wanted);
  reorder({type_, layout_}, data(), wanted, moved->data());
  storage_ = std::move(moved);
  shared_ = false;
  layout_ = layout;
  mark_changed();
}

void Variable::fix_layout() {
  layout_fixed_ = true;
  if (shared_) set(get());
}

Variable& VariableStore::add(std::string name, const Tensor& value, Variable::Start start) {
  if (has(name)) fail(ErrorCode::kInvalidArgument, "variables: there are two named '{}'", name);
  variables_.push_back(std::make_unique<Variable>(name, value, start));
  by_name_.emplace(std::move(name), variables_.back().get());
  return *variables_.back();
}

Variable* VariableStore::find(std::string_view name) const {
  const auto place = by_name_.find(name);
  return place == by_name_.end() ? nullptr : place->second;
}

Variable& VariableStore::get(std::string_view name) const {
  Variable* variable = find(name);
  if (variable == nullptr) fail(ErrorCode::kNotFound, "variables: there is none named '{}'", name);
  return *variable;
}

std::int64_t VariableStore::size_bytes() const {
  std::int64_t total = 0;
  for (const auto& variable : variables_) total += variable->size_bytes();
  return total;
}

TensorMap VariableStore::save() const {
  TensorMap values;
  for (const auto& variable : variables_) values.emplace(variable->name(), variable->get());
  return values;
}

Result<void> VariableStore::restore(const TensorMap& values, bool complete) {
  for (const auto& [name, value] : values) {
    const Variable* variable = find(name);
    if (variable == nullptr) return make_error(ErrorCode::kNotFound, "variables: there is none named '{}'", name);
    if (variable->type() != value.type()) {
      const ErrorCode code = value.dtype() == variable->type().dtype ? ErrorCode::kShapeMismatch : ErrorCode::kDtypeMismatch;
      return make_error(code, "variable '{}': the value must be {}, got {}", name, variable->type().to_string(), value.type().to_string());
    }
  }
  if (complete) {
    for (const auto& variable : variables_) {
      if (!values.contains(variable->name()))
        return make_error(ErrorCode::kNotFound, "variables: no value is given for '{}'", variable->name());
    }
  }
  for (const auto& [name, value] : values) get(name).set(value);
  return {};
}

}  // namespace lepton::runtime
