// Dynamic batching: requests that are there when the engine is free run together. Nobody waits for company unless asked to.
//
// The thread that brings a request runs it if the engine is free: a lone client pays for no hand-over. Otherwise the request waits in a
// bounded queue, and whoever has the engine takes as many as fit into a batch. Batches are filled up to one of a few sizes (buckets) by
// copies of a row, so that plans are few and a row's bits depend on the bucket alone. That is proved, not hoped for: only sizes at which a
// row has the same bits at every place become buckets (matrix products often compute the last few rows of a batch in another order).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "lepton/serve/compute_slots.hpp"
#include "lepton/serve/engine.hpp"

namespace lepton::serve {

struct BatchingOptions {
  std::int64_t max_batch = 32;                      // rows of the largest bucket
  bool exact = false;                               // every run has max_batch rows: the same bits whatever the load
  std::chrono::microseconds max_delay{0};           // how long a request may wait for company
  std::chrono::milliseconds latency_budget{100};    // buckets whose run takes longer are not used
  std::size_t max_queue = 256;                      // requests that wait
  std::chrono::milliseconds queue_timeout{30'000};  // of requests that name none
};

struct JobTimes {
  std::chrono::nanoseconds queue{}, input{}, infer{}, output{};
  std::int64_t batch_rows = 0;  // of all requests in the run
};

/// One request on its way.
struct Job {
  std::vector<Tensor> inputs;  // contiguous, of the signature
  std::chrono::steady_clock::time_point arrived, deadline;
  std::function<bool()> is_cancelled;  // asked of requests that have waited; may be null
  std::function<void(Result<std::vector<Tensor>>, const JobTimes&)> done;
};

/// Sums since the model was loaded.
struct BatcherStatistics {
  std::uint64_t succeeded = 0, failed = 0, rejected = 0, expired = 0, cancelled = 0;
  std::uint64_t rows = 0, runs = 0, pending = 0;
  std::chrono::nanoseconds request{}, queue{}, input{}, infer{}, output{};
  std::map<std::int64_t, std::uint64_t> runs_by_rows;
};

class Batcher : public std::enable_shared_from_this<Batcher> {
 public:
  /// `loop` and `slots` must outlive it.
  Batcher(net::EventLoop& loop, ComputeSlots& slots, std::unique_ptr<Engine> engine, const BatchingOptions& options);

  const Signature& signature() const { return engine_->signature(); }
  const Engine& engine() const { return *engine_; }

  /// Makes the smallest bucket ready on the calling thread; throws what the model's first run throws, and kUnsupported if `exact` cannot
  /// be kept. Then the others, one by one and between requests, on the event loop; `done` is called when all are.
  void warm_up(std::function<void()> done);
  bool is_warm() const { return warm_; }
  /// Sizes of batches that are run; empty: every request runs alone, with the rows that it has (see why_alone()).
  std::vector<std::int64_t> buckets() const;
  /// Why requests are not joined; "" if they are.
  std::string why_alone() const;

  /// Runs the request or puts it into the queue; `done` is called once, perhaps before this returns. From a thread of the event loop.
  void submit(std::unique_ptr<Job> job);
  BatcherStatistics statistics() const;

 private:
  using Jobs = std::vector<std::unique_ptr<Job>>;
  using TimePoint = std::chrono::steady_clock::time_point;

  void try_run(std::unique_lock<std::mutex>& lock);
  void run_next();
  Jobs take_batch(TimePoint now);
  void compute(Jobs& jobs);
  Result<std::vector<std::vector<Tensor>>> run(const Jobs& jobs, JobTimes& times);
  void arm_sweep();
  std::vector<Tensor> gather(const Jobs& jobs, std::int64_t bucket);
  std::int64_t bucket_for(std::int64_t rows) const;
  void count(const Jobs& jobs, const JobTimes& times, bool succeeded);
  void drop(std::unique_ptr<Job> job, Error error, std::uint64_t BatcherStatistics::*counter);
  void sweep();
  void warm_next();
  void warm_bucket();
  /// What was found of a batch of so many rows.
  enum class Rows : std::uint8_t { kEqual, kDiffer, kNone };  // same bits at each place; not; the result does not count rows
  Rows prove_rows(std::int64_t rows, std::chrono::nanoseconds& duration);

  net::EventLoop& loop_;
  ComputeSlots& slots_;
  const std::unique_ptr<Engine> engine_;
  const BatchingOptions options_;

  mutable std::mutex mutex_;  // of what follows
  std::deque<std::unique_ptr<Job>> queue_;
  bool busy_ = false;      // somebody has the engine
  bool sweeping_ = false;  // a look at the queue is due
  bool warming_ = false;   // the next bucket is to be warmed up when the engine is free, before further requests
  std::vector<std::int64_t> buckets_;
  std::vector<std::int64_t> cold_;  // buckets to come, smallest first
  std::string why_alone_;
  std::function<void()> when_warm_;
  BatcherStatistics statistics_;
  std::atomic<bool> warm_ = false;

  std::map<std::int64_t, std::vector<Tensor>> staging_;  // by bucket; whoever has the engine
};

}  // namespace lepton::serve
