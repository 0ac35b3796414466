// The package is run as predict runs it, one sample at a time.
#include "lepton/tune/latency.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/train/package.hpp"

namespace lepton::tune {

Result<Cost> measure_cost(const tasks::TaskDef& task, const std::string& run_folder) {
  return catch_error([&] {
    using Clock = std::chrono::steady_clock;
    constexpr int kWarmUp = 3, kLeast = 10;
    constexpr auto kTime = std::chrono::milliseconds(250);
    const std::string package = join_path(run_folder, "model.lepton");
    train::LoadedPackage loaded = train::load_package(local_files(), package).value();
    Cost cost{.size_bytes = static_cast<std::int64_t>(local_files().stat(package).value().size_bytes),
              .parameters = loaded.model.footprint(1).parameters};
    if (task.inputs == nullptr) return cost;
    const train::Arrays sample(task.inputs(run_folder, "val", 1).value());
    for (int i = 0; i < kWarmUp; ++i) (void)loaded.model.predict_all(sample, 1);
    std::vector<double> times;
    for (const auto end = Clock::now() + kTime; std::ssize(times) < kLeast || Clock::now() < end;) {
      const auto begin = Clock::now();
      (void)loaded.model.predict_all(sample, 1);
      times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    }
    const auto middle = times.begin() + std::ssize(times) / 2;
    std::ranges::nth_element(times, middle);
    cost.latency_ms = *middle;
    return cost;
  });
}

}  // namespace lepton::tune
