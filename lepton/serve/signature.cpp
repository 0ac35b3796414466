// Names of types and models.
#include "lepton/serve/signature.hpp"

#include <algorithm>

namespace lepton::serve {
namespace {

constexpr std::pair<DType, std::string_view> kNames[] = {
    {DType::kF32, "FP32"},   {DType::kF64, "FP64"},   {DType::kF16, "FP16"},  {DType::kBF16, "BF16"}, {DType::kI8, "INT8"},
    {DType::kI16, "INT16"},  {DType::kI32, "INT32"},  {DType::kI64, "INT64"}, {DType::kU8, "UINT8"},  {DType::kU16, "UINT16"},
    {DType::kU32, "UINT32"}, {DType::kU64, "UINT64"}, {DType::kBool, "BOOL"}};

}  // namespace

bool TensorSpec::fits(const Dims& given) const {
  return std::ranges::equal(dims, given, [](std::int64_t wanted, std::int64_t dim) { return wanted == kAnyDim || wanted == dim; });
}

std::string_view protocol_name(DType dtype) { return std::ranges::find(kNames, dtype, &std::pair<DType, std::string_view>::first)->second; }

std::optional<DType> dtype_of_protocol(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name, &std::pair<DType, std::string_view>::second);
  return found == std::end(kNames) ? std::nullopt : std::optional(found->first);
}

bool is_model_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 128 && name.front() != '.' && std::ranges::all_of(name, allowed);
}

}  // namespace lepton::serve
