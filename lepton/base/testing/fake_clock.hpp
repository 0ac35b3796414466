// Test support: a clock that moves only when told to.
#pragma once

#include <atomic>
#include <cstdint>

#include "lepton/base/clock.hpp"

namespace lepton {

/// Starts at 2026-01-01T00:00:00Z; sleep() returns at once and moves the time on. Safe from several threads.
class FakeClock final : public Clock {
 public:
  std::chrono::nanoseconds monotonic() override { return std::chrono::nanoseconds(elapsed_ns_.load()); }
  std::chrono::system_clock::time_point wall() override {
    const std::chrono::sys_days start = std::chrono::year(2026) / 1 / 1;
    return start + std::chrono::duration_cast<std::chrono::system_clock::duration>(monotonic());
  }
  void sleep(std::chrono::nanoseconds duration) override { advance(duration); }
  void advance(std::chrono::nanoseconds duration) { elapsed_ns_ += duration.count(); }

 private:
  std::atomic<std::int64_t> elapsed_ns_{0};
};

}  // namespace lepton
