// parallel_for: every index once, exceptions come back, nesting is serial.
#include "lepton/base/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace lepton {
namespace {

TEST(ParallelTest, EachIndexOnce) {
  set_num_threads(3);
  std::vector<std::atomic<int>> seen(1001);
  parallel_for(1001, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
  });
  for (const auto& count : seen) EXPECT_EQ(count, 1);
}

TEST(ParallelTest, ExceptionReachesTheCaller) {
  set_num_threads(2);
  EXPECT_THROW(parallel_for(100, 1, [](std::int64_t, std::int64_t) { throw std::runtime_error("x"); }), std::runtime_error);
}

TEST(ParallelTest, NestedCallsAreSerial) {
  set_num_threads(2);
  std::atomic<int> inner_chunks = 0;
  parallel_for(2, 1, [&](std::int64_t, std::int64_t) { parallel_for(100, 1, [&](std::int64_t, std::int64_t) { ++inner_chunks; }); });
  EXPECT_EQ(inner_chunks, 2);
}

}  // namespace
}  // namespace lepton
