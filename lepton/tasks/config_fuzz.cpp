// Any bytes are a config whose settings a task can check, or an error.
#include <cstddef>
#include <cstdint>

#include "lepton/tasks/settings.hpp"
#include "lepton/tasks/task.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  const auto config = tasks::parse_config({reinterpret_cast<const char*>(data), size}, "config.yaml");
  if (!config) return 0;
  LEPTON_ASSERT(tasks::parse_config(tasks::config_text(*config), "again.yaml"), "config as it was given");
  for (const tasks::TaskDef& task : tasks::all_tasks()) {
    const auto settings = tasks::settings_from(task.name, task.settings, config->settings);
    if (!settings) continue;
    const auto again = tasks::parse_config(tasks::config_text(*settings, config->made_by), "again.yaml");
    LEPTON_ASSERT(again && *tasks::settings_from(task.name, task.settings, again->settings) == *settings, "config round trip");
  }
  return 0;
}
