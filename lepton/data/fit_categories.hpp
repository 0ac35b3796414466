// What layers for categories learn from training rows: a vocabulary of whole numbers, boundaries of bins.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lepton::data {

struct IntegerVocabularyOptions {
  std::int64_t most = 0;                     ///< The most frequent ones are kept; 0: all.
  std::vector<std::int64_t> leave_out = {};  ///< The mask and oov tokens.
};

/// Whole numbers for IntegerLookup: the most frequent first, the larger first among equals, as Keras's adapt() orders them.
std::vector<std::int64_t> integer_vocabulary(std::span<const std::int64_t> values, const IntegerVocabularyOptions& options = {});

/// Boundaries for Discretization between `num_bins` bins of about as many values each, as Keras's adapt() finds them. `epsilon` is the
/// error of their ranks, as a share of the values; smaller takes longer.
///
/// Errors:  throws kInvalidArgument for no values, NaN, fewer than 2 bins, or an epsilon outside (0, 1).
std::vector<double> bin_boundaries(std::span<const float> values, std::int64_t num_bins, double epsilon = 0.01);

}  // namespace lepton::data
