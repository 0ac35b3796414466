// Spec: a named thing with arguments, as people write it in C++, YAML and on the command line: "adam", "l2(0.01)", "huber(delta=2)".
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lepton/op/attribute_def.hpp"

namespace lepton {

/// Parsed or given; arguments are checked by whoever owns the table that `name` is looked up in.
struct Spec {
  std::string name;
  Attributes arguments;

  Spec() = default;
  Spec(const char* text) : Spec(parse(text).value()) {}
  Spec(const std::string& text) : Spec(parse(text).value()) {}
  Spec(std::string spec_name, Attributes spec_arguments) : name(std::move(spec_name)), arguments(std::move(spec_arguments)) {}

  /// Accepts `name` or `name(argument, key=value, …)`; positional arguments are named "0", "1", … until bind() gives them their names.
  /// Errors: kParseError with the column.
  static Result<Spec> parse(std::string_view text);
  /// Gives positional arguments their declared names and fills defaults.
  Result<Attributes> bind(std::string_view component, std::span<const AttributeDef> declared) const;
  /// Text that parses back to the same spec.
  std::string to_string() const;
  bool empty() const { return name.empty(); }
};

/// A row of a table of named things (initialisers, regularisers, activations …).
template <class Function>
struct SpecDef {
  std::string_view name;
  std::string_view summary;
  std::vector<AttributeDef> arguments;
  Function function;
};

/// Returns the row named `name`; kNotFound names the nearest one.
template <class Row>
Result<const Row*> find_row(std::span<const Row> table, std::string_view name, std::string_view what);

/// The error of find_row: "<what>: there is no 'adan'; did you mean 'adam'?"
Error no_such_name(std::string_view what, std::string_view name, std::span<const std::string> known);

template <class Row>
Result<const Row*> find_row(std::span<const Row> table, std::string_view name, std::string_view what) {
  std::vector<std::string> known;
  for (const Row& row : table) {
    if (row.name == name) return &row;
    known.emplace_back(row.name);
  }
  return no_such_name(what, name, known);
}

}  // namespace lepton
