// Small work on texts: UTF-8, the nearest known name, joining and splitting, sizes and durations for people.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lepton {

/// True if `text` is well-formed UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF).
bool is_valid_utf8(std::string_view text);

/// Returns `text` with each ill-formed byte replaced by U+FFFD: for messages that show foreign bytes.
std::string to_valid_utf8(std::string_view text);

/// Returns `text` as a terminal may show it: well-formed, control characters but line feeds and tabs as "\x1b". A file's names cannot move
/// the cursor, colour the screen or change its title.
std::string to_printable(std::string_view text);

/// Number of single-byte insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
int edit_distance(std::string_view a, std::string_view b);

/// Returns the known name nearest to `name`, ignoring ASCII case; nothing if none is near enough to be meant.
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> known);
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string_view> known);

/// Returns "; did you mean 'x'?" for the end of an error text, or "" if nothing known is near.
std::string did_you_mean(std::string_view name, std::span<const std::string> known);
std::string did_you_mean(std::string_view name, std::span<const std::string_view> known);

std::string join(std::span<const std::string> parts, std::string_view separator);
/// Splits at each separator; n separators give n + 1 parts, so an empty text gives one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);
/// Removes ASCII white space from both ends.
std::string_view trim(std::string_view text);
std::string to_lower_ascii(std::string_view text);

/// "512 B", "1.5 KiB", "64 MiB": three significant digits, powers of 1024.
std::string format_size(std::uint64_t size_bytes);
/// "850 us", "12.3 ms", "4.2 s", "2 min 05 s", "1 h 04 min".
std::string format_duration(std::chrono::nanoseconds duration);
/// "60,000": thousands set apart by commas.
std::string format_count(std::int64_t count);

}  // namespace lepton
