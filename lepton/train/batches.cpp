// Batches from arrays.
#include "lepton/train/batches.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "lepton/base/parallel.hpp"
#include "lepton/base/random.hpp"

namespace lepton::train {
namespace {

constexpr std::uint64_t kShuffleStream = 0x5348;  // a stream of its own, so that shuffling and initialisation do not share numbers

class ArraySource final : public BatchSource {
 public:
  ArraySource(Arrays inputs, Arrays targets, Tensor sample_weight, const ArraySourceOptions& options)
      : inputs_(std::move(inputs)), targets_(std::move(targets)), weight_(std::move(sample_weight)), options_(options) {
    if (options_.batch_size < 1) fail(ErrorCode::kInvalidArgument, "fit: batch_size must be positive (batch_size {})", options_.batch_size);
    const std::int64_t count = inputs_.num_samples();
    std::vector<Tensor*> all;
    for (Tensor& t : inputs_.tensors) all.push_back(&t);
    for (Tensor& t : targets_.tensors) all.push_back(&t);
    if (weight_.defined()) all.push_back(&weight_);
    for (Tensor* tensor : all) {
      if (tensor->shape().rank() == 0 || tensor->shape()[0] != count) {
        fail(ErrorCode::kShapeMismatch, "fit: all arrays must have the same number of samples (shapes {} and {})",
             inputs_.tensors.front().shape(), tensor->shape());
      }
      *tensor = tensor->contiguous();
    }
    if (options_.subset.empty()) {
      options_.subset.resize(static_cast<std::size_t>(count));
      std::iota(options_.subset.begin(), options_.subset.end(), 0);
    }
  }

  std::int64_t num_samples() const override { return static_cast<std::int64_t>(options_.subset.size()); }
  std::int64_t num_batches() const override { return (num_samples() + options_.batch_size - 1) / options_.batch_size; }
  bool has_weights() const override { return weight_.defined(); }

  void start(std::int64_t epoch, std::int64_t first_batch) override {
    order_ = epoch_order(num_samples(), options_.shuffle, options_.seed, epoch);
    place_ = first_batch * options_.batch_size;
  }

  bool next(Batch& batch) override {
    if (place_ >= num_samples()) return false;
    const std::int64_t end = std::min(place_ + options_.batch_size, num_samples());
    batch.indices.clear();
    for (; place_ < end; ++place_) {
      batch.indices.push_back(options_.subset[static_cast<std::size_t>(order_[static_cast<std::size_t>(place_)])]);
    }
    batch.inputs.resize(inputs_.tensors.size());
    batch.targets.resize(targets_.tensors.size());
    for (std::size_t i = 0; i < inputs_.tensors.size(); ++i) take_rows(inputs_.tensors[i], batch.indices, batch.inputs[i]);
    for (std::size_t i = 0; i < targets_.tensors.size(); ++i) take_rows(targets_.tensors[i], batch.indices, batch.targets[i]);
    if (weight_.defined()) take_rows(weight_, batch.indices, batch.sample_weight);
    return true;
  }

 private:
  Arrays inputs_, targets_;
  Tensor weight_;
  ArraySourceOptions options_;
  std::vector<std::int64_t> order_;
  std::int64_t place_ = 0;
};

}  // namespace

std::vector<std::int64_t> epoch_order(std::int64_t count, bool shuffle, std::uint64_t seed, std::int64_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  if (shuffle) Random(seed, (kShuffleStream << 32) + static_cast<std::uint64_t>(epoch)).shuffle(order);
  return order;
}

void take_rows(const Tensor& source, std::span<const std::int64_t> indices, Tensor& out) {
  Shape shape = source.shape();
  shape[0] = static_cast<std::int64_t>(indices.size());
  if (!out.defined() || out.dtype() != source.dtype() || out.shape() != shape) out = Tensor::empty(source.dtype(), shape);
  const std::size_t row =
      static_cast<std::size_t>(source.type().size_bytes()) / static_cast<std::size_t>(std::max<std::int64_t>(source.shape()[0], 1));
  parallel_for(shape[0], 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto place = static_cast<std::size_t>(i);
      std::memcpy(out.bytes() + place * row, source.bytes() + static_cast<std::size_t>(indices[place]) * row, row);
    }
  });
}

std::unique_ptr<BatchSource> array_source(Arrays inputs, Arrays targets, Tensor sample_weight, const ArraySourceOptions& options) {
  return std::make_unique<ArraySource>(std::move(inputs), std::move(targets), std::move(sample_weight), options);
}

}  // namespace lepton::train
