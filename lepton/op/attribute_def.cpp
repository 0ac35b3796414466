// Completion of attributes from their declarations.
#include "lepton/op/attribute_def.hpp"

#include <algorithm>

#include "lepton/base/text.hpp"

namespace lepton {
namespace {

bool is_positive(const Attribute& a) {
  if (const auto* i = std::get_if<std::int64_t>(&a.value())) return *i > 0;
  const auto* d = std::get_if<double>(&a.value());
  return d != nullptr && *d > 0;
}
bool is_non_negative(const Attribute& a) {
  if (const auto* i = std::get_if<std::int64_t>(&a.value())) return *i >= 0;
  const auto* d = std::get_if<double>(&a.value());
  return d != nullptr && *d >= 0;
}
bool all_at_least(const Attribute& a, std::int64_t low) {
  const auto* list = std::get_if<std::vector<std::int64_t>>(&a.value());
  return list != nullptr && std::ranges::all_of(*list, [low](std::int64_t v) { return v >= low; });
}
bool is_probability(const Attribute& a) {
  const auto* d = std::get_if<double>(&a.value());
  return d != nullptr && *d >= 0 && *d <= 1;
}

Error unknown_attribute(std::string_view component, std::span<const AttributeDef> declared, std::string_view name) {
  std::vector<std::string> known;
  for (const AttributeDef& attribute : declared) known.emplace_back(attribute.name);
  return make_error(ErrorCode::kInvalidArgument, "{}: has no attribute '{}'{}", component, name, did_you_mean(name, known));
}

// An integer where a number is declared is what people write.
Attribute as_declared(const AttributeDef& declared, const Attribute& given) {
  const auto* integer = std::get_if<std::int64_t>(&given.value());
  if (integer != nullptr && std::holds_alternative<double>(declared.default_value.value())) return static_cast<double>(*integer);
  return given;
}

}  // namespace

const Constraint any_value = {"", nullptr};
const Constraint positive = {"must be positive", is_positive};
const Constraint non_negative = {"must not be negative", is_non_negative};
const Constraint positive_integers = {"must all be positive", [](const Attribute& a) { return all_at_least(a, 1); }};
const Constraint non_negative_integers = {"must not be negative", [](const Attribute& a) { return all_at_least(a, 0); }};
const Constraint probability = {"must lie in [0, 1]", is_probability};

Result<Attributes> complete_attributes(std::string_view component, std::span<const AttributeDef> declarations, const Attributes& given) {
  for (const auto& [name, value] : given) {
    if (std::ranges::find(declarations, name, &AttributeDef::name) == declarations.end())
      return unknown_attribute(component, declarations, name);
  }
  Attributes complete;
  for (const AttributeDef& declared : declarations) {
    const Attribute* value = given.find(declared.name);
    if (value == nullptr && declared.required) {
      return make_error(ErrorCode::kInvalidArgument, "{}: attribute '{}' is required", component, declared.name);
    }
    const Attribute used = value == nullptr ? declared.default_value : as_declared(declared, *value);
    if (used.value().index() != declared.default_value.value().index()) {
      return make_error(ErrorCode::kInvalidArgument, "{}: attribute '{}' has the wrong type (value {})", component, declared.name,
                        used.to_string());
    }
    if (value != nullptr && declared.constraint.holds != nullptr && !declared.constraint.holds(used)) {
      return make_error(ErrorCode::kInvalidArgument, "{}: attribute '{}' {} (value {})", component, declared.name, declared.constraint.text,
                        used.to_string());
    }
    complete.set(std::string(declared.name), used);
  }
  return complete;
}

}  // namespace lepton
