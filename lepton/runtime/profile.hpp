// Profile: how long each step of an executable took, as a table and as a Chrome trace.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace lepton::runtime {

/// What is known of a step without running it.
struct StepInfo {
  std::string op;
  std::string name;            // of the layer or source that made the node
  std::string implementation;  // of the kernel
  std::string layouts;         // of operands and results
  std::int64_t bytes = 0;      // read and written
};

class Profile {
 public:
  using Clock = std::chrono::steady_clock;

  /// Called by an execution: time of one step.
  void record(const StepInfo& info, Clock::time_point begin, Clock::time_point end);

  /// One line per step, slowest first: total time, share, calls, bytes per second, operator, name, implementation.
  std::string table(std::size_t limit = 40) const;
  /// JSON for chrome://tracing and Perfetto.
  std::string chrome_trace() const;
  std::chrono::nanoseconds total() const;
  std::size_t num_events() const { return events_.size(); }
  void clear() { events_.clear(); }

 private:
  struct Event {
    StepInfo info;
    Clock::time_point begin;
    std::chrono::nanoseconds duration;
  };
  std::vector<Event> events_;
};

}  // namespace lepton::runtime
