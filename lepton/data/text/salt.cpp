// Buckets of hashes, and optional fields.
#include <bit>

#include "lepton/base/json.hpp"
#include "lepton/data/text/internal/salt.hpp"
#include "lepton/data/text/string_hash.hpp"

namespace lepton::data {

std::int64_t bucket_of(std::string_view text, std::int64_t count, const Salt& salt) {
  const std::uint64_t hash = salt ? sip_hash(text, std::bit_cast<std::array<std::uint64_t, 2>>(*salt)) : farm_fingerprint(text);
  return static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(count));
}

Result<void> read_salt(const JsonFields& fields, Salt& salt) {
  std::vector<std::int64_t> numbers;
  LEPTON_CHECK_OK(fields.read_integers("salt", numbers));
  if (numbers.empty()) return {};
  if (numbers.size() != 2) return make_error(ErrorCode::kParseError, "salt must be two whole numbers, got {}", numbers.size());
  salt = {numbers[0], numbers[1]};
  return {};
}

Result<void> read_optional_text(const JsonFields& fields, const Json& json, std::string_view key, std::optional<std::string>& value) {
  if (!json.contains(key)) return {};
  std::string text;
  LEPTON_CHECK_OK(fields.read_text(key, text));
  value = std::move(text);
  return {};
}

}  // namespace lepton::data
