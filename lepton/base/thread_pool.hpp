// Threads for reading, decoding and other waiting work. Compute never runs here: it has parallel_for.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>

namespace lepton {

/// A fixed number of threads behind a bounded queue, served in order.
///
/// Tasks come back as futures, which carry exceptions. A full queue makes submit() wait, so a fast producer cannot fill memory.
class ThreadPool {
 public:
  /// Throws kInvalidArgument if either number is below 1.
  ThreadPool(int num_threads, std::size_t queue_capacity);
  /// Runs what is queued, then ends the threads.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Queues `task` and returns the future of its result. From one of the pool's own threads it runs at once instead of waiting for
  /// room, which could last for ever. Throws kUnavailable after shutdown().
  template <class F>
  auto submit(F&& task) -> std::future<std::invoke_result_t<std::decay_t<F>&>> {
    using Value = std::invoke_result_t<std::decay_t<F>&>;
    // std::function wants a copyable callable; a packaged_task is not.
    auto packaged = std::make_shared<std::packaged_task<Value()>>(std::forward<F>(task));
    auto future = packaged->get_future();
    enqueue([packaged] { (*packaged)(); });
    return future;
  }

  /// Takes no more tasks, runs what is queued and ends the threads. A second call does nothing.
  void shutdown();
  /// Like shutdown(), but drops what is queued and not begun: its futures throw std::future_error (broken_promise).
  void cancel();

  int num_threads() const;
  std::size_t num_queued() const;

 private:
  struct State;
  void enqueue(std::function<void()> task);
  void stop(bool drop_queued);

  std::unique_ptr<State> state_;
};

}  // namespace lepton
