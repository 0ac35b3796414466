// Reads the text that graph/printer.hpp writes.
#pragma once

#include <string_view>

#include "lepton/graph/graph.hpp"

namespace lepton::graph {

/// How the parser learns what operators there are (ops::find_op); null for an unknown name.
using FindOp = const OpDef* (*)(std::string_view name);

/// Reads one graph. It is well formed: values are made before they are used, attributes are complete; whether shapes fit is for
/// verify() to say.
/// Errors:  kParseError with line and column for a text that is not a graph; kNotFound for an unknown operator; kInvalidArgument for
/// attributes that the operator does not take.
Result<Graph> parse(std::string_view text, FindOp find_op);

}  // namespace lepton::graph
