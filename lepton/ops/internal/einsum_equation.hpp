// The equation of einsum, parsed: one label per axis of each operand and of the result.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton::ops {

/// Labels are letters; the axes of an ellipsis get the labels '0', '1' … ('0' is its last axis), so that they align from the right.
struct EinsumEquation {
  std::vector<std::string> operands;
  std::string result;
  std::vector<std::size_t> ellipsis_at;  // for each operand, the axis where its ellipsis begins; npos if it has none
};

/// Parses "ij,jk->ik". Without "->" the result has the ellipsis, then the labels that occur once, sorted.
/// Errors:  kParseError with the place and what was expected; kShapeMismatch if labels and ranks do not fit.
Result<EinsumEquation> parse_einsum(std::string_view equation, const std::vector<int>& ranks);

/// True for the axis of an ellipsis: only these broadcast.
inline bool is_ellipsis_label(char label) { return label >= '0' && label <= '9'; }

}  // namespace lepton::ops
