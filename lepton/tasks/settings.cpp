// From words to typed settings.
#include "lepton/tasks/settings.hpp"

#include <algorithm>
#include <charconv>

#include "lepton/base/text.hpp"

namespace lepton::tasks {
namespace {

template <class T>
std::optional<T> number_from(std::string_view text) {
  T value{};
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class T>
struct Reader;
template <>
struct Reader<bool> {
  static constexpr std::string_view kWhat = "true or false";
  static std::optional<bool> read(const std::string& text) {
    if (text == "true" || text == "yes") return true;
    if (text == "false" || text == "no") return false;
    return std::nullopt;
  }
};
template <>
struct Reader<std::int64_t> {
  static constexpr std::string_view kWhat = "a whole number";
  static std::optional<std::int64_t> read(const std::string& text) { return number_from<std::int64_t>(text); }
};
template <>
struct Reader<double> {
  static constexpr std::string_view kWhat = "a number";
  static std::optional<double> read(const std::string& text) {
    const auto value = number_from<double>(text);
    return value && *value - *value == 0 ? value : std::nullopt;  // neither NaN nor infinity
  }
};
template <>
struct Reader<std::string> {
  static constexpr std::string_view kWhat = "a word";
  static std::optional<std::string> read(const std::string& text) { return text; }
};

Error not_a(std::string_view what, const GivenSetting& given) {
  return make_error(ErrorCode::kInvalidArgument, "{} must be {} (got '{}')", given.key, what, join(given.values, ","));
}

template <class T>
Result<Attribute> single(const GivenSetting& given) {
  const auto value = given.values.size() == 1 ? Reader<T>::read(given.values[0]) : std::nullopt;
  if (!value) return not_a(Reader<T>::kWhat, given);
  return Attribute(*value);
}

template <class T>
Result<Attribute> list(const GivenSetting& given) {
  std::vector<T> values;
  for (const std::string& text : given.values) {
    const auto value = Reader<T>::read(text);
    if (!value) return not_a(fmt::format("a list of which each is {}", Reader<T>::kWhat), given);
    values.push_back(*value);
  }
  return Attribute(std::move(values));
}

Result<Attribute> typed(const AttributeDef& declared, const GivenSetting& given) {
  return std::visit(
      [&]<class T>(const T&) -> Result<Attribute> {
        if constexpr (std::is_same_v<T, std::vector<std::int64_t>> || std::is_same_v<T, std::vector<double>> ||
                      std::is_same_v<T, std::vector<std::string>>) {
          return list<typename T::value_type>(given);
        } else if constexpr (std::is_same_v<T, DType> || std::is_same_v<T, Tensor>) {
          return make_error(ErrorCode::kInternal, "{}: no setting has this type", declared.name);
        } else {
          return single<T>(given);
        }
      },
      declared.default_value.value());
}

Error at_place(const Error& error, const GivenSetting& given) { return given.place.empty() ? error : error.with_context(given.place); }

}  // namespace

Result<GivenSetting> setting_from_text(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return make_error(ErrorCode::kInvalidArgument, "settings are written key=value (got '{}')", text);
  GivenSetting given{std::string(text.substr(0, equals)), {}};
  const std::string_view value = text.substr(equals + 1);
  // What stands in brackets belongs together: adam(0.001, beta_1=0.8).
  int depth = 0;
  std::string part;
  for (const char c : value) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0) {
      given.values.push_back(std::move(part));
      part.clear();
    } else {
      part += c;
    }
  }
  if (!value.empty()) given.values.push_back(std::move(part));
  return given;
}

Result<Attributes> settings_from(std::string_view component, std::span<const AttributeDef> declared, std::span<const GivenSetting> given) {
  Attributes typed_settings;
  for (const GivenSetting& setting : given) {
    const auto known = std::ranges::find(declared, setting.key, &AttributeDef::name);
    if (known == declared.end()) {
      std::vector<std::string> names;
      for (const AttributeDef& def : declared) names.emplace_back(def.name);
      return at_place(make_error(ErrorCode::kInvalidArgument, "{}: there is no setting '{}'{}", component, setting.key,
                                 did_you_mean(setting.key, names)),
                      setting);
    }
    auto value = typed(*known, setting);
    if (!value) return at_place(value.error(), setting);
    if (known->constraint.holds != nullptr && !known->constraint.holds(*value))
      return at_place(
          make_error(ErrorCode::kInvalidArgument, "{} {} (got {})", setting.key, known->constraint.text, join(setting.values, ",")),
          setting);
    typed_settings.set(setting.key, *value);
  }
  return complete_attributes(component, declared, typed_settings);
}

}  // namespace lepton::tasks
