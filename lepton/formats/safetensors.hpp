// safetensors: named tensors in one file, a JSON header and raw bytes. Read in place (mapped), written with aligned data.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::formats {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

struct SafeTensors {
  NamedTensors tensors;  // in the order of their data
  std::map<std::string, std::string> metadata;

  const Tensor* find(std::string_view name) const;
};

/// Parses `bytes`; the tensors are views of them, kept alive by `owner`.
/// Errors:  kDataCorrupt for broken headers, overlapping or outlying data; kUnsupported for a dtype that Lepton lacks.
/// Source:  https://github.com/huggingface/safetensors, format description.
Result<SafeTensors> read_safetensors(std::span<const std::byte> bytes, std::shared_ptr<const void> owner);

/// Where a tensor's bytes lie in a written file.
struct TensorPlace {
  std::uint64_t offset = 0, size_bytes = 0;
};

/// The file as bytes; data begins at a multiple of 64 from the start. `places`, if given, tells where each tensor lies.
std::string write_safetensors(const NamedTensors& tensors, const std::map<std::string, std::string>& metadata = {},
                              std::map<std::string, TensorPlace>* places = nullptr);

}  // namespace lepton::formats
