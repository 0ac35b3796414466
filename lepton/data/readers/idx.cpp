// IDX: two zero bytes, a type, the number of axes, their sizes, then the numbers; all big-endian.
#include "lepton/data/readers/idx.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/data/archive/gzip.hpp"

namespace lepton::data {
namespace {

constexpr std::uint64_t kMaxDeflateRatio = 1032;

// Bytes from a plain or a packed file, front to back.
class Source {
 public:
  explicit Source(std::span<const std::byte> bytes) : plain_(bytes), most_(bytes.size()) {
    if (is_gzip(bytes)) {
      packed_.emplace(bytes);
      most_ *= kMaxDeflateRatio;
    }
  }
  /// More than this cannot come out.
  std::uint64_t most() const { return most_; }

  Result<std::size_t> read(std::span<std::byte> buffer) {
    if (packed_) return packed_->read(buffer);
    const std::size_t count = std::min(buffer.size(), plain_.size());
    std::copy_n(plain_.begin(), count, buffer.begin());
    plain_ = plain_.subspan(count);
    return count;
  }

  Result<void> read_all(std::span<std::byte> buffer) {
    LEPTON_TRY(const std::size_t count, read(buffer));
    if (count < buffer.size()) return Error(ErrorCode::kDataCorrupt, "idx: the file ends too early");
    return {};
  }

 private:
  std::span<const std::byte> plain_;
  std::optional<GzipReader> packed_;
  std::uint64_t most_;
};

std::optional<DType> dtype_of_code(int code) {
  switch (code) {
    case 0x08:
      return DType::kU8;
    case 0x09:
      return DType::kI8;
    case 0x0B:
      return DType::kI16;
    case 0x0C:
      return DType::kI32;
    case 0x0D:
      return DType::kF32;
    case 0x0E:
      return DType::kF64;
    default:
      return std::nullopt;
  }
}

Result<TensorType> read_header(Source& source, const IdxLimits& limits) {
  std::array<std::byte, 4> magic{};
  LEPTON_CHECK_OK(source.read_all(magic));
  const auto dtype = dtype_of_code(std::to_integer<int>(magic[2]));
  const int rank = std::to_integer<int>(magic[3]);
  if (magic[0] != std::byte{0} || magic[1] != std::byte{0} || !dtype || rank == 0 || rank > 8) {
    return Error(ErrorCode::kDataCorrupt, "idx: the header is not that of an IDX file");
  }
  Dims dims;
  std::uint64_t size = size_of(*dtype);
  for (int axis = 0; axis < rank; ++axis) {
    std::array<std::byte, 4> word{};
    LEPTON_CHECK_OK(source.read_all(word));
    std::uint64_t dim = 0;
    for (const std::byte byte : word) dim = (dim << 8) | std::to_integer<std::uint64_t>(byte);
    // Each product stays below 2^64: the size so far is within the limit, which is checked at once.
    if (dim != 0 && size > limits.max_bytes / dim) {
      return make_error(ErrorCode::kResourceExhausted, "idx: header claims more than the limit of {} bytes", limits.max_bytes);
    }
    size *= dim;
    dims.push_back(static_cast<std::int64_t>(dim));
  }
  if (size > source.most()) return make_error(ErrorCode::kDataCorrupt, "idx: header claims {} bytes, more than the file can hold", size);
  return TensorType{*dtype, Shape(std::move(dims))};
}

void swap_bytes(const Tensor& tensor) {
  const std::size_t size = size_of(tensor.dtype());
  if (size == 1) return;
  for (std::int64_t i = 0; i < tensor.num_elements(); ++i) {
    std::byte* element = tensor.bytes() + static_cast<std::size_t>(i) * size;
    std::reverse(element, element + size);
  }
}

}  // namespace

Result<Tensor> decode_idx(std::span<const std::byte> bytes, const IdxLimits& limits) {
  Source source(bytes);
  LEPTON_TRY(const TensorType type, read_header(source, limits));
  auto allocated = catch_error([&] { return Tensor::empty(type.dtype, type.shape); });
  if (!allocated) return allocated.error();
  LEPTON_CHECK_OK(source.read_all({allocated->bytes(), static_cast<std::size_t>(type.size_bytes())}));
  std::array<std::byte, 1> beyond{};
  LEPTON_TRY(const std::size_t extra, source.read(beyond));  // also checks gzip's checksum
  if (extra != 0) return Error(ErrorCode::kDataCorrupt, "idx: there are bytes after the last number");
  swap_bytes(*allocated);
  return *allocated;
}

Result<Tensor> read_idx(FileSystem& files, const std::string& path, const IdxLimits& limits) {
  LEPTON_TRY(const auto mapped, files.map(path));
  return decode_idx(mapped->bytes(), limits).with_context(path);
}

Result<DatasetHandle> read_idx_dataset(FileSystem& files, const std::string& images_path, const std::string& labels_path,
                                       std::vector<std::string> label_names) {
  LEPTON_TRY(Tensor images, read_idx(files, images_path));
  LEPTON_TRY(const Tensor labels, read_idx(files, labels_path));
  if (images.shape().rank() == 3) {
    images = images.reshape(Shape{images.shape()[0], images.shape()[1], images.shape()[2], 1});
  }
  const auto make = [&] { return make_array_dataset({images}, labels, {.features = {"image"}, .label_names = std::move(label_names)}); };
  return catch_error(make).with_context(labels_path);
}

Result<DatasetHandle> read_idx_folder(FileSystem& files, const std::string& folder, std::vector<std::string> label_names) {
  constexpr std::array<const char*, 4> kNames{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                              "t10k-labels-idx1-ubyte"};
  std::array<Tensor, 4> arrays;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const std::string path = join_path(folder, kNames[i]);
    LEPTON_TRY(const bool plain, exists(files, path));
    LEPTON_TRY(arrays[i], read_idx(files, plain ? path : path + ".gz"));
  }
  const auto& [train_images, train_labels, test_images, test_labels] = arrays;
  const auto make = [&]() -> DatasetHandle {
    if (train_images.shape().rank() != 3 || test_images.shape().rank() != 3)
      fail(ErrorCode::kDataCorrupt, "the pictures are not [count, height, width]");
    const std::int64_t train = train_images.shape()[0], count = train + test_images.shape()[0];
    const std::int64_t height = train_images.shape()[1], width = train_images.shape()[2];
    const Tensor images = Tensor::empty(DType::kU8, Shape{count, height, width, 1}), labels = Tensor::empty(DType::kU8, Shape{count});
    images.rows(0, train).assign(train_images.reshape(Shape{train, height, width, 1}));
    images.rows(train, count).assign(test_images.reshape(Shape{count - train, height, width, 1}));
    labels.rows(0, train).assign(train_labels);
    labels.rows(train, count).assign(test_labels);
    ArrayNames names{.features = {"image"}, .label_names = std::move(label_names)};
    for (std::int64_t i = 0; i < count; ++i) {
      names.parts.emplace_back(i < train ? "train" : "test");
      names.sample_ids.push_back(i < train ? fmt::format("train/{:05}", i) : fmt::format("test/{:05}", i - train));
    }
    return make_array_dataset({images}, labels, std::move(names));
  };
  return catch_error(make).with_context(folder);
}

}  // namespace lepton::data
