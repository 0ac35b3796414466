// One task per batch on an I/O pool, taken back in order: timing cannot change what comes out.
#include "lepton/data/data_loader.hpp"

#include <deque>
#include <future>
#include <numeric>

#include "lepton/base/random.hpp"
#include "lepton/base/thread_pool.hpp"

namespace lepton::data {

std::vector<std::int64_t> epoch_order(std::int64_t num_samples, bool shuffle, std::uint64_t seed, std::int64_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(num_samples));
  std::iota(order.begin(), order.end(), 0);
  if (shuffle) Random(seed, static_cast<std::uint64_t>(epoch)).shuffle(order);
  return order;
}

struct DataLoader::State {
  DatasetHandle dataset;
  LoaderOptions options;
  std::int64_t num_batches = 0;
  std::int64_t epoch = 0;
  std::int64_t next_to_submit = 0;
  std::int64_t next_to_take = 0;
  std::vector<std::int64_t> order;
  // Declared before the pool: tasks still running when the pool ends may finish into their futures.
  std::deque<std::future<Result<Batch>>> ahead;
  std::unique_ptr<ThreadPool> pool;

  std::vector<std::int64_t> indices_of(std::int64_t batch) const {
    const auto begin = order.begin() + batch * options.batch_size;
    return {begin, begin + std::min<std::int64_t>(options.batch_size, order.end() - begin)};
  }

  static Result<Batch> load(const Dataset& dataset, const std::vector<std::int64_t>& indices, std::int64_t epoch, std::int64_t number,
                            const LoaderOptions& options) {
    auto loaded = catch_error([&] {
      Batch batch = dataset.load_batch(indices).value();
      if (!options.augmentation.empty()) augment(batch, epoch, options);
      if (options.soft_targets) batch.target = one_hot(batch.target, dataset.target().num_classes());
      if (options.augmentation.mixes()) options.augmentation.mix(batch.inputs[0], batch.target, options.seed, epoch, number);
      return batch;
    });
    if (!loaded) return loaded.error();
    loaded->epoch = epoch;
    loaded->number = number;
    return loaded;
  }

  static Tensor one_hot(const Tensor& classes, std::int64_t count) {
    const Tensor shares = Tensor::zeros(DType::kF32, {classes.shape()[0], count});
    float* row = shares.span<float>().data();
    for (const std::int64_t of : classes.span<std::int64_t>()) {
      row[of] = 1;
      row += count;
    }
    return shares;
  }

  // Samples are keyed by their number in the dataset, so that neither order nor thread matters.
  static void augment(Batch& batch, std::int64_t epoch, const LoaderOptions& options) {
    Tensor& pictures = batch.inputs[0];
    const Shape shape(Dims(pictures.shape().begin() + 1, pictures.shape().end()));
    const auto size = static_cast<std::size_t>(shape.num_elements());
    for (std::size_t i = 0; i < batch.indices.size(); ++i)
      options.augmentation.apply(pictures.span<std::uint8_t>().subspan(i * size, size), shape, options.seed, epoch, batch.indices[i]);
  }

  void submit_ahead() {
    while (next_to_submit < num_batches && static_cast<int>(ahead.size()) < options.prefetch_batches) {
      ahead.push_back(pool->submit([data = dataset, indices = indices_of(next_to_submit), number = next_to_submit, epoch_now = epoch,
                                    given = &options] { return load(*data, indices, epoch_now, number, *given); }));
      ++next_to_submit;
    }
  }

  void stop() {
    if (pool) pool->cancel();
    pool.reset();
    ahead.clear();
  }
};

DataLoader::DataLoader(DatasetHandle dataset, LoaderOptions options) : state_(std::make_unique<State>()) {
  const std::int64_t count = dataset->num_samples();
  if (count == 0) fail(ErrorCode::kInvalidArgument, "loader: the dataset has no samples");
  if (options.batch_size < 1 || options.prefetch_batches < 1 || options.num_threads < 0) {
    fail(ErrorCode::kInvalidArgument, "loader: batch_size {}, prefetch_batches {} and num_threads {} must be at least 1, 1 and 0",
         options.batch_size, options.prefetch_batches, options.num_threads);
  }
  state_->num_batches = options.drop_last ? count / options.batch_size : (count + options.batch_size - 1) / options.batch_size;
  if (state_->num_batches == 0) {
    fail(ErrorCode::kInvalidArgument, "loader: drop_last leaves nothing of {} samples in batches of {}", count, options.batch_size);
  }
  options.soft_targets = options.soft_targets || options.augmentation.mixes();
  if (options.soft_targets && dataset->target().kind != TargetKind::kClass)
    fail(ErrorCode::kInvalidArgument, "loader: only classes can be soft targets or mixed");
  state_->dataset = std::move(dataset);
  state_->options = options;
  start(0);
}

DataLoader::~DataLoader() {
  if (state_) state_->stop();
}
DataLoader::DataLoader(DataLoader&&) noexcept = default;
DataLoader& DataLoader::operator=(DataLoader&&) noexcept = default;

const Dataset& DataLoader::dataset() const { return *state_->dataset; }
const LoaderOptions& DataLoader::options() const { return state_->options; }
std::int64_t DataLoader::num_batches() const { return state_->num_batches; }

void DataLoader::start(std::int64_t epoch, std::int64_t first_batch) {
  if (epoch < 0 || first_batch < 0 || first_batch > state_->num_batches) {
    fail(ErrorCode::kInvalidArgument, "loader: epoch {}, batch {} is outside an epoch of {} batches", epoch, first_batch,
         state_->num_batches);
  }
  state_->stop();
  state_->epoch = epoch;
  state_->next_to_submit = state_->next_to_take = first_batch;
  state_->order = epoch_order(state_->dataset->num_samples(), state_->options.shuffle, state_->options.seed, epoch);
}

Result<std::optional<Batch>> DataLoader::next() {
  State& state = *state_;
  if (state.next_to_take >= state.num_batches) return std::optional<Batch>();
  const std::int64_t number = state.next_to_take++;
  if (state.options.num_threads == 0) {
    LEPTON_TRY(Batch batch, State::load(*state.dataset, state.indices_of(number), state.epoch, number, state.options));
    return std::optional<Batch>(std::move(batch));
  }
  if (!state.pool) {
    state.pool = std::make_unique<ThreadPool>(state.options.num_threads, static_cast<std::size_t>(state.options.prefetch_batches));
  }
  state.submit_ahead();
  Result<Batch> batch = state.ahead.front().get();
  state.ahead.pop_front();
  if (!batch) {
    state.stop();
    state.next_to_take = state.num_batches;
    return batch.error();
  }
  state.submit_ahead();
  return std::optional<Batch>(std::move(*batch));
}

}  // namespace lepton::data
