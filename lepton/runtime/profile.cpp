// Sums and prints recorded steps.
#include "lepton/runtime/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace lepton::runtime {
namespace {

double milliseconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) * 1e-6; }

struct Row {
  const StepInfo* info = nullptr;
  std::chrono::nanoseconds time{};
  std::int64_t calls = 0;
};

}  // namespace

void Profile::begin(const std::vector<std::string>& declined) { declined_.insert(declined.begin(), declined.end()); }

void Profile::record(const StepInfo& info, Clock::time_point begin, Clock::time_point end) {
  events_.push_back({info, begin, end - begin});
}

std::chrono::nanoseconds Profile::total() const {
  std::chrono::nanoseconds sum{};
  for (const Event& event : events_) sum += event.duration;
  return sum;
}

std::int64_t Profile::macs() const {
  std::int64_t sum = 0;
  for (const Event& event : events_) sum += event.info.macs;
  return sum;
}

std::string Profile::table(std::size_t limit) const {
  std::map<std::string, Row> rows;
  for (const Event& event : events_) {
    Row& row = rows[fmt::format("{}|{}|{}|{}", event.info.op, event.info.name, event.info.implementation, event.info.layouts)];
    row.info = &event.info;
    row.time += event.duration;
    ++row.calls;
  }
  std::vector<Row> sorted;
  for (const auto& [key, row] : rows) sorted.push_back(row);
  std::ranges::stable_sort(sorted, [](const Row& a, const Row& b) { return a.time > b.time; });
  const double all = std::max(milliseconds(total()), 1e-9);
  std::string text = fmt::format("{:>10} {:>6} {:>7} {:>8} {:>8}  {:<24} {:<28} {:<28} {}\n", "ms", "share", "calls", "GB/s", "GFLOP/s",
                                 "operator", "implementation", "name", "layouts");
  for (std::size_t i = 0; i < std::min(limit, sorted.size()); ++i) {
    const Row& row = sorted[i];
    const double ms = milliseconds(row.time);
    const auto billions_a_second = [&](std::int64_t count) {
      return ms > 0 ? static_cast<double>(count) * static_cast<double>(row.calls) / ms * 1e-6 : 0;
    };
    text += fmt::format("{:>10.3f} {:>5.1f}% {:>7} {:>8.2f} {:>8.1f}  {:<24} {:<28} {:<28} {}\n", ms, 100 * ms / all, row.calls,
                        billions_a_second(row.info->bytes), billions_a_second(2 * row.info->macs), row.info->op, row.info->implementation,
                        row.info->name, row.info->layouts);
  }
  for (const std::string& reason : declined_) text += "declined: " + reason + "\n";
  return text;
}

std::string Profile::chrome_trace() const {
  nlohmann::json events = nlohmann::json::array();
  for (const Event& event : events_) {
    const auto since = std::chrono::duration<double, std::micro>(event.begin - events_.front().begin);
    events.push_back({{"name", event.info.op},
                      {"cat", "step"},
                      {"ph", "X"},
                      {"ts", since.count()},
                      {"dur", std::chrono::duration<double, std::micro>(event.duration).count()},
                      {"pid", 1},
                      {"tid", 1},
                      {"args",
                       {{"layer", event.info.name},
                        {"implementation", event.info.implementation},
                        {"layouts", event.info.layouts},
                        {"bytes", event.info.bytes},
                        {"macs", event.info.macs}}}});
  }
  return nlohmann::json{{"traceEvents", std::move(events)}, {"displayTimeUnit", "ms"}, {"otherData", {{"declined fusions", declined_}}}}
      .dump();
}

}  // namespace lepton::runtime
