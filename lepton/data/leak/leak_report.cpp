// What is done with the copies that were found: counted, named, refused.
#include <algorithm>

#include "lepton/base/json.hpp"
#include "lepton/data/leak/leak_guard.hpp"

namespace lepton::data {

std::string_view name_of(CopyKind kind) {
  switch (kind) {
    case CopyKind::kIdentical:
      return "identical";
    case CopyKind::kReencoded:
      return "re-encoded";
    case CopyKind::kShifted:
      return "shifted";
  }
  LEPTON_UNREACHABLE("copy kind");
}

std::int64_t LeakReport::num_pairs() const {
  std::int64_t count = 0;
  for (const Crossing& crossing : crossings) count += static_cast<std::int64_t>(crossing.pairs.size());
  return count;
}

std::vector<std::int64_t> LeakReport::suspects(std::string_view part) const {
  std::vector<std::int64_t> indices;
  for (const Crossing& crossing : crossings) {
    if (crossing.second_part != part) continue;
    for (const CopyPair& pair : crossing.pairs) indices.push_back(pair.second);
  }
  std::ranges::sort(indices);
  const auto [first, last] = std::ranges::unique(indices);
  indices.erase(first, last);
  return indices;
}

Result<void> refuse_leaks(const LeakReport& report, const Dataset& dataset, std::span<const std::string> allowed) {
  if (report.official || report.rows) return {};
  const auto is_allowed = [&](std::int64_t index) { return std::ranges::find(allowed, dataset.sample_id(index)) != allowed.end(); };
  std::int64_t refused = 0;
  std::string example;
  for (const LeakReport::Crossing& crossing : report.crossings) {
    for (const CopyPair& pair : crossing.pairs) {
      if (is_allowed(pair.first) || is_allowed(pair.second)) continue;
      if (++refused > 1) continue;
      example = fmt::format("{} ({}) and {} ({})", dataset.sample_id(pair.first), crossing.first_part, dataset.sample_id(pair.second),
                            crossing.second_part);
    }
  }
  if (refused == 0) return {};
  return make_error(ErrorCode::kInvalidArgument,
                    "leak guard: {} pairs of copies lie on both sides of the split, first {}; remove one of each, keep copies together "
                    "when splitting, or allow them by name",
                    refused, example);
}

std::string to_text(const LeakReport& report, const Dataset& dataset, std::int64_t max_pairs) {
  std::string text;
  for (const LeakReport::Crossing& crossing : report.crossings) {
    text += fmt::format("{} / {}: {} copies\n", crossing.first_part, crossing.second_part, crossing.pairs.size());
    for (const CopyPair& pair : crossing.pairs) {
      if (--max_pairs < 0) break;
      text += fmt::format("  {:<10}  distance {:6.2f}  shift {:+d},{:+d}  {} = {}{}\n", name_of(pair.kind), pair.distance, pair.shift_x,
                          pair.shift_y, dataset.sample_id(pair.first), dataset.sample_id(pair.second),
                          pair.same_label ? "" : "  (different labels)");
    }
  }
  if (max_pairs < 0) text += "  (more in the JSON report)\n";
  return text;
}

Json to_json(const LeakReport& report, const Dataset& dataset) {
  Json crossings = Json::array();
  for (const LeakReport::Crossing& crossing : report.crossings) {
    Json pairs = Json::array();
    for (const CopyPair& pair : crossing.pairs) {
      pairs.push_back({{"first", dataset.sample_id(pair.first)},
                       {"second", dataset.sample_id(pair.second)},
                       {"kind", name_of(pair.kind)},
                       {"shift", {pair.shift_x, pair.shift_y}},
                       {"distance", pair.distance},
                       {"likeness", pair.likeness},
                       {"same_label", pair.same_label}});
    }
    crossings.push_back({{"first_part", crossing.first_part}, {"second_part", crossing.second_part}, {"pairs", pairs}});
  }
  return {
      {"version", 1}, {"official", report.official}, {"rows", report.rows}, {"num_pairs", report.num_pairs()}, {"crossings", crossings}};
}

}  // namespace lepton::data
