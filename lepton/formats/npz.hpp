// NumPy's array files: .npy (one array) and .npz (a zip of them), read with every size checked, written as NumPy does.
#pragma once

#include "lepton/formats/safetensors.hpp"

namespace lepton::formats {

/// Parses one .npy file (format 1.0 to 3.0, little endian, C or Fortran order); the data is copied.
/// Errors:  kDataCorrupt for a broken file; kUnsupported for a dtype that Lepton lacks (text, objects, complex, big endian).
/// Source:  NEP 1, "A Simple File Format for NumPy Arrays".
Result<Tensor> read_npy(std::span<const std::byte> bytes);
std::string write_npy(const Tensor& tensor);

/// Parses an .npz archive, stored or deflated; names are without ".npy", in the order of the archive.
Result<NamedTensors> read_npz(std::span<const std::byte> bytes);
Result<std::string> write_npz(const NamedTensors& tensors);

}  // namespace lepton::formats
