// Presets: from one word to the settings behind it.
#include <algorithm>

#include "lepton/base/text.hpp"
#include "lepton/tasks/settings.hpp"
#include "lepton/tasks/task.hpp"

namespace lepton::tasks {
namespace {

Error unknown_preset(const TaskDef& task, const GivenSetting& given) {
  std::vector<std::string> names;
  for (const Preset& preset : task.presets) names.emplace_back(preset.name);
  const std::string name = join(given.values, ",");
  const Error error = names.empty() ? make_error(ErrorCode::kInvalidArgument, "preset: the task {} has none", task.name)
                                    : make_error(ErrorCode::kInvalidArgument, "preset must be {} (got '{}'){}", join(names, ", "), name,
                                                 did_you_mean(name, names));
  return given.place.empty() ? error : error.with_context(given.place);
}

}  // namespace

Result<std::vector<GivenSetting>> with_preset(const TaskDef& task, std::vector<GivenSetting> given) {
  const auto last = std::find_if(given.rbegin(), given.rend(), [](const GivenSetting& setting) { return setting.key == "preset"; });
  if (last == given.rend()) return given;
  const GivenSetting chosen = *last;
  const auto preset =
      std::ranges::find_if(task.presets, [&](const Preset& own) { return chosen.values == std::vector{std::string(own.name)}; });
  if (preset == task.presets.end()) return unknown_preset(task, chosen);
  std::vector<GivenSetting> all;
  for (const std::string_view setting : preset->settings) all.push_back(setting_from_text(setting).value());
  for (GivenSetting& setting : given) {
    if (setting.key != "preset") all.push_back(std::move(setting));
  }
  return all;
}

}  // namespace lepton::tasks
