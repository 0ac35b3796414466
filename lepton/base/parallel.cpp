// parallel_for over OpenMP, or over std::thread where the build asks for it (thread sanitizer).
#include "lepton/base/parallel.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace lepton {
namespace {

// Aligned like the section behind it: mold 1.10 protects memory from here on, and a lone byte at the end of a page, with the section on
// the next one, gives a program that cannot be started.
alignas(16) thread_local bool inside_parallel_for = false;

int cpus_allowed() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// cgroup v2: "max 100000" or "200000 100000" (quota and period in microseconds); no file means no quota.
int cpus_by_quota(int limit) {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return limit;
  const double cpus = std::strtod(quota.c_str(), nullptr) / period;
  return std::clamp(static_cast<int>(cpus + 0.5), 1, limit);
}

int default_num_threads() {
  if (const char* text = std::getenv("LEPTON_NUM_THREADS")) {
    if (const int count = std::atoi(text); count > 0) return count;
  }
  return cpus_by_quota(cpus_allowed());
}

std::atomic<int>& thread_count() {
  static std::atomic<int> count = default_num_threads();
  return count;
}

// Runs chunk `index` of `chunks` equal parts, remembering the first exception.
class ChunkRunner {
 public:
  ChunkRunner(std::int64_t count, int chunks, RangeFunction body) : count_(count), chunks_(chunks), body_(body) {}

  void run(int index) noexcept {
    inside_parallel_for = true;
    try {
      body_(count_ * index / chunks_, count_ * (index + 1) / chunks_);
    } catch (...) {
      if (!failed_.exchange(true)) error_ = std::current_exception();
    }
    inside_parallel_for = false;
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::int64_t count_;
  int chunks_;
  RangeFunction body_;
  std::atomic<bool> failed_ = false;
  std::exception_ptr error_;
};

}  // namespace

int num_threads() { return thread_count(); }

void set_num_threads(int count) {
  thread_count() = std::max(1, count);
#ifdef _OPENMP
  omp_set_num_threads(num_threads());  // oneDNN takes the width of the same team
#endif
}

void restart_with_short_waits([[maybe_unused]] char** argv) {
#ifdef _OPENMP
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  // Some tens of microseconds: longer than the gap between two kernels of a program, far shorter than a time slice.
  setenv("GOMP_SPINCOUNT", "1000", 1);
  execv("/proc/self/exe", argv);  // returns only if it failed: then everything works, only waiting is longer
#endif
}

void parallel_for(std::int64_t count, std::int64_t grain, RangeFunction body) {
  if (count <= 0) return;
  const auto chunks = static_cast<int>(std::min<std::int64_t>(num_threads(), (count + grain - 1) / std::max<std::int64_t>(grain, 1)));
  if (chunks <= 1 || inside_parallel_for) {
    body(0, count);
    return;
  }
  ChunkRunner runner(count, chunks, body);
#ifdef _OPENMP
  // Every index runs, also when the runtime grants fewer threads than asked for.
#pragma omp parallel for num_threads(chunks) schedule(static, 1)
  for (int index = 0; index < chunks; ++index) runner.run(index);
#else
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(chunks - 1));
  for (int index = 1; index < chunks; ++index) threads.emplace_back([&runner, index] { runner.run(index); });
  runner.run(0);
  for (std::thread& thread : threads) thread.join();
#endif
  runner.rethrow();
}

}  // namespace lepton
