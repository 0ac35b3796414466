// View or copy.
#include "lepton/formats/stored_tensor.hpp"

#include <cstring>

namespace lepton::formats {
namespace {

Tensor copy_of(std::span<const std::byte> bytes, const TensorType& type) {
  const Tensor made = Tensor::empty(type.dtype, type.shape);
  if (type.dtype == DType::kBool) {  // every byte but 0 is true
    for (std::size_t i = 0; i < bytes.size(); ++i) made.bytes()[i] = bytes[i] == std::byte{0} ? std::byte{0} : std::byte{1};
  } else if (!bytes.empty()) {
    std::memcpy(made.bytes(), bytes.data(), bytes.size());
  }
  return made;
}

Tensor view_of(std::span<const std::byte> bytes, const TensorType& type, std::shared_ptr<const void> owner) {
  auto storage = Storage::borrow(const_cast<std::byte*>(bytes.data()), bytes.size(), std::move(owner));
  return Tensor::view(std::move(storage), type.dtype, type.shape, row_major_strides(type.shape), 0);
}

}  // namespace

StoredTensor::StoredTensor(std::span<const std::byte> bytes, TensorType type, std::shared_ptr<const void> owner) : type_(std::move(type)) {
  LEPTON_ASSERT(static_cast<std::int64_t>(bytes.size()) == type_.size_bytes());
  const bool aligned = reinterpret_cast<std::uintptr_t>(bytes.data()) % size_of(type_.dtype) == 0;
  if (owner == nullptr) {
    made_ = copy_of(bytes, type_);
  } else if (aligned && !bytes.empty() && type_.dtype != DType::kBool) {
    made_ = view_of(bytes, type_, std::move(owner));
  } else {
    bytes_ = bytes;
    owner_ = std::move(owner);
  }
}

Tensor StoredTensor::value() const { return made_.defined() ? made_ : copy_of(bytes_, type_); }

}  // namespace lepton::formats
