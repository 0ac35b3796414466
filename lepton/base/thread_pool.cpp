// The queue and the threads of a pool.
#include "lepton/base/thread_pool.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton {

struct ThreadPool::State {
  explicit State(std::size_t capacity) : queue_capacity(capacity) {}

  void work();

  const std::size_t queue_capacity;
  mutable std::mutex mutex;
  std::condition_variable not_empty;
  std::condition_variable not_full;
  std::deque<std::function<void()>> queue;
  bool stopping = false;
  std::vector<std::thread> threads;
};

namespace {
// The pool whose thread this is; nullptr elsewhere.
thread_local const void* t_owner = nullptr;
}  // namespace

void ThreadPool::State::work() {
  t_owner = this;
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex);
      not_empty.wait(lock, [&] { return stopping || !queue.empty(); });
      if (queue.empty()) return;
      task = std::move(queue.front());
      queue.pop_front();
    }
    not_full.notify_one();
    task();  // A packaged_task: its exceptions go to the future.
  }
}

ThreadPool::ThreadPool(int num_threads, std::size_t queue_capacity) : state_(std::make_unique<State>(queue_capacity)) {
  if (num_threads < 1 || queue_capacity < 1) {
    fail(ErrorCode::kInvalidArgument, "ThreadPool: needs at least 1 thread and room for 1 task (threads {}, room {})", num_threads,
         queue_capacity);
  }
  try {
    for (int i = 0; i < num_threads; ++i) state_->threads.emplace_back([state = state_.get()] { state->work(); });
  } catch (...) {
    stop(true);  // The system gave fewer threads than asked for; those that run must end before their state does.
    throw;
  }
}

ThreadPool::~ThreadPool() { shutdown(); }

void ThreadPool::enqueue(std::function<void()> task) {
  std::unique_lock lock(state_->mutex);
  if (t_owner == state_.get()) {
    lock.unlock();
    task();
    return;
  }
  state_->not_full.wait(lock, [&] { return state_->stopping || state_->queue.size() < state_->queue_capacity; });
  if (state_->stopping) fail(ErrorCode::kUnavailable, "ThreadPool: it was shut down and takes no more tasks");
  state_->queue.push_back(std::move(task));
  lock.unlock();
  state_->not_empty.notify_one();
}

void ThreadPool::stop(bool drop_queued) {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    if (drop_queued) dropped.swap(state_->queue);
  }
  dropped.clear();  // Outside the lock: a task's captures may do anything when they go.
  state_->not_empty.notify_all();
  state_->not_full.notify_all();
  for (std::thread& thread : state_->threads) {
    if (thread.joinable()) thread.join();
  }
}

void ThreadPool::shutdown() { stop(false); }
void ThreadPool::cancel() { stop(true); }

int ThreadPool::num_threads() const { return static_cast<int>(state_->threads.size()); }

std::size_t ThreadPool::num_queued() const {
  const std::lock_guard lock(state_->mutex);
  return state_->queue.size();
}

}  // namespace lepton
