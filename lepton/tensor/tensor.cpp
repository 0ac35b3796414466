// Storage and the Tensor handle: creation, views, copies and conversion.
#include "lepton/tensor/tensor.hpp"

#include "lepton/tensor/convert.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

namespace lepton {
namespace {

constexpr std::size_t kAlignment = 64;

template <class T>
double as_double(T value) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    return static_cast<double>(static_cast<float>(value));
  } else {
    return static_cast<double>(value);
  }
}

// Calls body(element offset) for each element of a strided tensor in row-major order.
template <class Body>
void for_each_offset(const Shape& shape, const Dims& strides, Body&& body) {
  const std::int64_t count = shape.num_elements();
  if (count == 0) return;
  const int rank = shape.rank();
  Dims index(static_cast<std::size_t>(rank), 0);
  std::int64_t offset = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    body(offset);
    for (int axis = rank - 1; axis >= 0; --axis) {
      const auto a = static_cast<std::size_t>(axis);
      offset += strides[a];
      if (++index[a] < shape[axis]) break;
      offset -= strides[a] * shape[axis];
      index[a] = 0;
    }
  }
}

template <class To, class From>
void convert_into(const Tensor& source, To* out) {
  const From* in = reinterpret_cast<const From*>(source.bytes());
  for_each_offset(source.shape(), source.strides(), [&](std::int64_t offset) { *out++ = convert<To>(in[offset]); });
}

bool valid_dims(const Shape& shape) {
  constexpr std::int64_t kMaxElements = std::int64_t{1} << 48;
  std::int64_t count = 1;
  for (const std::int64_t dim : shape) {
    if (dim < 0) return false;
    if (dim > 0 && count > kMaxElements / dim) return false;
    count *= std::max<std::int64_t>(dim, 1);
  }
  return true;
}

}  // namespace

namespace {

struct Memory {
  void* base = nullptr;
  std::byte* data = nullptr;
};

// Large blocks ask for huge pages, which spare the many misses of address translation. They begin at different places of a page: the same
// place in all of them would make loops over several tensors wait for stores that only look like their loads (4 KiB aliasing).
Memory allocate_large(std::size_t size_bytes) {
  constexpr std::size_t kHugePage = std::size_t{2} << 20, kPage = 4096, kStep = 320, kSteps = 12;
  static std::atomic<std::size_t> next = 0;
  const std::size_t whole = (size_bytes + kPage + kHugePage - 1) / kHugePage * kHugePage;
  void* base = whole < size_bytes ? nullptr : std::aligned_alloc(kHugePage, whole);
  if (base == nullptr) return {};
#ifdef MADV_HUGEPAGE
  madvise(base, whole, MADV_HUGEPAGE);  // only a wish
#endif
  return {base, static_cast<std::byte*>(base) + next.fetch_add(1, std::memory_order_relaxed) % kSteps * kStep};
}

Memory allocate_small(std::size_t size_bytes) {
  const std::size_t rounded = std::max<std::size_t>((size_bytes + kAlignment - 1) / kAlignment * kAlignment, kAlignment);
  void* base = rounded < size_bytes ? nullptr : std::aligned_alloc(kAlignment, rounded);
  return {base, static_cast<std::byte*>(base)};
}

}  // namespace

std::shared_ptr<Storage> Storage::allocate(std::size_t size_bytes) {
  constexpr std::size_t kLarge = std::size_t{4} << 20;
  const Memory memory = size_bytes >= kLarge ? allocate_large(size_bytes) : allocate_small(size_bytes);
  if (memory.base == nullptr) fail(ErrorCode::kResourceExhausted, "tensor: cannot allocate {} bytes", size_bytes);
  return std::shared_ptr<Storage>(new Storage(
      memory.data, size_bytes, std::shared_ptr<const void>(memory.base, [](const void* p) { std::free(const_cast<void*>(p)); })));
}

std::shared_ptr<Storage> Storage::borrow(std::byte* data, std::size_t size_bytes, std::shared_ptr<const void> owner) {
  return std::shared_ptr<Storage>(new Storage(data, size_bytes, std::move(owner)));
}

Tensor Tensor::empty(DType dtype, Shape shape) {
  if (!valid_dims(shape))
    fail(ErrorCode::kInvalidArgument, "tensor: dimensions must be concrete and the size reasonable (shape {})", shape);
  Tensor tensor;
  tensor.type_ = {dtype, std::move(shape)};
  tensor.strides_ = row_major_strides(tensor.shape());
  tensor.storage_ = Storage::allocate(static_cast<std::size_t>(tensor.type_.size_bytes()));
  return tensor;
}

Tensor Tensor::zeros(DType dtype, Shape shape) {
  Tensor tensor = empty(dtype, std::move(shape));
  std::memset(tensor.bytes(), 0, static_cast<std::size_t>(tensor.type_.size_bytes()));
  return tensor;
}

Tensor Tensor::full(DType dtype, Shape shape, double value) {
  Tensor tensor = empty(dtype, std::move(shape));
  visit_dtype(dtype, [&]<class T>(TypeTag<T>) { std::ranges::fill(tensor.span<T>(), convert<T>(value)); });
  return tensor;
}

template <class T>
Tensor Tensor::from(std::span<const T> values, Shape shape) {
  if (static_cast<std::int64_t>(values.size()) != shape.num_elements()) {
    fail(ErrorCode::kShapeMismatch, "tensor: shape {} needs {} values, got {}", shape, shape.num_elements(), values.size());
  }
  Tensor tensor = empty(dtype_of<T>, std::move(shape));
  std::ranges::copy(values, tensor.span<T>().begin());
  return tensor;
}

Tensor Tensor::view(std::shared_ptr<Storage> storage, DType dtype, Shape shape, Dims strides, std::size_t offset_bytes) {
  if (!valid_dims(shape) || strides.size() != static_cast<std::size_t>(shape.rank())) {
    fail(ErrorCode::kInvalidArgument, "tensor: a view needs concrete dimensions and one stride each (shape {})", shape);
  }
  std::int64_t low = 0, high = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t reach = strides[static_cast<std::size_t>(axis)] * std::max<std::int64_t>(shape[axis] - 1, 0);
    (reach < 0 ? low : high) += reach;
  }
  const auto size = static_cast<std::int64_t>(size_of(dtype));
  const auto offset = static_cast<std::int64_t>(offset_bytes);
  const bool empty_view = shape.num_elements() == 0;
  if (!empty_view && (offset + low * size < 0 || offset + (high + 1) * size > static_cast<std::int64_t>(storage->size_bytes()))) {
    fail(ErrorCode::kInvalidArgument, "tensor: a view of shape {} at byte {} reaches outside its storage of {} bytes", shape, offset_bytes,
         storage->size_bytes());
  }
  Tensor tensor;
  tensor.type_ = {dtype, std::move(shape)};
  tensor.strides_ = std::move(strides);
  tensor.storage_ = std::move(storage);
  tensor.offset_bytes_ = offset_bytes;
  return tensor;
}

bool Tensor::is_contiguous() const {
  std::int64_t expected = 1;
  if (num_elements() == 0) return true;
  for (int axis = shape().rank() - 1; axis >= 0; --axis) {
    if (shape()[axis] != 1 && strides_[static_cast<std::size_t>(axis)] != expected) return false;
    expected *= shape()[axis];
  }
  return true;
}

double Tensor::item() const {
  if (num_elements() != 1) fail(ErrorCode::kShapeMismatch, "tensor: item() needs one element (shape {})", shape());
  return visit_dtype(dtype(), [&]<class T>(TypeTag<T>) { return as_double(*reinterpret_cast<const T*>(bytes())); });
}

template <class To>
std::vector<To> Tensor::to_vector() const {
  std::vector<To> values(static_cast<std::size_t>(num_elements()));
  if constexpr (std::is_same_v<To, bool>) {
    auto out = values.begin();
    visit_dtype(dtype(), [&]<class T>(TypeTag<T>) {
      const T* in = reinterpret_cast<const T*>(bytes());
      for_each_offset(shape(), strides_, [&](std::int64_t offset) { *out++ = convert<bool>(in[offset]); });
    });
  } else {
    visit_dtype(dtype(), [&]<class T>(TypeTag<T>) { convert_into<To, T>(*this, values.data()); });
  }
  return values;
}

Tensor Tensor::reshape(Shape new_shape) const {
  std::int64_t known = 1;
  int free_axis = -1;
  for (int axis = 0; axis < new_shape.rank(); ++axis) {
    if (new_shape[axis] == kAnyDim && free_axis < 0) {
      free_axis = axis;
    } else {
      known *= new_shape[axis];
    }
  }
  if (free_axis >= 0 && known > 0 && num_elements() % known == 0) new_shape[free_axis] = num_elements() / known;
  if (new_shape.has_any_dim() || new_shape.num_elements() != num_elements()) {
    fail(ErrorCode::kShapeMismatch, "tensor: cannot reshape {} to {}", shape(), new_shape);
  }
  Tensor result = contiguous();
  result.strides_ = row_major_strides(new_shape);
  result.type_.shape = std::move(new_shape);
  return result;
}

Tensor Tensor::transpose(std::span<const int> permutation) const {
  const auto rank = static_cast<std::size_t>(shape().rank());
  std::vector<bool> seen(rank, false);
  Dims dims(rank), strides(rank);
  bool valid = permutation.size() == rank;
  for (std::size_t i = 0; valid && i < rank; ++i) {
    const auto from = static_cast<std::size_t>(permutation[i]);
    valid = permutation[i] >= 0 && from < rank && !seen[from];
    if (!valid) break;
    seen[from] = true;
    dims[i] = shape().dims()[from];
    strides[i] = strides_[from];
  }
  if (!valid) fail(ErrorCode::kInvalidArgument, "tensor: transpose needs a permutation of the {} axes", rank);
  Tensor result = *this;
  result.type_.shape = Shape(std::move(dims));
  result.strides_ = std::move(strides);
  return result;
}

Tensor Tensor::rows(std::int64_t begin, std::int64_t end) const {
  if (shape().rank() == 0 || begin < 0 || end < begin || end > shape()[0]) {
    fail(ErrorCode::kInvalidArgument, "tensor: rows [{}, {}) are outside shape {}", begin, end, shape());
  }
  Tensor result = *this;
  result.type_.shape[0] = end - begin;
  result.offset_bytes_ += static_cast<std::size_t>(begin * strides_[0]) * size_of(dtype());
  return result;
}

Tensor Tensor::contiguous() const { return is_contiguous() ? *this : copy(); }

Tensor Tensor::copy() const {
  Tensor result = empty(dtype(), shape());
  result.assign(*this);
  return result;
}

Tensor Tensor::cast(DType to) const {
  if (to == dtype()) return copy();
  Tensor result = empty(to, shape());
  visit_dtype(to, [&]<class To>(TypeTag<To>) {
    visit_dtype(dtype(), [&]<class From>(TypeTag<From>) { convert_into<To, From>(*this, reinterpret_cast<To*>(result.bytes())); });
  });
  return result;
}

void Tensor::assign(const Tensor& source) const {
  if (source.type() != type_)
    fail(ErrorCode::kShapeMismatch, "tensor: cannot assign {} to {}", source.type().to_string(), type_.to_string());
  const std::size_t size = size_of(dtype());
  if (is_contiguous() && source.is_contiguous()) {
    if (num_elements() > 0) std::memmove(bytes(), source.bytes(), static_cast<std::size_t>(type_.size_bytes()));
    return;
  }
  std::vector<std::int64_t> from;
  from.reserve(static_cast<std::size_t>(num_elements()));
  for_each_offset(shape(), source.strides(), [&](std::int64_t offset) { from.push_back(offset); });
  std::size_t i = 0;
  for_each_offset(shape(), strides_, [&](std::int64_t offset) {
    std::memcpy(bytes() + offset * static_cast<std::int64_t>(size), source.bytes() + from[i++] * static_cast<std::int64_t>(size), size);
  });
}

void Tensor::check_dtype(DType expected) const {
  if (!defined()) fail(ErrorCode::kInvalidArgument, "tensor: the handle is empty");
  if (dtype() != expected) fail(ErrorCode::kDtypeMismatch, "tensor: elements are {}, asked for {}", name_of(dtype()), name_of(expected));
}

void Tensor::check_contiguous() const {
  if (!is_contiguous()) fail(ErrorCode::kInvalidArgument, "tensor: elements are strided; call contiguous() first (shape {})", shape());
}

bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.type() != b.type()) return false;
  if (a.num_elements() == 0) return true;
  const Tensor x = a.contiguous(), y = b.contiguous();
  return std::memcmp(x.bytes(), y.bytes(), static_cast<std::size_t>(x.type().size_bytes())) == 0;
}

#define LEPTON_INSTANTIATE(type)                                    \
  template Tensor Tensor::from<type>(std::span<const type>, Shape); \
  template std::vector<type> Tensor::to_vector<type>() const;
LEPTON_INSTANTIATE(float)
LEPTON_INSTANTIATE(double)
LEPTON_INSTANTIATE(Half)
LEPTON_INSTANTIATE(BFloat16)
LEPTON_INSTANTIATE(std::int8_t)
LEPTON_INSTANTIATE(std::int16_t)
LEPTON_INSTANTIATE(std::int32_t)
LEPTON_INSTANTIATE(std::int64_t)
LEPTON_INSTANTIATE(std::uint8_t)
LEPTON_INSTANTIATE(std::uint16_t)
LEPTON_INSTANTIATE(std::uint32_t)
LEPTON_INSTANTIATE(std::uint64_t)
template std::vector<bool> Tensor::to_vector<bool>() const;
#undef LEPTON_INSTANTIATE

}  // namespace lepton
