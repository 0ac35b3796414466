// DLPack: tensors from and to NumPy, PyTorch, JAX and others in one process, without copying. The structs repeat the public ABI of
// DLPack 1.0 (the unversioned DLManagedTensor, which every library speaks); their layout must not change.
#pragma once

#include <cstdint>

#include "lepton/base/error.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::dlpack {

enum class DeviceType : std::int32_t { kCpu = 1, kCuda = 2, kCudaHost = 3 };

struct Device {
  std::int32_t type = static_cast<std::int32_t>(DeviceType::kCpu);  ///< A DeviceType; an int, since others may say what we do not know.
  std::int32_t id = 0;
};

enum class TypeCode : std::uint8_t { kInt = 0, kUint = 1, kFloat = 2, kBfloat = 4, kComplex = 5, kBool = 6 };

struct DataType {
  std::uint8_t code = 0;  ///< A TypeCode.
  std::uint8_t bits = 0;
  std::uint16_t lanes = 1;
};

struct RawTensor {
  void* data = nullptr;
  Device device;
  std::int32_t rank = 0;
  DataType dtype;
  std::int64_t* shape = nullptr;
  std::int64_t* strides = nullptr;  ///< In elements; null means row-major.
  std::uint64_t byte_offset = 0;
};

/// What is passed between libraries. Whoever holds it calls `deleter` (if it is not null) once.
struct ManagedTensor {
  RawTensor tensor;
  void* manager_context = nullptr;
  void (*deleter)(ManagedTensor* self) = nullptr;
};

static_assert(sizeof(RawTensor) == 48 && sizeof(ManagedTensor) == 64, "the layout is an ABI");

/// Returns a tensor that shares the memory of `managed` and calls its deleter when the last handle on it goes.
///
/// On an error the caller still owns `managed`.
/// Errors: kInvalidArgument for a null or malformed struct; kUnsupported for memory that the CPU cannot reach, a dtype that Lepton lacks
///         (complex, vector lanes) and data not aligned to its element.
Result<Tensor> import_tensor(ManagedTensor* managed);

/// Returns a new DLPack view of `tensor`, which keeps its storage alive until the receiver calls the deleter. Never null.
ManagedTensor* export_tensor(const Tensor& tensor);

}  // namespace lepton::dlpack
