// DLPack structs to tensors and back; a struct from outside is checked before anything in it is believed.
#include "lepton/tensor/dlpack.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace lepton::dlpack {
namespace {

constexpr std::int32_t kMaxRank = 64;
constexpr std::int64_t kMaxReach = std::int64_t{1} << 48;  // elements; more than any address space holds

struct TypeRow {
  DType dtype;
  TypeCode code;
};

constexpr std::array<TypeRow, 13> kTypes = {{
    {DType::kF32, TypeCode::kFloat},
    {DType::kF64, TypeCode::kFloat},
    {DType::kF16, TypeCode::kFloat},
    {DType::kBF16, TypeCode::kBfloat},
    {DType::kI8, TypeCode::kInt},
    {DType::kI16, TypeCode::kInt},
    {DType::kI32, TypeCode::kInt},
    {DType::kI64, TypeCode::kInt},
    {DType::kU8, TypeCode::kUint},
    {DType::kU16, TypeCode::kUint},
    {DType::kU32, TypeCode::kUint},
    {DType::kU64, TypeCode::kUint},
    {DType::kBool, TypeCode::kBool},
}};

std::optional<DType> dtype_from(const DataType& type) {
  for (const TypeRow& row : kTypes) {
    if (static_cast<std::uint8_t>(row.code) == type.code && size_of(row.dtype) * 8 == type.bits && type.lanes == 1) return row.dtype;
  }
  return std::nullopt;
}

DataType data_type_of(DType dtype) {
  const auto row = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& r) { return r.dtype == dtype; });
  LEPTON_ASSERT(row != kTypes.end(), "dtype without a DLPack type");
  return {.code = static_cast<std::uint8_t>(row->code), .bits = static_cast<std::uint8_t>(size_of(dtype) * 8), .lanes = 1};
}

bool fits_memory(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t dim : shape) {
    if (dim > 0 && count > kMaxReach / dim) return false;
    count *= std::max<std::int64_t>(dim, 1);
  }
  return true;
}

// The lowest and highest element that a tensor reaches, relative to its first; nothing if it is more than memory holds.
std::optional<std::pair<std::int64_t, std::int64_t>> reach_of(const Shape& shape, const Dims& strides) {
  std::int64_t low = 0, high = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    std::int64_t reach = 0;
    if (__builtin_mul_overflow(strides[static_cast<std::size_t>(axis)], std::max<std::int64_t>(shape[axis] - 1, 0), &reach)) return {};
    if (reach < -kMaxReach || reach > kMaxReach) return {};
    (reach < 0 ? low : high) += reach;
  }
  if (low < -kMaxReach || high > kMaxReach) return {};
  return std::pair(low, high);
}

Result<void> check_struct(const ManagedTensor* managed) {
  if (managed == nullptr) return make_error(ErrorCode::kInvalidArgument, "dlpack: the tensor is null");
  const RawTensor& raw = managed->tensor;
  if (raw.rank < 0 || raw.rank > kMaxRank || (raw.rank > 0 && raw.shape == nullptr)) {
    return make_error(ErrorCode::kInvalidArgument, "dlpack: rank must be 0 to {} with a shape (rank {})", kMaxRank, raw.rank);
  }
  if (std::any_of(raw.shape, raw.shape + raw.rank, [](std::int64_t dim) { return dim < 0 || dim > kMaxReach; })) {
    return make_error(ErrorCode::kInvalidArgument, "dlpack: a dimension is out of range");
  }
  const bool reachable =
      raw.device.type == static_cast<std::int32_t>(DeviceType::kCpu) || raw.device.type == static_cast<std::int32_t>(DeviceType::kCudaHost);
  if (!reachable) {
    return make_error(ErrorCode::kUnsupported, "dlpack: the CPU cannot reach memory of device type {}; copy the tensor to the CPU first",
                      raw.device.type);
  }
  return {};
}

// Memory and owner of an exported tensor, in one piece.
struct Exported {
  ManagedTensor managed;
  Tensor tensor;
  Dims shape;
  Dims strides;
};

}  // namespace

Result<Tensor> import_tensor(ManagedTensor* managed) {
  LEPTON_CHECK_OK(check_struct(managed));
  const RawTensor& raw = managed->tensor;
  const std::optional<DType> dtype = dtype_from(raw.dtype);
  if (!dtype) {
    return make_error(ErrorCode::kUnsupported, "dlpack: no such element type here (code {}, bits {}, lanes {})", raw.dtype.code,
                      raw.dtype.bits, raw.dtype.lanes);
  }
  const auto rank = static_cast<std::size_t>(raw.rank);
  const Shape shape(std::span<const std::int64_t>(raw.shape, rank));
  if (!fits_memory(shape)) return make_error(ErrorCode::kInvalidArgument, "dlpack: shape {} is larger than memory", shape);
  const Dims strides = raw.strides == nullptr ? row_major_strides(shape) : Dims(raw.strides, raw.strides + rank);
  const auto reach = reach_of(shape, strides);
  if (!reach) return make_error(ErrorCode::kInvalidArgument, "dlpack: strides reach further than memory (shape {})", shape);

  const std::int64_t size = static_cast<std::int64_t>(size_of(*dtype));
  const bool empty = shape.num_elements() == 0;
  if (raw.data == nullptr && !empty) return make_error(ErrorCode::kInvalidArgument, "dlpack: data is null (shape {})", shape);
  std::byte* first = static_cast<std::byte*>(raw.data) + (raw.data == nullptr ? 0 : raw.byte_offset);
  if (reinterpret_cast<std::uintptr_t>(first) % static_cast<std::uintptr_t>(size) != 0) {
    return make_error(ErrorCode::kUnsupported, "dlpack: data is not aligned to its {} byte elements; copy the tensor first", size);
  }
  std::byte* base = empty ? first : first + reach->first * size;
  const std::int64_t size_bytes = empty ? 0 : (reach->second - reach->first + 1) * size;
  return catch_error([&] {
    // The deleter is armed last: when making the view fails, the caller still owns `managed`.
    auto armed = std::make_shared<bool>(false);
    std::shared_ptr<const void> owner(managed, [managed, armed](const void*) {
      if (*armed && managed->deleter != nullptr) managed->deleter(managed);
    });
    auto storage = Storage::borrow(base, static_cast<std::size_t>(size_bytes), std::move(owner));
    Tensor tensor = Tensor::view(std::move(storage), *dtype, shape, strides, static_cast<std::size_t>(first - base));
    *armed = true;
    return tensor;
  });
}

ManagedTensor* export_tensor(const Tensor& tensor) {
  LEPTON_ASSERT(tensor.defined(), "dlpack: an empty handle has no tensor to export");
  auto exported =
      std::make_unique<Exported>(Exported{.managed = {}, .tensor = tensor, .shape = tensor.shape().dims(), .strides = tensor.strides()});
  exported->managed = {
      .tensor = {.data = tensor.bytes(),
                 .device = {},
                 .rank = tensor.shape().rank(),
                 .dtype = data_type_of(tensor.dtype()),
                 .shape = exported->shape.data(),
                 .strides = exported->strides.data(),
                 .byte_offset = 0},
      .manager_context = exported.get(),
      .deleter = [](ManagedTensor* self) { delete static_cast<Exported*>(self->manager_context); },
  };
  return &exported.release()->managed;
}

}  // namespace lepton::dlpack
