// Strict reading of declarative JSON objects.
#include <algorithm>

#include "lepton/base/json.hpp"
#include "lepton/base/text.hpp"
#include "lepton/data/recipe/internal/json_fields.hpp"

namespace lepton::data {

Result<void> JsonFields::check_keys(std::span<const std::string_view> keys) const {
  if (!json_.is_object()) return make_error(ErrorCode::kParseError, "{}: expected an object", component_);
  for (const auto& [key, value] : json_.items()) {
    if (std::ranges::find(keys, key) == keys.end()) {
      return make_error(ErrorCode::kParseError, "{}: unknown key '{}'{}", component_, key, did_you_mean(key, keys));
    }
  }
  return {};
}

Result<void> JsonFields::check(std::span<const std::string_view> keys, std::string_view kind, std::int64_t version) const {
  LEPTON_CHECK_OK(check_keys(keys));
  std::string own_kind(kind);
  LEPTON_CHECK_OK(read_text("kind", own_kind));
  if (own_kind != kind) return make_error(ErrorCode::kParseError, "{}: expected kind '{}', got '{}'", component_, kind, own_kind);
  std::int64_t own_version = version;
  LEPTON_CHECK_OK(read_integer("version", 1, INT32_MAX, own_version));
  if (own_version > version) {
    return make_error(ErrorCode::kUnsupported, "{}: version {} is newer than {}, the newest known here; use a newer program", component_,
                      own_version, version);
  }
  return {};
}

Result<void> JsonFields::read_wide(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t& value) const {
  if (!json_.contains(key)) return {};
  LEPTON_TRY(const std::int64_t given, json_get<std::int64_t>(json_, key).with_context(component_));
  if (given < least || given > most) {
    return make_error(ErrorCode::kParseError, "{}: {} must be between {} and {}, got {}", component_, key, least, most, given);
  }
  value = given;
  return {};
}

Result<void> JsonFields::read_number(std::string_view key, double& value) const {
  if (!json_.contains(key)) return {};
  LEPTON_TRY(value, json_get<double>(json_, key).with_context(component_));
  return {};
}

Result<void> JsonFields::read_text(std::string_view key, std::string& value) const {
  if (!json_.contains(key)) return {};
  LEPTON_TRY(value, json_get<std::string>(json_, key).with_context(component_));
  return {};
}

Result<void> JsonFields::read_flag(std::string_view key, bool& value) const {
  if (!json_.contains(key)) return {};
  LEPTON_TRY(value, json_get<bool>(json_, key).with_context(component_));
  return {};
}

Result<const Json*> JsonFields::list(std::string_view key, std::string_view what, bool (*fits)(const Json&)) const {
  const auto member = json_.find(key);
  if (member == json_.end()) return nullptr;
  if (!member->is_array() || !std::ranges::all_of(*member, fits))
    return make_error(ErrorCode::kParseError, "{}: {} must be a list of {}", component_, key, what);
  return &*member;
}

Result<void> JsonFields::read_texts(std::string_view key, std::vector<std::string>& value) const {
  LEPTON_TRY(const Json* found, list(key, "texts", [](const Json& item) { return item.is_string(); }));
  if (found != nullptr) value = found->get<std::vector<std::string>>();
  return {};
}

Result<void> JsonFields::read_numbers(std::string_view key, std::vector<double>& value) const {
  LEPTON_TRY(const Json* found, list(key, "numbers", [](const Json& item) { return item.is_number(); }));
  if (found != nullptr) value = found->get<std::vector<double>>();
  return {};
}

Result<void> JsonFields::read_integers(std::string_view key, std::vector<std::int64_t>& value) const {
  const auto fits = [](const Json& item) {
    return item.is_number_integer() && (!item.is_number_unsigned() || item.get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
  };
  LEPTON_TRY(const Json* found, list(key, "whole numbers", fits));
  if (found != nullptr) value = found->get<std::vector<std::int64_t>>();
  return {};
}

Result<void> JsonFields::read_name(std::string_view key, std::span<const std::string_view> names, std::size_t& index) const {
  if (!json_.contains(key)) return {};
  LEPTON_TRY(const std::string given, json_get<std::string>(json_, key).with_context(component_));
  const auto found = std::ranges::find(names, given);
  if (found == names.end()) {
    return make_error(ErrorCode::kParseError, "{}: {} has no choice '{}'{}", component_, key, given, did_you_mean(given, names));
  }
  index = static_cast<std::size_t>(found - names.begin());
  return {};
}

}  // namespace lepton::data
