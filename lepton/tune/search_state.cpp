// Small JSON files, each written at once. One that is damaged is as good as none: its training runs again.
#include "lepton/tune/internal/search_state.hpp"

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"

namespace lepton::tune {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{16} << 20;

Json settings_of(const RunSpec& run) {
  Json settings = Json::array();
  for (const tasks::GivenSetting& setting : run.settings) settings.push_back({setting.key, setting.values});
  return settings;
}

std::optional<Json> read_json(const std::string& path) {
  const auto text = read_file(local_files(), path, kMaxBytes);
  if (!text) return std::nullopt;
  const auto json = parse_json(*text);
  return json ? std::optional(*json) : std::nullopt;
}

Result<void> write_json(const std::string& path, const Json& json) {
  LEPTON_CHECK_OK(local_files().make_folders(parent_folder(path)));
  return write_atomic(local_files(), path, dump_json(json, JsonStyle::kIndented) + "\n");
}

}  // namespace

std::string SearchState::result_path(const RunSpec& run) const { return join_path(folder_, "results/" + run.name + ".json"); }

std::optional<RunOutcome> SearchState::find(const RunSpec& run) const {
  const auto json = read_json(result_path(run));
  if (!json || json->value("settings", Json()) != settings_of(run)) return std::nullopt;
  const auto outcome = outcome_from_json(*json);
  if (!outcome || !outcome->error.empty()) return std::nullopt;
  return *outcome;
}

Result<void> SearchState::save(const RunSpec& run, const RunOutcome& outcome) const {
  Json json = to_json(outcome);
  json["settings"] = settings_of(run);
  return write_json(result_path(run), json);
}

double SearchState::seconds_before() const {
  const auto json = read_json(join_path(folder_, "results/elapsed.json"));
  if (!json) return 0;
  const auto seconds = json_get<double>(*json, "seconds");
  return seconds ? *seconds : 0;
}

Result<void> SearchState::save_seconds(double seconds) const {
  return write_json(join_path(folder_, "results/elapsed.json"), {{"seconds", seconds}});
}

}  // namespace lepton::tune
