// NPZ archives and NPY files as datasets: x and y, with or without official parts.
#pragma once

#include <string>

#include "lepton/base/error.hpp"
#include "lepton/data/dataset.hpp"

namespace lepton {
class FileSystem;
}

namespace lepton::data {

/// Reads an NPZ archive with `x` and maybe `y`, or with `x_train`, `y_train` and the same for val and test (official parts).
///
/// Arrays of u8 and rank 3 are pictures and get a channel axis. Labels of shape [n, 1] become [n].
/// Errors:  kNotFound, listing the arrays that are there, if there is no x; kDataCorrupt and kShapeMismatch for arrays that do not fit.
Result<DatasetHandle> read_npz_dataset(FileSystem& files, const std::string& path);

}  // namespace lepton::data
