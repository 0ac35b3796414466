// The machine's clock and UTC texts.
#include "lepton/base/clock.hpp"

#include <fmt/format.h>

#include <thread>

namespace lepton {
namespace {

class RealClock final : public Clock {
 public:
  std::chrono::nanoseconds monotonic() override { return std::chrono::steady_clock::now().time_since_epoch(); }
  std::chrono::system_clock::time_point wall() override { return std::chrono::system_clock::now(); }
  void sleep(std::chrono::nanoseconds duration) override { std::this_thread::sleep_for(duration); }
};

struct UtcFields {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
};

UtcFields utc_fields(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss(seconds - day)};
}

std::string format_fields(std::chrono::system_clock::time_point time, fmt::string_view pattern) {
  const UtcFields utc = utc_fields(time);
  return fmt::format(fmt::runtime(pattern), static_cast<int>(utc.date.year()), static_cast<unsigned>(utc.date.month()),
                     static_cast<unsigned>(utc.date.day()), utc.time.hours().count(), utc.time.minutes().count(),
                     utc.time.seconds().count());
}

}  // namespace

Clock& real_clock() {
  static RealClock clock;
  return clock;
}

std::string format_utc(std::chrono::system_clock::time_point time) { return format_fields(time, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z"); }

std::string format_utc_compact(std::chrono::system_clock::time_point time) {
  return format_fields(time, "{:04}{:02}{:02}-{:02}{:02}{:02}");
}

}  // namespace lepton
