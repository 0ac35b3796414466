// The sorted attribute map and the text form of its values.
#include "lepton/tensor/attributes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace lepton {
namespace {

// A double must read back as a double: "1.0", never "1".
std::string number_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

struct TextOf {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return number_text(value); }
  std::string operator()(const std::string& value) const { return fmt::format("{:?}", std::string_view(value)); }
  std::string operator()(const std::vector<std::int64_t>& value) const { return fmt::format("[{}]", fmt::join(value, ",")); }
  std::string operator()(const std::vector<double>& value) const {
    std::vector<std::string> parts;
    for (const double v : value) parts.push_back(number_text(v));
    return fmt::format("[{}]", fmt::join(parts, ","));
  }
  std::string operator()(const std::vector<std::string>& value) const {
    std::vector<std::string> parts;
    for (const std::string& v : value) parts.push_back((*this)(v));
    return fmt::format("[{}]", fmt::join(parts, ","));
  }
  std::string operator()(DType value) const { return std::string(name_of(value)); }
  std::string operator()(const Tensor& value) const { return value.type().to_string(); }
};

}  // namespace

std::string Attribute::to_string() const { return std::visit(TextOf{}, value_); }

bool Attribute::operator==(const Attribute& other) const {
  if (value_.index() != other.value_.index()) return false;
  if (const Tensor* tensor = std::get_if<Tensor>(&value_)) return same_bits(*tensor, std::get<Tensor>(other.value_));
  return std::visit(
      [&]<class T>(const T& value) {
        if constexpr (std::is_same_v<T, Tensor>) {
          return false;
        } else {
          return value == std::get<T>(other.value_);
        }
      },
      value_);
}

Attributes::Attributes(std::initializer_list<Entry> entries) {
  for (const Entry& entry : entries) set(entry.first, entry.second);
}

void Attributes::set(std::string name, Attribute value) {
  const auto place = std::ranges::lower_bound(entries_, name, {}, &Entry::first);
  if (place != entries_.end() && place->first == name) {
    place->second = std::move(value);
  } else {
    entries_.emplace(place, std::move(name), std::move(value));
  }
}

const Attribute* Attributes::find(std::string_view name) const {
  const auto place = std::ranges::lower_bound(entries_, name, {}, [](const Entry& entry) { return std::string_view(entry.first); });
  return place != entries_.end() && place->first == name ? &place->second : nullptr;
}

const Attribute& Attributes::at(std::string_view name) const {
  const Attribute* value = find(name);
  if (value == nullptr) fail(ErrorCode::kInvalidArgument, "attributes: there is no '{}'", name);
  return *value;
}

}  // namespace lepton
