// The training loop.
#include <algorithm>

#include "lepton/base/random.hpp"
#include "lepton/train/callback.hpp"
#include "lepton/train/fit_loop.hpp"
#include "lepton/train/internal/model_state.hpp"
#include "lepton/train/progress_bar.hpp"

namespace lepton::train {
namespace {

constexpr std::uint64_t kSplitStream = 0x53504c49;

struct Split {
  std::vector<std::int64_t> training, validation;
};

// Shuffled before cutting, so that sorted data cannot put whole classes on one side.
Split split_rows(std::int64_t count, double share, std::uint64_t seed) {
  if (share < 0 || share >= 1) fail(ErrorCode::kInvalidArgument, "fit: validation_split must be in [0, 1) (validation_split {})", share);
  std::vector<std::int64_t> order = epoch_order(count, false, 0, 0);
  Random(seed, kSplitStream).shuffle(order);
  const auto kept = static_cast<std::ptrdiff_t>(static_cast<double>(count) * (1 - share));
  Split split{{order.begin(), order.begin() + kept}, {order.begin() + kept, order.end()}};
  if (split.training.empty() || split.validation.empty()) {
    fail(ErrorCode::kInvalidArgument, "fit: validation_split {} of {} samples leaves one side empty", share, count);
  }
  std::ranges::sort(split.training);
  std::ranges::sort(split.validation);
  return split;
}

// Weight of each sample by its class: integer targets, one column of 0 and 1, or one-hot rows.
Tensor weights_by_class(const Tensor& targets, const std::map<std::int64_t, double>& class_weight, const Tensor& sample_weight) {
  const std::int64_t count = targets.shape()[0];
  const std::int64_t width = count == 0 ? 1 : targets.num_elements() / count;
  const std::vector<double> values = targets.to_vector<double>();
  std::vector<double> weights(static_cast<std::size_t>(count), 1.0);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto row = values.begin() + i * width;
    const std::int64_t label = width == 1 ? static_cast<std::int64_t>(*row) : std::max_element(row, row + width) - row;
    const auto found = class_weight.find(label);
    if (found != class_weight.end()) weights[static_cast<std::size_t>(i)] = found->second;
  }
  const Tensor result = Tensor::from(weights, {count});
  if (!sample_weight.defined()) return result;
  const std::vector<double> given = sample_weight.to_vector<double>();
  for (std::size_t i = 0; i < given.size(); ++i) result.span<double>()[i] *= given[i];
  return result;
}

}  // namespace

FitLoop::FitLoop(Model& model, BatchSource& training, BatchSource* validation, const FitOptions& options)
    : model_(model), training_(training), validation_(validation), options_(options), callbacks_(options.callbacks) {
  if (options.validation_freq < 1)
    fail(ErrorCode::kInvalidArgument, "fit: validation_freq must be at least 1 (validation_freq {})", options.validation_freq);
  if (options.verbose > 0) callbacks_.push_back(make_progress_bar(options.verbose));
  position_.epoch = options.initial_epoch;
}

void FitLoop::resume(Position position, History history) {
  position_ = std::move(position);
  history_ = std::move(history);
}

History FitLoop::run() {
  Model::State& state = *model_.state_;
  (void)state.require_compiled();
  for (const auto& callback : callbacks_) callback->on_train_begin(*this);
  while (position_.epoch < options_.epochs && !stopping_) {
    train_epoch();
    if (interrupted_) break;
    ++position_.epoch;
    position_.batch = 0;
    position_.sums.clear();
    position_.samples = 0;
  }
  if (!interrupted_ && state.compiled->optimizer.keeps_average()) model_.adopt_averages();
  for (const auto& callback : callbacks_) callback->on_train_end(*this);
  return history_;
}

void FitLoop::train_epoch() {
  Model::State& state = *model_.state_;
  training_.start(position_.epoch, position_.batch);
  for (const auto& callback : callbacks_) callback->on_epoch_begin(*this);
  std::optional<RunningLogs> running;
  while (!stopping_ && training_.next(batch_)) {
    for (const auto& callback : callbacks_) callback->on_batch_begin(*this);
    const std::span<const Tensor> results = state.train(batch_);
    if (!running) {
      const Compiled& c = *state.compiled;
      running.emplace(state.network, c.objective, (c.update ? c.update : c.accumulate)->output_names());
      if (!position_.sums.empty()) running->restore(position_.sums, position_.samples);
    }
    running->add(results, batch_.size());
    ++position_.batch;
    position_.sums = running->sums();
    position_.samples = running->samples();
    const Logs logs = running->logs();
    for (const auto& callback : callbacks_) callback->on_batch_end(*this, logs);
    if (options_.cancel != nullptr && options_.cancel->load()) {
      interrupted_ = true;
      stop("interrupted");
      return;
    }
  }
  Logs logs = running ? running->logs() : Logs{};
  if (validation_ != nullptr && (position_.epoch + 1) % options_.validation_freq == 0) {
    for (const auto& [key, value] : model_.evaluate(*validation_).logs) logs.emplace_back("val_" + key, value);
  }
  for (const auto& callback : callbacks_) callback->on_epoch_end(*this, logs);
  history_.append(logs);
}

History Model::fit(BatchSource& training, BatchSource* validation, const FitOptions& options) {
  return FitLoop(*this, training, validation, options).run();
}

History Model::fit(const Arrays& x, const Arrays& y, const FitOptions& options) {
  Tensor weight = options.sample_weight;
  if (!options.class_weight.empty()) weight = weights_by_class(y.tensors.front(), options.class_weight, weight);
  ArraySourceOptions train_options{.batch_size = options.batch_size, .shuffle = options.shuffle, .seed = seed()};
  std::unique_ptr<BatchSource> validation;
  const std::int64_t validation_batch = options.validation_batch_size > 0 ? options.validation_batch_size : options.batch_size;
  if (options.validation_data) {
    validation = array_source(options.validation_data->first, options.validation_data->second, options.validation_weight,
                              {.batch_size = validation_batch});
  } else if (options.validation_split > 0) {
    Split split = split_rows(x.num_samples(), options.validation_split, seed());
    train_options.subset = std::move(split.training);
    validation = array_source(x, y, weight, {.batch_size = validation_batch, .subset = std::move(split.validation)});
  }
  const auto training = array_source(x, y, weight, train_options);
  check_memory(options.batch_size);
  return fit(*training, validation.get(), options);
}

}  // namespace lepton::train
