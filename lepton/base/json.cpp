// Bounded JSON on nlohmann-json; its exceptions end here.
#include "lepton/base/json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <vector>

namespace lepton {
namespace {

// Refuses deep nesting before the parser builds it: brackets outside strings, nothing else.
bool is_deeper_than(std::string_view text, int max_depth) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > max_depth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

// Builds the value and notes the first key that an object has twice: which of the two would count is anybody's guess.
class Builder {
 public:
  bool on_event(int depth, Json::parse_event_t event, const Json& parsed) {
    const auto level = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start) {
      keys_.resize(std::max(keys_.size(), level + 1));
      keys_[level].clear();
    } else if (event == Json::parse_event_t::key) {
      // A key is told at the depth of its object's content, one below the object's start.
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys_[level - 1].insert(key).second && !duplicate_) duplicate_ = key;
    }
    return true;
  }
  const std::optional<std::string>& duplicate() const { return duplicate_; }

 private:
  std::vector<std::set<std::string>> keys_;
  std::optional<std::string> duplicate_;
};

Error position_error(std::string_view text, std::size_t byte, std::string_view what) {
  const std::string_view before = text.substr(0, std::min(byte > 0 ? byte - 1 : 0, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line.
  return make_error(ErrorCode::kParseError, "line {}, column {}: {}", line, before.size() - line_start + 1, what);
}

// nlohmann's text is "[json.exception.…] parse error at line 1, column 2: syntax error …"; only what follows its position is kept.
std::string_view reason_of(std::string_view what) {
  const std::size_t colon = what.find(": ");
  return colon == std::string_view::npos ? what : what.substr(colon + 2);
}

bool has_non_finite(const Json& json) {
  if (json.is_number_float()) return !std::isfinite(json.get<double>());
  return json.is_structured() && std::any_of(json.begin(), json.end(), has_non_finite);
}

std::string_view non_finite_text(double value) {
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

void name_non_finite(Json& json) {
  if (json.is_number_float() && !std::isfinite(json.get<double>())) {
    json = std::string(non_finite_text(json.get<double>()));
  } else if (json.is_structured()) {
    for (Json& inner : json) name_non_finite(inner);
  }
}

std::string dump_finite(const Json& json, JsonStyle style) {
  return json.dump(style == JsonStyle::kIndented ? 2 : -1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::int64_t> to_integer(const Json& json) {
  if (json.is_number_unsigned()) {
    const auto value = json.get<std::uint64_t>();
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(value);
  }
  if (json.is_number_integer()) return json.get<std::int64_t>();
  return std::nullopt;
}

Error type_error(std::string_view key, std::string_view expected, const Json& found) {
  return make_error(ErrorCode::kParseError, "key '{}' must be {}, found {}", key, expected, found.type_name());
}

}  // namespace

Result<Json> parse_json(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.max_bytes) {
    return make_error(ErrorCode::kResourceExhausted, "JSON has {} bytes, at most {} are allowed here", text.size(), limits.max_bytes);
  }
  if (is_deeper_than(text, limits.max_depth)) {
    return make_error(ErrorCode::kResourceExhausted, "JSON is nested deeper than the {} levels allowed here", limits.max_depth);
  }
  Builder builder;
  try {
    Json json =
        Json::parse(text, [&](int depth, Json::parse_event_t event, Json& parsed) { return builder.on_event(depth, event, parsed); });
    if (builder.duplicate()) return make_error(ErrorCode::kParseError, "key '{}' stands twice in one object", *builder.duplicate());
    return json;
  } catch (const Json::parse_error& error) {
    return position_error(text, error.byte, reason_of(error.what()));
  } catch (const Json::exception& error) {
    return make_error(ErrorCode::kParseError, "JSON: {}", error.what());
  }
}

std::string dump_json(const Json& json, JsonStyle style) {
  if (!has_non_finite(json)) return dump_finite(json, style);
  Json named = json;
  name_non_finite(named);
  return dump_finite(named, style);
}

Result<const Json*> json_member(const Json& json, std::string_view key) {
  if (!json.is_object()) return make_error(ErrorCode::kParseError, "expected an object with key '{}', found {}", key, json.type_name());
  const auto found = json.find(key);
  if (found == json.end()) return make_error(ErrorCode::kParseError, "key '{}' is missing", key);
  return &*found;
}

Result<double> json_number(const Json& json) {
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  }
  return make_error(ErrorCode::kParseError, "expected a number, found {}", json.type_name());
}

template <>
Result<std::string> json_get<std::string>(const Json& json, std::string_view key) {
  LEPTON_TRY(const Json* member, json_member(json, key));
  if (!member->is_string()) return type_error(key, "a text", *member);
  return member->get<std::string>();
}

template <>
Result<bool> json_get<bool>(const Json& json, std::string_view key) {
  LEPTON_TRY(const Json* member, json_member(json, key));
  if (!member->is_boolean()) return type_error(key, "true or false", *member);
  return member->get<bool>();
}

template <>
Result<std::int64_t> json_get<std::int64_t>(const Json& json, std::string_view key) {
  LEPTON_TRY(const Json* member, json_member(json, key));
  const std::optional<std::int64_t> value = to_integer(*member);
  if (!value) return type_error(key, "a whole number of 64 bits", *member);
  return *value;
}

template <>
Result<double> json_get<double>(const Json& json, std::string_view key) {
  LEPTON_TRY(const Json* member, json_member(json, key));
  const Result<double> number = json_number(*member);
  if (!number) return type_error(key, "a number", *member);
  return number;
}

}  // namespace lepton
