// How configurable things (operators, layers, optimisers, losses …) declare their attributes, and the one check of what was given.
#pragma once

#include <span>
#include <string_view>

#include "lepton/tensor/attributes.hpp"

namespace lepton {

struct Constraint {
  std::string_view text;  // "must be …"
  bool (*holds)(const Attribute&) = nullptr;
};
extern const Constraint any_value, positive, non_negative, positive_integers, non_negative_integers, probability;

/// An attribute with its default; `required` ones use the default for its type only.
struct AttributeDef {
  std::string_view name;
  Attribute default_value;
  Constraint constraint;
  std::string_view doc;
  bool required = false;
};

/// Fills in defaults. `component` (the operator, layer …) stands in front of error texts.
/// Errors: kInvalidArgument for an unknown name (the text has the nearest known one), a missing required one, a wrong type, a broken
/// constraint.
Result<Attributes> complete_attributes(std::string_view component, std::span<const AttributeDef> declared, const Attributes& given);

}  // namespace lepton
