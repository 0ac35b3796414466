// DataLoader: walks a dataset in batches, in an order that depends on seed and epoch alone, while threads load ahead.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/data/augment/augment.hpp"
#include "lepton/data/dataset.hpp"

namespace lepton::data {

struct LoaderOptions {
  std::int64_t batch_size = 32;
  bool shuffle = true;
  std::uint64_t seed = 0;
  bool drop_last = false;          ///< Leave out a last batch that is smaller than the others.
  int num_threads = 2;             ///< Threads that load; 0 loads in next().
  Augmentation augmentation = {};  ///< Of the first input, which must be pictures [height, width, channels] u8 then.
  bool soft_targets = false;       ///< Classes as f32 [N, classes] instead of i64 [N]; an augmentation that mixes pictures implies it.
  int prefetch_batches = 4;        ///< Most batches that are loaded and not taken yet: the bound on memory, whatever the data's size.
};

/// Returns the order in which samples are visited in `epoch`: a permutation that depends on (num_samples, seed, epoch) alone.
std::vector<std::int64_t> epoch_order(std::int64_t num_samples, bool shuffle, std::uint64_t seed, std::int64_t epoch);

/// Batches come in the same order with the same bits however many threads load them.
class DataLoader {
 public:
  /// Throws kInvalidArgument for an augmentation of what is no picture, soft targets of what is no class, an empty dataset, a batch size or
  /// a prefetch below 1, or drop_last that leaves nothing.
  explicit DataLoader(DatasetHandle dataset, LoaderOptions options = {});
  ~DataLoader();
  DataLoader(DataLoader&&) noexcept;
  DataLoader& operator=(DataLoader&&) noexcept;

  const Dataset& dataset() const;
  const LoaderOptions& options() const;
  /// Batches in an epoch.
  std::int64_t num_batches() const;

  /// Begins `epoch` at batch `first_batch`: a resumed run goes on where the interrupted one stopped.
  void start(std::int64_t epoch, std::int64_t first_batch = 0);
  /// Returns the next batch, or nothing at the end of the epoch. An error names the file that caused it; the epoch is over then.
  Result<std::optional<Batch>> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lepton::data
