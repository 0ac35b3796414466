// An object of HDF5's C interface that closes itself.
#pragma once

#include <hdf5.h>

#include <string>

#include "lepton/base/error.hpp"

namespace lepton::hdf5 {

class Handle {
 public:
  /// Throws kDataCorrupt if there is no such object: `what` cannot be had.
  Handle(hid_t id, herr_t (*close)(hid_t), const std::string& what) : id_(id), close_(close) {
    if (id < 0) fail(ErrorCode::kDataCorrupt, "hdf5: {} cannot be read", what);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { close_(id_); }
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

}  // namespace lepton::hdf5
