// Logging on spdlog, which no other file includes.
#include "lepton/base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>

namespace lepton {
namespace {

struct LevelName {
  LogLevel level;
  std::string_view name;
  spdlog::level::level_enum spdlog_level;
};

constexpr std::array<LevelName, 5> kLevels = {{
    {LogLevel::kDebug, "debug", spdlog::level::debug},
    {LogLevel::kInfo, "info", spdlog::level::info},
    {LogLevel::kWarning, "warning", spdlog::level::warn},
    {LogLevel::kError, "error", spdlog::level::err},
    {LogLevel::kOff, "off", spdlog::level::off},
}};

LogLevel initial_level() {
  const char* name = std::getenv("LEPTON_LOG");
  return name == nullptr ? LogLevel::kWarning : log_level_from_name(name).value_or(LogLevel::kWarning);
}

std::atomic<LogLevel>& current_level() {
  static std::atomic<LogLevel> level{initial_level()};
  return level;
}

struct Sink {
  std::mutex mutex;
  std::function<void(LogLevel, std::string_view)> function;
};

// Never destroyed: a thread may still log while the program ends.
Sink& sink() {
  static auto* sink = new Sink;
  return *sink;
}

spdlog::logger& logger() {
  static auto* logger = [] {
    auto* made = new spdlog::logger("lepton", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_level(spdlog::level::trace);
    made->set_pattern("%H:%M:%S.%e %^%l%$ %v");
    return made;
  }();
  return *logger;
}

}  // namespace

LogLevel log_level() { return current_level().load(std::memory_order_relaxed); }

void set_log_level(LogLevel level) { current_level() = level; }

std::optional<LogLevel> log_level_from_name(std::string_view name) {
  for (const LevelName& row : kLevels) {
    if (row.name == name) return row.level;
  }
  return std::nullopt;
}

void log_message(LogLevel level, std::string_view text) noexcept {
  if (level < log_level() || level == LogLevel::kOff) return;
  try {
    const std::lock_guard lock(sink().mutex);
    if (sink().function) {
      sink().function(level, text);
    } else {
      logger().log(kLevels[static_cast<std::size_t>(level)].spdlog_level, "{}", text);
    }
  } catch (...) {
    // A line that cannot be written must not stop the work that it tells of.
  }
}

void set_log_sink(std::function<void(LogLevel, std::string_view)> function) {
  const std::lock_guard lock(sink().mutex);
  sink().function = std::move(function);
}

}  // namespace lepton
