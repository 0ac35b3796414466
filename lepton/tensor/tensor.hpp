// Tensor: a cheap value handle on shared storage, with dtype, shape and strides. No arithmetic lives here.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "lepton/tensor/dtype.hpp"
#include "lepton/tensor/shape.hpp"

namespace lepton {

/// Dtype and shape together: all that shape inference knows of a tensor.
struct TensorType {
  DType dtype = DType::kF32;
  Shape shape;

  std::int64_t size_bytes() const { return shape.num_elements() * static_cast<std::int64_t>(size_of(dtype)); }
  std::string to_string() const { return std::string(name_of(dtype)) + shape.to_string(); }
  bool operator==(const TensorType&) const = default;
};

/// A block of bytes, 64-byte aligned when we allocate it; `owner` keeps foreign memory (a mapping, a DLPack capsule) alive.
class Storage {
 public:
  /// Allocates uninitialised, 64-byte aligned memory; throws kResourceExhausted when there is none.
  static std::shared_ptr<Storage> allocate(std::size_t size_bytes);
  /// Borrows memory that `owner` keeps alive.
  static std::shared_ptr<Storage> borrow(std::byte* data, std::size_t size_bytes, std::shared_ptr<const void> owner);

  std::byte* data() const { return data_; }
  std::size_t size_bytes() const { return size_bytes_; }

 private:
  Storage(std::byte* data, std::size_t size_bytes, std::shared_ptr<const void> owner)
      : data_(data), size_bytes_(size_bytes), owner_(std::move(owner)) {}
  std::byte* data_;
  std::size_t size_bytes_;
  std::shared_ptr<const void> owner_;
};

class Tensor {
 public:
  /// An empty handle; only assignment and defined() are allowed on it.
  Tensor() = default;

  static Tensor empty(DType dtype, Shape shape);
  static Tensor zeros(DType dtype, Shape shape);
  /// Every element is `value`, converted to dtype.
  static Tensor full(DType dtype, Shape shape, double value);
  static Tensor scalar(DType dtype, double value) { return full(dtype, Shape{}, value); }
  /// Copies `values`; fails with kShapeMismatch if their count is not the shape's.
  template <class T>
  static Tensor from(std::span<const T> values, Shape shape);
  template <class T>
  static Tensor from(const std::vector<T>& values, Shape shape) {
    return from(std::span<const T>(values), std::move(shape));
  }
  template <class T>
  static Tensor from(std::initializer_list<T> values, Shape shape) {
    return from(std::span<const T>(values.begin(), values.size()), std::move(shape));
  }
  /// A view of `storage` that starts `offset_bytes` into it; strides in elements. kInvalidArgument if it reaches outside.
  static Tensor view(std::shared_ptr<Storage> storage, DType dtype, Shape shape, Dims strides, std::size_t offset_bytes);

  bool defined() const { return storage_ != nullptr; }
  DType dtype() const { return type_.dtype; }
  const Shape& shape() const { return type_.shape; }
  const TensorType& type() const { return type_; }
  const Dims& strides() const { return strides_; }
  std::int64_t num_elements() const { return type_.shape.num_elements(); }
  bool is_contiguous() const;
  const std::shared_ptr<Storage>& storage() const { return storage_; }
  std::size_t offset_bytes() const { return offset_bytes_; }

  std::byte* bytes() const { return storage_->data() + offset_bytes_; }
  /// Elements as T. Throws kDtypeMismatch if T is not the dtype.
  template <class T>
  T* data() const {
    check_dtype(dtype_of<T>);
    return reinterpret_cast<T*>(bytes());
  }
  /// Contiguous elements as a span. Throws kInvalidArgument if the tensor is strided.
  template <class T>
  std::span<T> span() const {
    check_contiguous();
    return {data<T>(), static_cast<std::size_t>(num_elements())};
  }
  /// The single element of a tensor with one element, as double.
  double item() const;
  /// All elements in row-major order, converted; for tests, reports and small host code.
  template <class T>
  std::vector<T> to_vector() const;

  // Views: they share storage.
  /// Throws kShapeMismatch if the counts differ; copies only when strides do not allow a view. One dim may be -1.
  Tensor reshape(Shape shape) const;
  Tensor transpose(std::span<const int> permutation) const;
  /// Rows [begin, end) along axis 0.
  Tensor rows(std::int64_t begin, std::int64_t end) const;

  /// Returns this tensor if it is contiguous, else a row-major copy.
  Tensor contiguous() const;
  /// A row-major copy with storage of its own.
  Tensor copy() const;
  /// A copy converted to `dtype` as static_cast does (bool: not zero; float to integer truncates and saturates).
  Tensor cast(DType dtype) const;
  /// Copies the elements of `source` (same dtype and shape) into this tensor.
  void assign(const Tensor& source) const;

 private:
  void check_dtype(DType expected) const;
  void check_contiguous() const;

  TensorType type_;
  Dims strides_;
  std::shared_ptr<Storage> storage_;
  std::size_t offset_bytes_ = 0;
};

/// True if dtype, shape and every byte of every element are equal: the test for "same bits".
bool same_bits(const Tensor& a, const Tensor& b);

}  // namespace lepton
