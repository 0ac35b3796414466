// Where batches come from: arrays in memory or a data::Dataset. The order of an epoch depends on seed and epoch alone.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::train {

struct Batch {
  std::vector<Tensor> inputs;
  std::vector<Tensor> targets;
  Tensor sample_weight;               // [N], or empty
  std::vector<std::int64_t> indices;  // of the samples in the source
  std::int64_t size() const { return static_cast<std::int64_t>(indices.size()); }
};

class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// Both are negative if only the end of the source tells.
  virtual std::int64_t num_samples() const = 0;
  virtual std::int64_t num_batches() const = 0;
  virtual bool has_weights() const = 0;
  /// Begins epoch `epoch` at batch `first_batch` (a resumed run starts in the middle).
  virtual void start(std::int64_t epoch, std::int64_t first_batch) = 0;
  /// Fills the next batch; false at the end of the epoch. The tensors stay valid until the next call.
  virtual bool next(Batch& batch) = 0;
};

/// One or several arrays whose axis 0 counts samples.
struct Arrays {
  std::vector<Tensor> tensors;
  Arrays() = default;
  Arrays(Tensor tensor) : tensors{std::move(tensor)} {}
  Arrays(std::vector<Tensor> all) : tensors(std::move(all)) {}
  Arrays(std::initializer_list<Tensor> all) : tensors(all) {}
  bool empty() const { return tensors.empty(); }
  std::int64_t num_samples() const { return tensors.empty() ? 0 : tensors.front().shape()[0]; }
};

struct ArraySourceOptions {
  std::int64_t batch_size = 32;
  bool shuffle = false;
  std::uint64_t seed = 0;
  std::vector<std::int64_t> subset = {};  // rows to use; empty: all
};

/// Batches of rows of arrays.
/// Errors:  throws kShapeMismatch if the arrays count different numbers of samples; kInvalidArgument if batch_size < 1.
std::unique_ptr<BatchSource> array_source(Arrays inputs, Arrays targets, Tensor sample_weight, const ArraySourceOptions& options);

/// The order in which epoch `epoch` visits `count` samples: a permutation that depends on seed and epoch only.
std::vector<std::int64_t> epoch_order(std::int64_t count, bool shuffle, std::uint64_t seed, std::int64_t epoch);

/// Rows `indices` of `source`, copied into one tensor (reusing `out` if it has the right type).
void take_rows(const Tensor& source, std::span<const std::int64_t> indices, Tensor& out);

}  // namespace lepton::train
