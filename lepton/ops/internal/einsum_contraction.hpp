// Products of two labelled tensors: the step that einsum repeats.
#pragma once

#include <string>
#include <string_view>

#include "lepton/op/value.hpp"

namespace lepton::ops {

/// A tensor whose axes have labels (one character each).
struct Labelled {
  Value value;
  std::string labels;
};

/// Takes the diagonal of axes with the same label, then sums over the labels that are not in `keep`.
/// Errors:  throws kInvalidArgument if the size of a repeated axis depends on the input.
Labelled reduced(Labelled x, std::string_view keep);
/// Multiplies and sums over the labels that both have and that are not in `keep`; every other label must be in `keep`.
Labelled contracted(const Labelled& a, const Labelled& b, std::string_view keep);
/// The axes in the order of `labels`.
Value arranged(const Labelled& x, std::string_view labels);

}  // namespace lepton::ops
