// Settings of a task: declared like operators' attributes, given as key=value or in a YAML file, checked in one place.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lepton/op/attribute_def.hpp"

namespace lepton {
class FileSystem;
}

namespace lepton::tasks {

/// One setting as it was written, and where: "config.yaml:3:1", or "" on the command line.
struct GivenSetting {
  std::string key;
  std::vector<std::string> values;  // several only for lists
  std::string place = {};
};

/// Splits key=value. kInvalidArgument without an equals sign. Lists are separated by commas.
Result<GivenSetting> setting_from_text(std::string_view text);

/// Gives the settings their declared types and fills in defaults; of several with one key the last one counts.
/// Errors:  kInvalidArgument, with place and nearest known key, for unknown keys, wrong types and broken constraints.
Result<Attributes> settings_from(std::string_view component, std::span<const AttributeDef> declared, std::span<const GivenSetting> given);

/// A part of a config that is more than `key: value` lines, as it was written: a word, a list or a map.
struct ConfigNode {
  enum class Kind { kNothing, kWord, kList, kMap };
  Kind kind = Kind::kNothing;
  std::string place = {};  // "config.yaml:3:1"; in a map that of the key
  std::string key = {};    // in a map
  std::string word = {};
  std::vector<ConfigNode> items = {};  // of a list or a map

  /// The entry of a map; null if there is none.
  const ConfigNode* find(std::string_view name) const;
};

struct ConfigFile {
  std::vector<GivenSetting> settings;
  std::vector<GivenSetting> made_by = {};  // what wrote the file: program, threads, data … (not settings)
  ConfigNode tune = {};                    // how to search for better settings; training leaves it alone
};

/// Reads a YAML file of `key: value` lines; values are words, numbers or lists of them; `tune` is a map of any shape.
/// Errors:  kParseError with file, line and column for anything else; kResourceExhausted beyond 1 MiB.
Result<ConfigFile> read_config_file(FileSystem& files, const std::string& path);
Result<ConfigFile> parse_config(std::string_view text, const std::string& path);

/// The text that read_config_file reads back.
std::string config_text(const Attributes& settings, std::span<const GivenSetting> made_by);
/// The same for a config as it was given; of several settings with one key the last one is written.
std::string config_text(const ConfigFile& config);

}  // namespace lepton::tasks
