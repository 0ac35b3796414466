// Time behind an interface, so that tests decide what time it is.
#pragma once

#include <chrono>
#include <string>

namespace lepton {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Time since an arbitrary start that never goes back: for durations and deadlines.
  virtual std::chrono::nanoseconds monotonic() = 0;
  /// Time of day, UTC: for labels, never for durations.
  virtual std::chrono::system_clock::time_point wall() = 0;
  virtual void sleep(std::chrono::nanoseconds duration) = 0;
};

/// The clock of this machine.
Clock& real_clock();

/// Measures from its making on.
class Stopwatch {
 public:
  explicit Stopwatch(Clock& clock = real_clock()) : clock_(clock), start_(clock.monotonic()) {}
  std::chrono::nanoseconds elapsed() const { return clock_.monotonic() - start_; }
  double elapsed_seconds() const { return std::chrono::duration<double>(elapsed()).count(); }
  void restart() { start_ = clock_.monotonic(); }

 private:
  Clock& clock_;
  std::chrono::nanoseconds start_;
};

/// "2026-11-24T03:09:36Z"
std::string format_utc(std::chrono::system_clock::time_point time);
/// "20261124-030936": sorts by time and fits into a file name.
std::string format_utc_compact(std::chrono::system_clock::time_point time);

}  // namespace lepton
