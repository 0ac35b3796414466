// Clocks, the stopwatch and UTC texts.
#include "lepton/base/clock.hpp"

#include <gtest/gtest.h>

#include "lepton/base/testing/fake_clock.hpp"

namespace lepton {
namespace {

using namespace std::chrono_literals;

TEST(ClockTest, FakeTimeMovesOnlyWhenTold) {
  FakeClock clock;
  Stopwatch stopwatch(clock);
  EXPECT_EQ(stopwatch.elapsed(), 0ns);
  clock.sleep(1500ms);
  EXPECT_EQ(stopwatch.elapsed_seconds(), 1.5);
  EXPECT_EQ(format_utc(clock.wall()), "2026-01-01T00:00:01Z");
  stopwatch.restart();
  EXPECT_EQ(stopwatch.elapsed(), 0ns);
}

TEST(ClockTest, UtcTexts) {
  const std::chrono::system_clock::time_point leap_day = std::chrono::sys_days(std::chrono::year(2024) / 2 / 29) + 23h + 59min + 58s;
  EXPECT_EQ(format_utc(leap_day), "2024-02-29T23:59:58Z");
  EXPECT_EQ(format_utc_compact(leap_day), "20240229-235958");
  EXPECT_EQ(format_utc(std::chrono::system_clock::time_point(-1s)), "1969-12-31T23:59:59Z");
}

TEST(ClockTest, RealTimeDoesNotGoBack) {
  const auto before = real_clock().monotonic();
  real_clock().sleep(1ms);
  EXPECT_GE(real_clock().monotonic() - before, 1ms);
}

}  // namespace
}  // namespace lepton
