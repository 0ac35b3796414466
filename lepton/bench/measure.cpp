// Wall time of each step; the profile comes from a step of its own, since timing every operator takes time too.
#include "lepton/bench/measure.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace lepton::bench {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point begin) { return std::chrono::duration<double, std::milli>(Clock::now() - begin).count(); }

}  // namespace

Measurement measure(const Workload& workload, const MeasureOptions& options) {
  Measurement m{.name = workload.name};
  auto begin = Clock::now();
  workload.step();
  m.first_ms = milliseconds_since(begin);
  for (std::int64_t i = 1; i < options.warm_up; ++i) workload.step();
  std::vector<double> times;
  for (const auto start = Clock::now(); std::ssize(times) < options.min_steps || milliseconds_since(start) < options.seconds * 1e3;) {
    begin = Clock::now();
    m.loss = workload.step();
    times.push_back(milliseconds_since(begin));
  }
  workload.set_profile(&m.profile);
  workload.step();
  workload.set_profile(nullptr);
  std::ranges::sort(times);
  m.steps = std::ssize(times);
  m.lowest_ms = times.front();
  m.highest_ms = times.back();
  m.median_ms = times[times.size() / 2];
  m.samples_per_second = static_cast<double>(workload.samples) / m.median_ms * 1e3;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  m.peak_mb = static_cast<double>(usage.ru_maxrss) / 1024;
  return m;
}

}  // namespace lepton::bench
