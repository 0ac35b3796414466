// Who runs what, when. Everything under the mutex is short; the engine belongs to whoever set `busy_`.
#include "lepton/serve/batcher.hpp"

#include <algorithm>
#include <cstring>

#include "lepton/base/log.hpp"
#include "lepton/base/random.hpp"
#include "lepton/train/batches.hpp"

namespace lepton::serve {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kSweep = std::chrono::milliseconds(20);
constexpr std::int64_t kFreeAxis = 8;  // of axes other than the batch, when a model is tried out

std::int64_t rows_of(const Tensor& tensor) { return tensor.shape().rank() == 0 ? 1 : tensor.shape()[0]; }
std::int64_t rows_of(const Job& job) { return job.inputs.empty() ? 1 : rows_of(job.inputs[0]); }

// Requests run together if they differ in nothing but the number of rows.
bool joins(const Job& a, const Job& b) {
  return std::ranges::equal(a.inputs, b.inputs, [](const Tensor& x, const Tensor& y) {
    return x.shape().rank() == y.shape().rank() && std::equal(x.shape().begin() + 1, x.shape().end(), y.shape().begin() + 1);
  });
}

std::size_t row_bytes(const Tensor& tensor) {
  return static_cast<std::size_t>(tensor.type().size_bytes() / std::max<std::int64_t>(1, rows_of(tensor)));
}

// Values that every model of the kind can take: numbers in [0, 1), pixels, and 0 or 1 where they may be indices.
Tensor some_input(const TensorSpec& spec, std::int64_t rows, std::uint64_t stream) {
  Dims dims = spec.dims;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    if (dims[axis] == kAnyDim) dims[axis] = axis == 0 ? rows : kFreeAxis;
  }
  Random random(1, stream);
  Tensor tensor = Tensor::empty(spec.dtype, Shape(dims));
  visit_dtype(spec.dtype, [&]<class T>(TypeTag<T>) {
    for (T& value : tensor.span<T>()) {
      if constexpr (std::is_same_v<T, std::uint8_t>) {
        value = static_cast<T>(random.below(256));
      } else if constexpr (std::is_integral_v<T>) {
        value = static_cast<T>(random.below(2));
      } else {
        value = static_cast<T>(static_cast<float>(random.uniform()));
      }
    }
  });
  return tensor;
}

Tensor picked_rows(const Tensor& tensor, const std::vector<std::int64_t>& places) {
  Tensor rows;
  train::take_rows(tensor, places, rows);
  return rows;
}

Tensor reversed_rows(const Tensor& tensor) {
  std::vector<std::int64_t> places;
  for (std::int64_t row = tensor.shape()[0]; row > 0; --row) places.push_back(row - 1);
  return picked_rows(tensor, places);
}

Tensor repeated_row(const Tensor& tensor) {
  return picked_rows(tensor, std::vector<std::int64_t>(static_cast<std::size_t>(tensor.shape()[0]), 0));
}

bool may_batch(const Signature& signature) {
  const auto first_is_free = [](const TensorSpec& spec) { return !spec.dims.empty() && spec.dims[0] == kAnyDim; };
  const auto only_first_is_free = [&](const TensorSpec& spec) {
    return first_is_free(spec) && std::ranges::count(spec.dims, kAnyDim) == 1;
  };
  return !signature.inputs.empty() && std::ranges::all_of(signature.inputs, only_first_is_free) &&
         std::ranges::all_of(signature.outputs, first_is_free);
}

}  // namespace

Batcher::Batcher(net::EventLoop& loop, ComputeSlots& slots, std::unique_ptr<Engine> engine, const BatchingOptions& options)
    : loop_(loop), slots_(slots), engine_(std::move(engine)), options_(options) {
  if (!may_batch(signature())) {
    why_alone_ = "in every input the first axis, and no other, must be free, and in every output the first";
    return;
  }
  if (options_.exact) {
    cold_.push_back(options_.max_batch);
    return;
  }
  // 1, 2, 3, 4, 6, 8, 12, 16 …
  for (std::int64_t rows = 1; rows < options_.max_batch; rows *= 2) {
    cold_.push_back(rows);
    if (rows > 1 && rows * 3 / 2 < options_.max_batch) cold_.push_back(rows * 3 / 2);
  }
  cold_.push_back(options_.max_batch);
}

std::vector<std::int64_t> Batcher::buckets() const {
  const std::lock_guard lock(mutex_);
  return why_alone_.empty() ? buckets_ : std::vector<std::int64_t>{};
}

std::string Batcher::why_alone() const {
  const std::lock_guard lock(mutex_);
  return why_alone_;
}

BatcherStatistics Batcher::statistics() const {
  const std::lock_guard lock(mutex_);
  BatcherStatistics statistics = statistics_;
  statistics.pending = queue_.size();
  return statistics;
}

// ---- Warming up -----------------------------------------------------------------------------------------------------------------------

// A row among others, the same row at every place, and the others the other way round.
Batcher::Rows Batcher::prove_rows(std::int64_t rows, std::chrono::nanoseconds& duration) {
  const auto run = [&](const std::vector<Tensor>& inputs) {
    const auto begin = Clock::now();
    std::vector<Tensor> outputs;
    for (const Tensor& output : engine_->run(inputs)) outputs.push_back(output.copy());
    duration = Clock::now() - begin;
    return outputs;
  };
  std::vector<Tensor> mixed, same, reversed;
  for (const TensorSpec& spec : signature().inputs) {
    mixed.push_back(some_input(spec, rows, mixed.size()));
    same.push_back(repeated_row(mixed.back()));
    reversed.push_back(reversed_rows(mixed.back()));
  }
  const std::vector<Tensor> of_mixed = run(mixed), of_same = run(same), of_reversed = run(reversed);
  Rows found = Rows::kEqual;
  for (std::size_t i = 0; i < of_mixed.size(); ++i) {
    if (of_mixed[i].shape().rank() == 0 || of_mixed[i].shape()[0] != rows) return Rows::kNone;
    if (!same_bits(of_same[i], repeated_row(of_mixed[i])) || !same_bits(reversed_rows(of_reversed[i]), of_mixed[i])) found = Rows::kDiffer;
  }
  return found;
}

void Batcher::warm_up(std::function<void()> done) {
  when_warm_ = std::move(done);
  if (why_alone_.empty()) {
    const std::int64_t first = cold_.front();
    std::chrono::nanoseconds duration{};
    const Rows rows = prove_rows(first, duration);
    if (options_.exact && rows != Rows::kEqual) {
      fail(ErrorCode::kUnsupported,
           "in batches of {} this model's rows do not have the same bits at every place; choose another --max-batch", first);
    }
    const std::lock_guard lock(mutex_);
    cold_.erase(cold_.begin());
    if (rows == Rows::kNone) {
      why_alone_ = "an output's first axis does not count rows";
    } else {
      buckets_.push_back(first);
    }
  } else {
    std::vector<Tensor> inputs;
    for (const TensorSpec& spec : signature().inputs) inputs.push_back(some_input(spec, 1, inputs.size()));
    // A model whose other axes are free may not take the sizes that are tried here.
    if (const auto tried = catch_error([&] { engine_->run(inputs); }); !tried)
      log_info("serve: not warmed up: {}", tried.error().message());
  }
  loop_.post([self = shared_from_this()] { self->warm_next(); });
}

void Batcher::warm_next() {
  std::unique_lock lock(mutex_);
  if (cold_.empty() || !why_alone_.empty()) {
    warm_ = true;
    const auto done = std::exchange(when_warm_, nullptr);
    lock.unlock();
    if (done) done();
    return;
  }
  warming_ = true;
  if (busy_) return;  // whoever has the engine goes on with it
  busy_ = true;
  lock.unlock();
  if (slots_.take([self = shared_from_this()] { self->warm_bucket(); })) warm_bucket();
}

// Owns the engine and a slot. One bucket at a time: requests wait for no more than one.
void Batcher::warm_bucket() {
  const std::int64_t rows = [&] {
    const std::lock_guard lock(mutex_);
    warming_ = false;
    return cold_.front();
  }();
  std::chrono::nanoseconds duration{};
  Rows found = Rows::kNone;
  const auto tried = catch_error([&] { found = prove_rows(rows, duration); });
  {
    std::unique_lock lock(mutex_);
    cold_.erase(cold_.begin());
    if (!tried || found == Rows::kNone || duration > options_.latency_budget) cold_.clear();  // larger ones would be no better
    if (tried && found == Rows::kEqual && duration <= options_.latency_budget) buckets_.push_back(rows);
    busy_ = false;
    slots_.give_back();
    try_run(lock);
  }
  loop_.post([self = shared_from_this()] { self->warm_next(); });
}

// ---- Requests -------------------------------------------------------------------------------------------------------------------------

void Batcher::submit(std::unique_ptr<Job> job) {
  job->arrived = Clock::now();
  if (job->deadline == TimePoint()) job->deadline = job->arrived + options_.queue_timeout;
  std::unique_lock lock(mutex_);
  if (why_alone_.empty()) {
    const std::int64_t rows = rows_of(*job);
    std::optional<Error> error;
    if (rows > options_.max_batch)
      error = make_error(ErrorCode::kInvalidArgument, "a request has at most {} rows, not {}", options_.max_batch, rows);
    if (std::ranges::any_of(job->inputs, [&](const Tensor& input) { return rows_of(input) != rows; }))
      error = Error(ErrorCode::kShapeMismatch, "the inputs of a request must have as many rows each");
    if (error) {
      lock.unlock();
      return drop(std::move(job), *error, &BatcherStatistics::failed);
    }
  }
  if (queue_.size() >= options_.max_queue) {
    lock.unlock();
    return drop(std::move(job), make_error(ErrorCode::kResourceExhausted, "{} requests are waiting; try again", options_.max_queue),
                &BatcherStatistics::rejected);
  }
  queue_.push_back(std::move(job));
  try_run(lock);
}

// Runs if there is something to run and the engine is free; unlocks in that case.
void Batcher::try_run(std::unique_lock<std::mutex>& lock) {
  if (queue_.empty()) return;
  if (busy_) return arm_sweep();
  const auto waited = Clock::now() - queue_.front()->arrived;
  std::int64_t rows = 0;
  for (const auto& job : queue_) rows += rows_of(*job);
  if (waited < options_.max_delay && rows < options_.max_batch && why_alone_.empty()) {
    loop_.post_after(options_.max_delay - waited, [self = shared_from_this()] {
      std::unique_lock again(self->mutex_);
      self->try_run(again);
    });
    return;
  }
  busy_ = true;
  if (slots_.take([self = shared_from_this()] { self->run_next(); })) {
    lock.unlock();
    return run_next();
  }
  arm_sweep();
}

void Batcher::arm_sweep() {
  if (sweeping_) return;
  sweeping_ = true;
  loop_.post_after(kSweep, [self = shared_from_this()] { self->sweep(); });
}

// Requests that have waited too long, or for whom nobody waits, leave the queue.
void Batcher::sweep() {
  Jobs expired, cancelled;
  {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    for (auto& job : queue_) {
      if (now >= job->deadline) {
        expired.push_back(std::move(job));
      } else if (job->is_cancelled && job->is_cancelled()) {
        cancelled.push_back(std::move(job));
      }
    }
    std::erase(queue_, nullptr);
    sweeping_ = false;
    if (!queue_.empty()) arm_sweep();
  }
  for (auto& job : expired)
    drop(std::move(job), Error(ErrorCode::kDeadlineExceeded, "the request waited longer than it may"), &BatcherStatistics::expired);
  for (auto& job : cancelled) drop(std::move(job), Error(ErrorCode::kCancelled, "the client is gone"), &BatcherStatistics::cancelled);
}

void Batcher::drop(std::unique_ptr<Job> job, Error error, std::uint64_t BatcherStatistics::*counter) {
  {
    const std::lock_guard lock(mutex_);
    ++(statistics_.*counter);
  }
  job->done(std::move(error), {});
}

// With the lock held.
Batcher::Jobs Batcher::take_batch(TimePoint now) {
  Jobs batch;
  std::int64_t rows = 0;
  const std::int64_t most = why_alone_.empty() ? buckets_.back() : 0;
  for (auto& job : queue_) {
    if (now >= job->deadline) continue;  // the sweep answers it
    if (!batch.empty() && (rows + rows_of(*job) > most || !joins(*batch.front(), *job))) continue;
    rows += rows_of(*job);
    batch.push_back(std::move(job));
    if (rows >= most) break;
  }
  std::erase(queue_, nullptr);
  return batch;
}

std::int64_t Batcher::bucket_for(std::int64_t rows) const {
  const auto bucket = std::ranges::lower_bound(buckets_, rows);
  return bucket == buckets_.end() ? rows : *bucket;  // more rows in one request than the buckets that are warm
}

// Owns the engine and a slot.
void Batcher::run_next() {
  Jobs jobs;
  bool warming = false;
  {
    const std::lock_guard lock(mutex_);
    jobs = take_batch(Clock::now());
    warming = jobs.empty() && warming_;
    if (jobs.empty() && !queue_.empty()) arm_sweep();  // all have expired
    if (jobs.empty() && !warming) busy_ = false;
  }
  if (!jobs.empty()) return compute(jobs);
  if (warming) return warm_bucket();
  slots_.give_back();
}

std::vector<Tensor> Batcher::gather(const Jobs& jobs, std::int64_t bucket) {
  if (jobs.size() == 1 && rows_of(*jobs[0]) == bucket) return jobs[0]->inputs;
  std::vector<Tensor>& staging = staging_[bucket];
  staging.resize(jobs[0]->inputs.size());
  for (std::size_t i = 0; i < staging.size(); ++i) {
    Dims dims = jobs[0]->inputs[i].shape().dims();
    dims[0] = bucket;
    const TensorType type{jobs[0]->inputs[i].dtype(), Shape(dims)};
    if (!staging[i].defined() || staging[i].type() != type) staging[i] = Tensor::empty(type.dtype, type.shape);
    std::byte* out = staging[i].bytes();
    for (const auto& job : jobs) {
      const auto size = static_cast<std::size_t>(job->inputs[i].type().size_bytes());
      std::memcpy(out, job->inputs[i].bytes(), size);
      out += size;
    }
    // Copies of a row that came: values that the model can take.
    const std::size_t size = row_bytes(staging[i]);
    for (std::byte* const end = staging[i].bytes() + staging[i].type().size_bytes(); out < end; out += size)
      std::memcpy(out, staging[i].bytes(), size);
  }
  return staging;
}

Result<std::vector<std::vector<Tensor>>> Batcher::run(const Jobs& jobs, JobTimes& times) {
  const auto begin = Clock::now();
  std::int64_t bucket = 0;
  bool alone = false;
  times.batch_rows = 0;
  for (const auto& job : jobs) times.batch_rows += rows_of(*job);
  {
    const std::lock_guard lock(mutex_);
    alone = !why_alone_.empty();
    bucket = alone ? times.batch_rows : bucket_for(times.batch_rows);
  }
  return catch_error([&] {
    const std::vector<Tensor> inputs = alone ? jobs[0]->inputs : gather(jobs, bucket);
    const auto gathered = Clock::now();
    const std::span<const Tensor> outputs = engine_->run(inputs);
    const auto computed = Clock::now();
    std::vector<std::vector<Tensor>> rows(jobs.size());
    std::int64_t row = 0;
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      for (const Tensor& output : outputs) {
        LEPTON_ASSERT(alone || (output.shape().rank() > 0 && output.shape()[0] == bucket), "a result has other rows than its batch");
        rows[j].push_back(alone ? output.copy() : output.rows(row, row + rows_of(*jobs[j])).copy());
      }
      row += rows_of(*jobs[j]);
    }
    times.input = gathered - begin;
    times.infer = computed - gathered;
    times.output = Clock::now() - computed;
    return rows;
  });
}

void Batcher::compute(Jobs& jobs) {
  JobTimes times;
  auto results = run(jobs, times);
  count(jobs, times, results.has_value());
  std::vector<std::pair<Result<std::vector<std::vector<Tensor>>>, JobTimes>> singly;
  if (!results && jobs.size() > 1) {
    // One of them cannot be computed: the others must not suffer for it.
    for (auto& job : jobs) {
      Jobs single;
      single.push_back(std::move(job));
      JobTimes own;
      auto result = run(single, own);
      count(single, own, result.has_value());
      job = std::move(single[0]);
      singly.emplace_back(std::move(result), own);
    }
  }
  // The next batch begins on another thread while this one answers.
  bool more = false, warming = false;
  {
    const std::lock_guard lock(mutex_);
    warming = warming_;
    more = warming || !queue_.empty();
    busy_ = more;
  }
  if (more) {
    loop_.post([self = shared_from_this(), warming] { warming ? self->warm_bucket() : self->run_next(); });
  } else {
    slots_.give_back();
  }
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    auto& of = singly.empty() ? results : singly[j].first;
    JobTimes own = singly.empty() ? times : singly[j].second;
    own.queue = std::max(std::chrono::nanoseconds(0), Clock::now() - jobs[j]->arrived - own.input - own.infer - own.output);
    if (of) {
      jobs[j]->done(std::move((*of)[singly.empty() ? j : 0]), own);
    } else {
      jobs[j]->done(of.error(), own);
    }
  }
}

// A batch that failed and is tried again singly is no result yet.
void Batcher::count(const Jobs& jobs, const JobTimes& times, bool succeeded) {
  if (!succeeded && jobs.size() > 1) return;
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  ++statistics_.runs;
  ++statistics_.runs_by_rows[times.batch_rows];
  (succeeded ? statistics_.succeeded : statistics_.failed) += jobs.size();
  if (succeeded) statistics_.rows += static_cast<std::uint64_t>(times.batch_rows);
  statistics_.input += times.input;
  statistics_.infer += times.infer;
  statistics_.output += times.output;
  for (const auto& job : jobs) {
    statistics_.request += now - job->arrived;
    statistics_.queue += now - job->arrived - times.input - times.infer - times.output;
  }
}

}  // namespace lepton::serve
