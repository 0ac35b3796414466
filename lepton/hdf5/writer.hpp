// Data sets and attributes as an HDF5 file.
#pragma once

#include <string>

#include "lepton/hdf5/walker.hpp"

namespace lepton::hdf5 {

/// The file as bytes, in the layout that every version of HDF5 reads. Groups are made as the paths need them.
/// Throws kInvalidArgument for a path that is taken twice or an attribute that is neither a text nor a list of texts; kResourceExhausted.
std::string write(const Content& content);

}  // namespace lepton::hdf5
