// Layers that turn numbers into categories and categories into vectors. What needs strings (StringLookup, TextVectorization, Hashing) is
// no layer of a graph: lepton/data/text does it before the model.
#pragma once

#include <optional>

#include "lepton/nn/layer.hpp"

namespace lepton::nn {

// What comes out, by `output_mode`, of categories [N, k, …]:
//   int        their numbers, i64 [N, k, …]
//   one_hot    a 1 at the place of each: [N, k, …, depth]; a last axis of size 1 goes first
//   multi_hot  1 where a category occurs along the second axis: [N, …, depth]
//   count      how often it does

struct DiscretizationOptions {
  std::string output_mode = "int";
  Dims input_shape = {};
  std::string name = {};
};
/// Number of the bin that each value is in: 0 below the first boundary, bin_boundaries.size() from the last on.
/// `data::bin_boundaries` finds boundaries in training rows.
/// Errors:  kInvalidArgument if there are no boundaries or they fall, or for an unknown output mode.
Layer Discretization(const std::vector<double>& bin_boundaries, const DiscretizationOptions& options = {});

struct CategoryEncodingOptions {
  std::string output_mode = "multi_hot";  // one_hot, multi_hot, count
  Dims input_shape = {};
  std::string name = {};
};
/// Whole numbers in [0, num_tokens) as vectors; others give zeros. In mode count a second input, if given, weighs each of the numbers.
/// Shapes:  numbers, weights: [N, k, …].
/// Errors:  kInvalidArgument for an unknown output mode, or weights in another mode than count.
Layer CategoryEncoding(std::int64_t num_tokens, const CategoryEncodingOptions& options = {});

struct IntegerLookupOptions {
  std::int64_t max_tokens = 0;  // largest size of the vocabulary with its special tokens; 0: any
  std::int64_t num_oov_indices = 1;
  std::optional<std::int64_t> mask_token = {};
  std::int64_t oov_token = -1;  // what an unknown index means (invert), and what may open the vocabulary
  bool invert = false;
  std::string output_mode = "int";       // also tf_idf
  bool pad_to_max_tokens = false;        // vectors have max_tokens places
  std::vector<double> idf_weights = {};  // of each token of the vocabulary, for tf_idf
  Dims input_shape = {};
  std::string name = {};
};
/// Place of each whole number in a vocabulary. Indices are: 0 for the mask token (if there is one, in mode int), then `num_oov_indices`
/// for numbers that are not in the vocabulary (by the remainder of the number, if several), then the vocabulary in its order.
///
/// With `invert` it gives the number for each index instead. `data::integer_vocabulary` finds the vocabulary in training rows.
/// Errors:  kInvalidArgument for an empty vocabulary, a repeated token, more than max_tokens, an unknown output mode, options that do
///          not go together; while running, for an unknown number if num_oov_indices is 0.
Layer IntegerLookup(const Dims& vocabulary, const IntegerLookupOptions& options = {});

}  // namespace lepton::nn
