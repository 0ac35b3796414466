// What hashing and looking up share: buckets of keyed and plain hashes, and optional fields.
#pragma once

#include <optional>

#include "lepton/data/recipe/internal/json_fields.hpp"

namespace lepton::data {

using Salt = std::optional<std::array<std::int64_t, 2>>;

/// In [0, count): by SipHash with a salt, else by FarmHash.
std::int64_t bucket_of(std::string_view text, std::int64_t count, const Salt& salt);

Result<void> read_salt(const JsonFields& fields, Salt& salt);
Result<void> read_optional_text(const JsonFields& fields, const Json& json, std::string_view key, std::optional<std::string>& value);

}  // namespace lepton::data
