// Indices as vectors.
#include "lepton/data/text/token_output.hpp"

#include <algorithm>
#include <array>

#include "lepton/base/text.hpp"

namespace lepton::data {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"int", "one_hot", "multi_hot", "count", "tf_idf"};

}  // namespace

std::string name_of(TokenOutput output) { return std::string(kNames[static_cast<std::size_t>(output)]); }

Result<TokenOutput> token_output_from_name(const std::string& name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end())
    return make_error(ErrorCode::kParseError, "output_mode must be int, one_hot, multi_hot, count or tf_idf, got '{}'{}", name,
                      did_you_mean(name, kNames));
  return static_cast<TokenOutput>(found - kNames.begin());
}

void write_vectors(std::span<const std::int64_t> indices, TokenOutput output, std::int64_t depth, std::span<float> result) {
  const std::int64_t rows = output == TokenOutput::kOneHot ? static_cast<std::int64_t>(indices.size()) : 1;
  LEPTON_ASSERT(output != TokenOutput::kInt && static_cast<std::int64_t>(result.size()) == rows * depth, "token output: wrong size");
  std::ranges::fill(result, 0.0f);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] < 0 || indices[i] >= depth) continue;
    const std::size_t row = output == TokenOutput::kOneHot ? i * static_cast<std::size_t>(depth) : 0;
    float& place = result[row + static_cast<std::size_t>(indices[i])];
    place = output == TokenOutput::kCount || output == TokenOutput::kTfIdf ? place + 1 : 1;
  }
}

}  // namespace lepton::data
