// A tensor of bytes that lie in a foreign file, once their size is known to be right.
#pragma once

#include <memory>
#include <span>

#include "lepton/tensor/tensor.hpp"

namespace lepton::formats {

/// A view of `bytes`, kept alive by `owner`, if they are aligned and there is an owner; else a copy. Bools become 0 and 1.
/// Throws kInternal if the bytes are not as many as the type needs: the reader checks that first.
Tensor tensor_of_bytes(std::span<const std::byte> bytes, const TensorType& type, std::shared_ptr<const void> owner);

}  // namespace lepton::formats
