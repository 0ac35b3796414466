// Compute parallelism: one team per compute thread (OpenMP's, the one oneDNN uses), fixed partitions so that bits do not depend on timing.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace lepton {

/// Returns the number of compute threads: LEPTON_NUM_THREADS, else the cgroup's CPU quota, else the cores this process may run on.
int num_threads();

/// Sets the number of compute threads for this process (at least 1).
void set_num_threads(int count);

/// Makes threads that wait for work sleep soon instead of spinning for milliseconds, which on a machine that has other work to do makes
/// everything many times slower. OpenMP reads its settings before main, so this restarts the program with GOMP_SPINCOUNT set, unless the
/// user has set it or OMP_WAIT_POLICY. Call it first in main of a program that computes; `argv` is main's.
void restart_with_short_waits(char** argv);

/// A borrowed callable void(int64_t begin, int64_t end): no allocation, valid only while the callee runs.
class RangeFunction {
 public:
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, RangeFunction>)
  RangeFunction(F&& body)
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(body)))),
        call_([](void* object, std::int64_t begin, std::int64_t end) { (*static_cast<std::remove_reference_t<F>*>(object))(begin, end); }) {
  }
  void operator()(std::int64_t begin, std::int64_t end) const { call_(object_, begin, end); }

 private:
  void* object_;
  void (*call_)(void*, std::int64_t, std::int64_t);
};

/// Calls body(begin, end) over a partition of [0, count) into at most num_threads() chunks of at least `grain` items.
///
/// The partition depends on count, grain and num_threads() alone. An exception thrown by `body` is rethrown on the calling thread.
/// Calls from within `body` run serially.
void parallel_for(std::int64_t count, std::int64_t grain, RangeFunction body);

}  // namespace lepton
