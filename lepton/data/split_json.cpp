// Splits as JSON, by sample ids and with a hash, so that a stored split cannot silently mean something else.
#include <algorithm>
#include <unordered_map>
#include <vector>

#include "lepton/base/hash.hpp"
#include "lepton/base/json.hpp"
#include "lepton/data/recipe/internal/json_fields.hpp"
#include "lepton/data/split.hpp"

namespace lepton::data {
namespace {

std::string hash_of(const Json& parts) {
  const std::string text = dump_json(parts);
  return to_hex(sha256(std::as_bytes(std::span(text))));
}

}  // namespace

Json to_json(const Split& split, const Dataset& dataset) {
  Json parts = Json::object(), order = Json::array();
  for (const SplitPart& part : split.parts) {
    Json ids = Json::array();
    for (const std::int64_t index : part.indices) ids.push_back(dataset.sample_id(index));
    parts[part.name] = std::move(ids);
    order.push_back(part.name);
  }
  const std::string hash = hash_of(parts);
  return {{"version", 1},   {"kind", "split"}, {"method", split.method}, {"seed", split.seed}, {"order", order},
          {"parts", parts}, {"hash", hash}};
}

Result<Split> split_from_json(const Json& json, const Dataset& dataset) {
  constexpr std::array<std::string_view, 7> kKeys{"version", "kind", "method", "seed", "order", "parts", "hash"};
  const JsonFields fields("split", json);
  LEPTON_CHECK_OK(fields.check(kKeys, "split", 1));
  Split split;
  std::string hash;
  LEPTON_CHECK_OK(fields.read_text("method", split.method));
  LEPTON_CHECK_OK(fields.read_text("hash", hash));
  if (json.contains("seed") && json["seed"].is_number_unsigned()) split.seed = json["seed"].get<std::uint64_t>();
  LEPTON_TRY(const Json* parts, json_member(json, "parts"));
  LEPTON_TRY(const Json* order, json_member(json, "order"));
  if (!parts->is_object() || !order->is_array() || order->size() != parts->size())
    return Error(ErrorCode::kParseError, "split: malformed parts");
  if (hash_of(*parts) != hash)
    return Error(ErrorCode::kDataCorrupt, "split: the hash does not fit the parts; the file was changed or damaged");

  std::unordered_map<std::string, std::int64_t> known;
  for (std::int64_t i = 0; i < dataset.num_samples(); ++i) known.emplace(dataset.sample_id(i), i);
  std::vector<bool> taken(static_cast<std::size_t>(dataset.num_samples()));
  for (const Json& name : *order) {
    if (!name.is_string() || !parts->contains(name.get<std::string>())) return Error(ErrorCode::kParseError, "split: malformed order");
    SplitPart part{name.get<std::string>(), {}};
    for (const Json& id : (*parts)[part.name]) {
      if (!id.is_string()) return Error(ErrorCode::kParseError, "split: an id is no text");
      const auto found = known.find(id.get<std::string>());
      if (found == known.end()) {
        return make_error(ErrorCode::kNotFound, "split: sample '{}' is not in the data; use the data that the split was made for",
                          id.get<std::string>());
      }
      if (taken[static_cast<std::size_t>(found->second)]) {
        return make_error(ErrorCode::kDataCorrupt, "split: sample '{}' is in two parts", id.get<std::string>());
      }
      taken[static_cast<std::size_t>(found->second)] = true;
      part.indices.push_back(found->second);
    }
    split.parts.push_back(std::move(part));
  }
  return split;
}

}  // namespace lepton::data
