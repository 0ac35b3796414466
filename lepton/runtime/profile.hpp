// Profile: how long each step of an executable took, as a table and as a Chrome trace.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
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
  std::int64_t macs = 0;       // multiply-accumulates of a contraction
};

class Profile {
 public:
  using Clock = std::chrono::steady_clock;

  /// Called by an execution before its steps: the fusions that its plan declined, each with the reason.
  void begin(const std::vector<std::string>& declined);
  /// Called by an execution: time of one step.
  void record(const StepInfo& info, Clock::time_point begin, Clock::time_point end);

  /// One line per step, slowest first: total time, share, calls, bytes and arithmetic per second, operator, name, implementation; then the
  /// fusions that were declined.
  std::string table(std::size_t limit = 40) const;
  /// JSON for chrome://tracing and Perfetto.
  std::string chrome_trace() const;
  std::chrono::nanoseconds total() const;
  /// Multiply-accumulates of all contractions.
  std::int64_t macs() const;
  std::size_t num_events() const { return events_.size(); }
  void clear() { events_.clear(); }

 private:
  struct Event {
    StepInfo info;
    Clock::time_point begin;
    std::chrono::nanoseconds duration;
  };
  std::vector<Event> events_;
  std::set<std::string> declined_;
};

}  // namespace lepton::runtime
