// The content of an HDF5 file: its numeric data sets by path, and attributes that are texts.
#pragma once

#include <set>
#include <span>
#include <string>

#include "lepton/base/json.hpp"
#include "lepton/formats/safetensors.hpp"

namespace lepton::hdf5 {

struct Content {
  formats::NamedTensors tensors;
  Json attributes = Json::object();  // by path, then name: a text or a list of texts
};

/// Reads a file that lies in memory. Groups whose path is in `skipped` are left out.
/// Throws kDataCorrupt for what HDF5 cannot read; kUnsupported for links out of the file or its tree, virtual and external data, unknown
/// filters; kResourceExhausted for more than `max_bytes` of data or too many objects.
Content read(std::span<const std::byte> file, const std::set<std::string>& skipped, std::size_t max_bytes);

}  // namespace lepton::hdf5
