// The I/O pool: results, exceptions, back pressure, the ways to stop.
#include "lepton/base/thread_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton {
namespace {

TEST(ThreadPoolTest, ResultsComeBack) {
  ThreadPool pool(3, 4);
  std::vector<std::future<int>> futures;
  for (int i = 0; i < 100; ++i) futures.push_back(pool.submit([i] { return i * i; }));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].get(), i * i);
  EXPECT_EQ(pool.num_threads(), 3);
}

TEST(ThreadPoolTest, ExceptionsComeBackAndThePoolGoesOn) {
  ThreadPool pool(1, 1);
  EXPECT_THROW(pool.submit([]() -> int { throw std::runtime_error("task"); }).get(), std::runtime_error);
  EXPECT_EQ(pool.submit([] { return 1; }).get(), 1);
}

TEST(ThreadPoolTest, MoveOnlyTasks) {
  ThreadPool pool(1, 1);
  EXPECT_EQ(pool.submit([number = std::make_unique<int>(7)] { return *number; }).get(), 7);
}

TEST(ThreadPoolTest, AFullQueueMakesTheProducerWait) {
  ThreadPool pool(1, 2);
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  std::atomic<int> submitted{0};
  std::thread producer([&] {
    for (int i = 0; i < 6; ++i) {
      (void)pool.submit([open] { open.wait(); });
      ++submitted;
    }
  });
  while (submitted < 3) std::this_thread::yield();  // one runs, two wait
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(submitted, 3);
  gate.set_value();
  producer.join();
  EXPECT_EQ(submitted, 6);
}

TEST(ThreadPoolTest, ATaskMaySubmitToItsOwnFullPool) {
  ThreadPool pool(1, 1);
  EXPECT_EQ(pool.submit([&] { return pool.submit([] { return 5; }).get() + 1; }).get(), 6);
}

TEST(ThreadPoolTest, ShutdownRunsWhatIsQueued) {
  ThreadPool pool(2, 64);
  std::atomic<int> done{0};
  for (int i = 0; i < 50; ++i) (void)pool.submit([&] { ++done; });
  pool.shutdown();
  pool.shutdown();
  EXPECT_EQ(done, 50);
  try {
    (void)pool.submit([] {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
  }
}

TEST(ThreadPoolTest, CancelDropsWhatIsQueued) {
  ThreadPool pool(1, 8);
  std::promise<void> gate;
  std::promise<void> begun;
  auto running = pool.submit([&, open = gate.get_future().share()] {
    begun.set_value();
    open.wait();
    return 1;
  });
  begun.get_future().wait();
  auto queued = pool.submit([] { return 2; });
  std::thread stopper([&] { pool.cancel(); });
  EXPECT_THROW(queued.get(), std::future_error);
  gate.set_value();
  stopper.join();
  EXPECT_EQ(running.get(), 1);
}

TEST(ThreadPoolTest, RefusesNoThreads) {
  EXPECT_THROW(ThreadPool(0, 1), Error);
  EXPECT_THROW(ThreadPool(1, 0), Error);
}

}  // namespace
}  // namespace lepton
