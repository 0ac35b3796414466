// View or copy.
#include "lepton/formats/internal/tensor_bytes.hpp"

#include <algorithm>
#include <cstring>

namespace lepton::formats {

Tensor tensor_of_bytes(std::span<const std::byte> bytes, const TensorType& type, std::shared_ptr<const void> owner) {
  LEPTON_ASSERT(static_cast<std::int64_t>(bytes.size()) == type.size_bytes());
  const bool aligned = reinterpret_cast<std::uintptr_t>(bytes.data()) % size_of(type.dtype) == 0;
  if (owner != nullptr && aligned && !bytes.empty() && type.dtype != DType::kBool) {
    auto storage = Storage::borrow(const_cast<std::byte*>(bytes.data()), bytes.size(), std::move(owner));
    Dims strides(static_cast<std::size_t>(type.shape.rank()), 1);
    for (std::size_t axis = strides.size(); axis-- > 1;)
      strides[axis - 1] = strides[axis] * std::max<std::int64_t>(type.shape[static_cast<int>(axis)], 1);
    return Tensor::view(std::move(storage), type.dtype, type.shape, std::move(strides), 0);
  }
  const Tensor made = Tensor::empty(type.dtype, type.shape);
  if (type.dtype == DType::kBool) {  // every byte but 0 is true
    for (std::size_t i = 0; i < bytes.size(); ++i) made.bytes()[i] = bytes[i] == std::byte{0} ? std::byte{0} : std::byte{1};
  } else if (!bytes.empty()) {
    std::memcpy(made.bytes(), bytes.data(), bytes.size());
  }
  return made;
}

}  // namespace lepton::formats
