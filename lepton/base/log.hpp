// Log lines to the standard error stream: `12:03:44.120 warning text`. The level comes from LEPTON_LOG (debug, info, warning, error, off).
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace lepton {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError, kOff };

/// Returns the lowest level that is written. At the start: LEPTON_LOG, or kWarning without it.
LogLevel log_level();
void set_log_level(LogLevel level);
std::optional<LogLevel> log_level_from_name(std::string_view name);

/// Writes one line if `level` is high enough. Never throws; safe from several threads; a line is never mixed with another.
void log_message(LogLevel level, std::string_view text) noexcept;

/// Sends lines to `sink` instead of the standard error stream (a progress bar that must stay in place, a test); nullptr undoes it.
void set_log_sink(std::function<void(LogLevel, std::string_view)> sink);

/// Formats and writes a line; costs one comparison when the level is off.
template <class... Args>
void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (level >= log_level()) log_message(level, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_debug(fmt::format_string<Args...> format, Args&&... args) {
  log(LogLevel::kDebug, format, std::forward<Args>(args)...);
}
template <class... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log(LogLevel::kInfo, format, std::forward<Args>(args)...);
}
template <class... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
  log(LogLevel::kWarning, format, std::forward<Args>(args)...);
}
template <class... Args>
void log_error(fmt::format_string<Args...> format, Args&&... args) {
  log(LogLevel::kError, format, std::forward<Args>(args)...);
}

}  // namespace lepton
