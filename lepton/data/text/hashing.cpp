// Bins of hashes.
#include "lepton/data/text/hashing.hpp"

#include "lepton/base/json.hpp"
#include "lepton/data/recipe/internal/json_fields.hpp"
#include "lepton/data/text/internal/salt.hpp"

namespace lepton::data {

Result<Hashing> Hashing::make(const HashingOptions& options) {
  if (options.num_bins < 1) return make_error(ErrorCode::kInvalidArgument, "hashing: needs at least 1 bin, got {}", options.num_bins);
  return Hashing(options);
}

std::int64_t Hashing::bin(std::string_view word) const {
  const bool masks = options_.mask_value && options_.num_bins > 1;
  if (masks && word == *options_.mask_value) return 0;
  return bucket_of(word, masks ? options_.num_bins - 1 : options_.num_bins, options_.salt) + (masks ? 1 : 0);
}

std::int64_t Hashing::bin(std::int64_t number) const { return bin(std::to_string(number)); }

Json to_json(const Hashing& hashing) {
  const HashingOptions& o = hashing.options();
  Json json{{"version", 1}, {"kind", "hashing"}, {"num_bins", o.num_bins}};
  if (o.mask_value) json["mask_value"] = *o.mask_value;
  if (o.salt) json["salt"] = *o.salt;
  return json;
}

Result<Hashing> hashing_from_json(const Json& json) {
  constexpr std::array<std::string_view, 5> kKeys{"version", "kind", "num_bins", "mask_value", "salt"};
  const JsonFields fields("hashing", json);
  LEPTON_CHECK_OK(fields.check(kKeys, "hashing", 1));
  HashingOptions options;
  LEPTON_CHECK_OK(fields.read_integer("num_bins", 1, INT64_MAX, options.num_bins));
  LEPTON_CHECK_OK(read_optional_text(fields, json, "mask_value", options.mask_value));
  LEPTON_CHECK_OK(read_salt(fields, options.salt));
  return Hashing::make(options);
}

}  // namespace lepton::data
