// Reading declarative objects strictly: unknown keys, wrong types and values out of range are errors that name the key.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/base/json_fwd.hpp"

namespace lepton::data {

template <class T>
struct Choice {
  std::string_view name;
  T value;
};

template <class T, std::size_t N>
std::string_view name_in(const std::array<Choice<T>, N>& choices, T value) {
  for (const Choice<T>& choice : choices) {
    if (choice.value == value) return choice.name;
  }
  LEPTON_UNREACHABLE("choice without a name");
}

class JsonFields {
 public:
  JsonFields(std::string_view component, const Json& json) : component_(component), json_(json) {}

  /// Checks that this is an object of `kind`, of a version up to `version`, with no keys but `keys`.
  Result<void> check(std::span<const std::string_view> keys, std::string_view kind, std::int64_t version) const;
  /// Checks that this is an object with no keys but `keys`.
  Result<void> check_keys(std::span<const std::string_view> keys) const;

  // Each leaves `value` alone if the key is missing.
  template <class Integer>
  Result<void> read_integer(std::string_view key, std::int64_t least, std::int64_t most, Integer& value) const {
    std::int64_t wide = value;
    LEPTON_CHECK_OK(read_wide(key, least, most, wide));
    value = static_cast<Integer>(wide);
    return {};
  }
  Result<void> read_number(std::string_view key, double& value) const;
  Result<void> read_text(std::string_view key, std::string& value) const;
  Result<void> read_flag(std::string_view key, bool& value) const;
  Result<void> read_texts(std::string_view key, std::vector<std::string>& value) const;
  Result<void> read_numbers(std::string_view key, std::vector<double>& value) const;
  Result<void> read_integers(std::string_view key, std::vector<std::int64_t>& value) const;

  template <class T, std::size_t N>
  Result<void> read_choice(std::string_view key, const std::array<Choice<T>, N>& choices, T& value) const {
    std::array<std::string_view, N> names;
    for (std::size_t i = 0; i < N; ++i) names[i] = choices[i].name;
    std::size_t index = N;
    LEPTON_CHECK_OK(read_name(key, names, index));
    if (index < N) value = choices[index].value;
    return {};
  }

 private:
  Result<void> read_wide(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t& value) const;
  // Null if the key is missing.
  Result<const Json*> list(std::string_view key, std::string_view what, bool (*fits)(const Json&)) const;
  Result<void> read_name(std::string_view key, std::span<const std::string_view> names, std::size_t& index) const;
  std::string_view component_;
  const Json& json_;
};

}  // namespace lepton::data
