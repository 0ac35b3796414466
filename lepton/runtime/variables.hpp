// Variables: the named state that lives between runs (weights, optimiser moments, running statistics). Outside they are logical
// row-major tensors; inside each lies in the layout that the kernels of the training step want.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/tensor/layout.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::runtime {

class Variable {
 public:
  enum class Start { kCopy, kShare };
  /// Starts with a copy of `value`, row-major; or shares its memory until the variable is written or moved into another layout, so that
  /// weights of a file are not held twice: then nothing else may write there.
  Variable(std::string name, const Tensor& value, Start start = Start::kCopy);

  const std::string& name() const { return name_; }
  const TensorType& type() const { return type_; }
  /// A row-major copy of the value.
  Tensor get() const;
  /// Throws kShapeMismatch or kDtypeMismatch if `value` has another type.
  void set(const Tensor& value);
  void fill(double value);

  // For programs.
  const Layout& layout() const { return layout_; }
  std::byte* data() const { return storage_->data(); }
  std::int64_t size_bytes() const { return TensorDesc{type_, layout_}.size_bytes(); }
  /// Grows with every change of the value, so that copies in other layouts know when they are stale.
  std::uint64_t version() const { return version_; }
  void mark_changed() { ++version_; }
  /// Moves the value into another layout.
  void relayout(const Layout& layout);
  /// A program that updates this variable fixes its layout; others then use a reordered copy.
  bool is_layout_fixed() const { return layout_fixed_; }
  void fix_layout();

 private:
  std::string name_;
  TensorType type_;
  Layout layout_;
  std::shared_ptr<Storage> storage_;
  std::uint64_t version_ = 1;
  bool layout_fixed_ = false;
  bool shared_ = false;  // the memory is somebody else's: it may be read only
};

using TensorMap = std::map<std::string, Tensor, std::less<>>;

/// Named variables in the order in which they were added. Several programs may share one store; addresses of variables are stable.
class VariableStore {
 public:
  VariableStore() = default;
  VariableStore(const VariableStore&) = delete;
  VariableStore& operator=(const VariableStore&) = delete;

  /// Throws kInvalidArgument if the name is taken.
  Variable& add(std::string name, const Tensor& value, Variable::Start start = Variable::Start::kCopy);
  Variable* find(std::string_view name) const;
  /// Throws kNotFound.
  Variable& get(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  std::size_t size() const { return variables_.size(); }
  Variable& operator[](std::size_t i) const { return *variables_[i]; }
  std::int64_t size_bytes() const;

  /// Copies of all values.
  TensorMap save() const;
  /// Sets every variable that `values` names; with `complete`, each variable must be there.
  /// Errors: kNotFound for a name that is unknown here (or, with `complete`, missing there); types as Variable::set. On an error nothing
  /// has changed.
  Result<void> restore(const TensorMap& values, bool complete = true);

 private:
  std::vector<std::unique_ptr<Variable>> variables_;
  std::map<std::string, Variable*, std::less<>> by_name_;
};

}  // namespace lepton::runtime
