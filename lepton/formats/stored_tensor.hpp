// A tensor as it lies in a foreign file, made when it is asked for: so a file's weights are not in memory twice.
#pragma once

#include <memory>
#include <span>

#include "lepton/tensor/tensor.hpp"

namespace lepton::formats {

class StoredTensor {
 public:
  StoredTensor() = default;
  /// One that is made already.
  StoredTensor(Tensor value) : type_(value.type()), made_(std::move(value)) {}
  /// `bytes` must be as many as the type needs (kInternal if not: the reader checks that first). `owner` keeps them alive; without one they
  /// are copied at once.
  StoredTensor(std::span<const std::byte> bytes, TensorType type, std::shared_ptr<const void> owner);

  const TensorType& type() const { return type_; }
  /// A view of the file if its bytes are aligned there, else a copy, which is made anew each time. Bools become 0 and 1.
  Tensor value() const;

 private:
  TensorType type_;
  std::span<const std::byte> bytes_;
  std::shared_ptr<const void> owner_;
  Tensor made_;
};

}  // namespace lepton::formats
