// What comes out of a vocabulary or a hash: indices, or a vector that has a place for each of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lepton/base/error.hpp"

namespace lepton::data {

enum class TokenOutput : std::uint8_t {
  kInt,       ///< The indices.
  kOneHot,    ///< A vector for each index, 1 at its place.
  kMultiHot,  ///< One vector, 1 where an index occurs.
  kCount,     ///< One vector, how often each occurs.
  kTfIdf,     ///< The same, each weighed by how rare the token is among documents.
};

/// "int", "one_hot", "multi_hot", "count", "tf_idf".
std::string name_of(TokenOutput output);
/// Errors:  kParseError, naming the choices.
Result<TokenOutput> token_output_from_name(const std::string& name);

/// Writes indices as vectors of `depth` numbers; an index outside [0, depth) goes nowhere.
/// Shapes:  result: [indices, depth] for one-hot, else [depth]; not for kInt. kTfIdf writes counts.
void write_vectors(std::span<const std::int64_t> indices, TokenOutput output, std::int64_t depth, std::span<float> result);

}  // namespace lepton::data
