// IDX, the format of MNIST and Fashion-MNIST, plain or gzip.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lepton/base/error.hpp"
#include "lepton/data/dataset.hpp"

namespace lepton {
class FileSystem;
}

namespace lepton::data {

struct IdxLimits {
  std::uint64_t max_bytes = std::uint64_t{8} << 30;  ///< Of the unpacked array.
};

/// Decodes one IDX array (u8, i8, i16, i32, f32 or f64; big-endian on disk).
///
/// Errors:  kDataCorrupt if the sizes do not fit the bytes; kResourceExhausted if the header claims more than the limit.
Result<Tensor> decode_idx(std::span<const std::byte> bytes, const IdxLimits& limits = {});

/// decode_idx() on a file; errors name it.
Result<Tensor> read_idx(FileSystem& files, const std::string& path, const IdxLimits& limits = {});

/// Reads pictures and labels as one dataset: feature "image" [height, width, 1] u8.
Result<DatasetHandle> read_idx_dataset(FileSystem& files, const std::string& images_path, const std::string& labels_path,
                                       std::vector<std::string> label_names = {});

/// Reads the four files of a set in MNIST's manner (`train-images-idx3-ubyte`, …, each plain or with .gz) as one dataset with the official
/// parts "train" and "test".
Result<DatasetHandle> read_idx_folder(FileSystem& files, const std::string& folder, std::vector<std::string> label_names = {});

}  // namespace lepton::data
