// Collects rows of batches into one tensor.
#pragma once

#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::train {

class Rows {
 public:
  void add(const Tensor& batch) { parts_.push_back(batch.copy()); }
  void clear() { parts_.clear(); }
  /// Empty if there were no batches.
  Tensor joined() const;

 private:
  std::vector<Tensor> parts_;
};

}  // namespace lepton::train
