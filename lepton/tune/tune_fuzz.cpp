// Any bytes are a search whose points can be drawn and put into settings, or an error.
#include <cstddef>
#include <cstdint>

#include "lepton/tune/tune_options.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lepton;
  const auto config = tasks::parse_config({reinterpret_cast<const char*>(data), size}, "search.yaml");
  if (!config) return 0;
  for (const tasks::TaskDef& task : tasks::all_tasks()) {
    const auto options = tune::tune_options_from(config->tune, task);
    if (!options) continue;
    const auto dimensions = options->space.dimensions().size();
    const auto check = [&](const tune::Point& point) {
      LEPTON_ASSERT(point.size() == dimensions, "a value for each dimension");
      (void)tune::with_point(config->settings, point, task.settings);
    };
    for (std::int64_t number = 0; number < 3; ++number) check(options->space.draw(options->search_seed, number));
    if (const auto points = options->space.grid_size(); points) check(options->space.grid_point(*points - 1));
    LEPTON_ASSERT(!options->space.probes().empty(), "at least one probe");
    // What was written down asks for the same search.
    const auto again = tasks::parse_config(tasks::config_text(*config), "again.yaml");
    LEPTON_ASSERT(again, "config as it was given");
    const auto same = tune::tune_options_from(again->tune, task);
    LEPTON_ASSERT(same && tune::to_text(same->space.draw(7, 0)) == tune::to_text(options->space.draw(7, 0)), "search round trip");
  }
  return 0;
}
