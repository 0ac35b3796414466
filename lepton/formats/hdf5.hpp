// HDF5 files, read and written by the program lepton-hdf5 in a confined process of its own (see lepton/hdf5).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lepton/base/json_fwd.hpp"
#include "lepton/formats/safetensors.hpp"

namespace lepton::formats {

struct Hdf5File {
  SafeTensors data;                        // data sets of numbers by path: "model_weights/conv/kernel"
  std::shared_ptr<const Json> attributes;  // by path ("" is the root), then name: a text or a list of texts

  /// Null if there is none.
  const Json* attribute(const std::string& path, const std::string& name) const;
};

struct Hdf5Options {
  std::vector<std::string> skipped = {};  // paths of groups that are not wanted
  std::string program = {};               // empty: lepton-hdf5 as named by LEPTON_HDF5, or beside this program or library, or on PATH
};

/// Errors:  kDataCorrupt, kUnsupported or kResourceExhausted as the child finds, or if it crashes on the file; kDeadlineExceeded;
///          kNotFound if lepton-hdf5 is not installed.
Result<Hdf5File> read_hdf5(std::span<const std::byte> bytes, const Hdf5Options& options = {});

/// The bytes of a file with these data sets by path and attributes as in Hdf5File.
/// Errors:  kUnsupported for a dtype but f32, f64, i32 and i64; kInvalidArgument for a path that is taken twice; kNotFound if lepton-hdf5
/// is
///          not installed.
Result<std::string> write_hdf5(const NamedTensors& data, const Json& attributes, const Hdf5Options& options = {});

/// True if the bytes begin with HDF5's mark.
bool is_hdf5(std::span<const std::byte> bytes);

}  // namespace lepton::formats
