// JSON from strangers and to files: bounded parsing with line and column, and a dump that is the same for the same value.
//
// Numbers that are not finite: JSON has none. dump_json writes them as the texts "NaN", "Infinity" and "-Infinity", and
// json_number reads these texts back; parse_json refuses the bare words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lepton/base/error.hpp"
#include "lepton/base/json_fwd.hpp"

namespace lepton {

struct JsonLimits {
  std::size_t max_bytes = std::size_t{64} << 20;
  int max_depth = 64;
};

/// Parses one JSON value (UTF-8, no comments).
///
/// Errors: kResourceExhausted if the text is longer or nested deeper than `limits`; kParseError with line and column for anything
///         else, a key that an object has twice and a number that no double holds among them.
Result<Json> parse_json(std::string_view text, JsonLimits limits = {});

enum class JsonStyle : std::uint8_t {
  kCompact,   ///< One line, no spaces.
  kIndented,  ///< Two spaces a level, for people and for diffs.
};

/// Returns the text of `json`: keys sorted, numbers in the fewest digits that read back equal, ill-formed UTF-8 as U+FFFD.
std::string dump_json(const Json& json, JsonStyle style = JsonStyle::kCompact);

/// Returns the member `key` of an object. kParseError, naming the key, if `json` is not an object or lacks it.
Result<const Json*> json_member(const Json& json, std::string_view key);

/// Returns the member `key` as T: std::string, bool, std::int64_t or double (which takes any number and the texts of non-finite ones).
/// kParseError, naming the key, if it is missing or of another type; an integer must be whole and in range.
template <class T>
Result<T> json_get(const Json& json, std::string_view key);

/// The number in `json`, non-finite ones included; kParseError if it is none.
Result<double> json_number(const Json& json);

}  // namespace lepton
