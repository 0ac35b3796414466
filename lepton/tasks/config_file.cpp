// YAML by yaml-cpp, kept to a flat list of settings, so that a config is as easy to check as a command line.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "lepton/base/files.hpp"
#include "lepton/base/text.hpp"
#include "lepton/tasks/settings.hpp"

namespace lepton::tasks {
namespace {

constexpr std::uint64_t kMaxBytes = 1 << 20;
constexpr std::size_t kMaxSettings = 1000, kMaxListItems = 10'000;
constexpr int kMaxDepth = 5;
constexpr std::string_view kMadeBy = "made_by", kTune = "tune";

// UTF-8 without NUL and without the code points that are no characters: YAML has no way to write those.
bool is_plain_text(const std::string& text) {
  if (!is_valid_utf8(text) || text.find('\0') != std::string::npos) return false;
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
    // U+FFFE and U+FFFF, also of the other planes; U+FDD0 to U+FDEF.
    if (byte(0) == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE) return false;
    if (byte(0) == 0xEF && byte(1) == 0xB7 && byte(2) >= 0x90 && byte(2) <= 0xAF) return false;
    if (i + 3 < text.size() && byte(0) >= 0xF0 && (byte(1) & 0x0F) == 0x0F && byte(2) == 0xBF && byte(3) >= 0xBE) return false;
  }
  return true;
}

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  // `sections` takes what is no setting; null inside one.
  std::vector<GivenSetting> settings(const YAML::Node& map, ConfigFile* sections) const {
    std::vector<GivenSetting> result;
    for (const auto& entry : entries(map)) {
      const std::string& key = entry.first.Scalar();
      if (sections != nullptr && key == kMadeBy) {
        sections->made_by = settings(entry.second, nullptr);
      } else if (sections != nullptr && key == kTune) {
        sections->tune = node(entry.second, kMaxDepth);
        if (sections->tune.kind != ConfigNode::Kind::kMap) error(entry.second, "expected 'key: value' lines below tune");
      } else {
        result.push_back({key, values(entry.second), place(entry.first)});
      }
    }
    return result;
  }

 private:
  std::string place(const YAML::Node& node) const { return fmt::format("{}:{}:{}", path_, node.Mark().line + 1, node.Mark().column + 1); }
  [[noreturn]] void error(const YAML::Node& node, std::string_view what) const {
    fail(ErrorCode::kParseError, "{}: {}", place(node), what);
  }

  // The entries of a map with distinct words as keys.
  std::vector<std::pair<YAML::Node, YAML::Node>> entries(const YAML::Node& map) const {
    if (!map.IsMap()) error(map, "expected 'key: value' lines");
    if (map.size() > kMaxSettings) error(map, "there are too many settings");
    std::vector<std::pair<YAML::Node, YAML::Node>> all;
    std::set<std::string> keys;
    for (const auto& entry : map) {
      if (!entry.first.IsScalar() || !is_plain_text(entry.first.Scalar())) error(entry.first, "a key must be a word");
      if (!keys.insert(entry.first.Scalar()).second) error(entry.first, fmt::format("'{}' is given twice", entry.first.Scalar()));
      all.emplace_back(entry.first, entry.second);
    }
    return all;
  }

  ConfigNode node(const YAML::Node& from, int depth) const {
    ConfigNode result{.place = place(from)};
    if (from.IsNull()) return result;
    if (!from.IsMap() && !from.IsSequence()) {
      result.kind = ConfigNode::Kind::kWord;
      result.word = word(from);
      return result;
    }
    if (depth == 0) error(from, fmt::format("lists and maps are nested deeper than {}", kMaxDepth));
    result.kind = from.IsMap() ? ConfigNode::Kind::kMap : ConfigNode::Kind::kList;
    if (from.IsMap()) {
      for (const auto& entry : entries(from)) {
        ConfigNode value = node(entry.second, depth - 1);
        value.key = entry.first.Scalar();
        value.place = place(entry.first);
        result.items.push_back(std::move(value));
      }
      return result;
    }
    if (from.size() > kMaxListItems) error(from, "the list is too long");
    for (const auto& item : from) result.items.push_back(node(item, depth - 1));
    return result;
  }

  std::string word(const YAML::Node& node) const {
    if (!node.IsScalar()) error(node, "expected a word, a number or a list of them");
    if (!is_plain_text(node.Scalar())) error(node, "the text is not UTF-8, or holds characters that are none");
    return node.Scalar();
  }

  std::vector<std::string> values(const YAML::Node& node) const {
    if (node.IsNull()) return {};
    if (!node.IsSequence()) return {word(node)};
    if (node.size() > kMaxListItems) error(node, "the list is too long");
    std::vector<std::string> all;
    for (const auto& item : node) all.push_back(word(item));
    return all;
  }

  const std::string& path_;
};

// Text of one value; a list of one stays a list.
void emit(YAML::Emitter& out, const Attribute& value) {
  if (const auto* text = std::get_if<std::string>(&value.value())) {
    out << YAML::DoubleQuoted << *text;
    return;
  }
  if (const auto* list = std::get_if<std::vector<std::string>>(&value.value())) {
    out << YAML::Flow << YAML::BeginSeq;
    for (const std::string& item : *list) out << YAML::DoubleQuoted << item;
    out << YAML::EndSeq;
    return;
  }
  if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&value.value())) {
    out << YAML::Flow << *numbers;
    return;
  }
  out << value.to_string();
}

void emit(YAML::Emitter& out, const std::vector<std::string>& values) {
  if (values.empty()) {
    out << YAML::Null;
  } else if (values.size() == 1) {
    out << YAML::DoubleQuoted << values[0];
  } else {
    out << YAML::Flow << YAML::BeginSeq;
    for (const std::string& value : values) out << YAML::DoubleQuoted << value;
    out << YAML::EndSeq;
  }
}

void emit(YAML::Emitter& out, const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::kNothing:
      out << YAML::Null;
      return;
    case ConfigNode::Kind::kWord:
      out << YAML::DoubleQuoted << node.word;
      return;
    case ConfigNode::Kind::kList:
      out << YAML::Flow << YAML::BeginSeq;
      for (const ConfigNode& item : node.items) emit(out, item);
      out << YAML::EndSeq;
      return;
    case ConfigNode::Kind::kMap:
      out << YAML::BeginMap;
      for (const ConfigNode& entry : node.items) {
        out << YAML::Key << YAML::DoubleQuoted << entry.key << YAML::Value;
        emit(out, entry);
      }
      out << YAML::EndMap;
      return;
  }
}

}  // namespace

const ConfigNode* ConfigNode::find(std::string_view name) const {
  const auto found = kind == Kind::kMap ? std::ranges::find(items, name, &ConfigNode::key) : items.end();
  return found == items.end() ? nullptr : &*found;
}

Result<ConfigFile> parse_config(std::string_view text, const std::string& path) {
  if (text.size() > kMaxBytes) return make_error(ErrorCode::kResourceExhausted, "{}: a config has at most {} bytes", path, kMaxBytes);
  return catch_error([&] {
    YAML::Node root;
    try {
      root = YAML::Load(std::string(text));
    } catch (const YAML::Exception& error) {
      fail(ErrorCode::kParseError, "{}:{}:{}: {}", path, error.mark.line + 1, error.mark.column + 1, error.msg);
    }
    ConfigFile config;
    try {
      if (!root.IsNull()) config.settings = Reader(path).settings(root, &config);
    } catch (const YAML::Exception& error) {
      fail(ErrorCode::kParseError, "{}: {}", path, error.msg);
    }
    return config;
  });
}

Result<ConfigFile> read_config_file(FileSystem& files, const std::string& path) {
  LEPTON_TRY(const std::string text, read_file(files, path, kMaxBytes));
  return parse_config(text, path);
}

std::string config_text(const Attributes& settings, std::span<const GivenSetting> made_by) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  for (const auto& [key, value] : settings) {
    out << YAML::Key << key << YAML::Value;
    emit(out, value);
  }
  out << YAML::Key << std::string(kMadeBy) << YAML::Value << YAML::BeginMap;
  for (const GivenSetting& fact : made_by) out << YAML::Key << fact.key << YAML::Value << YAML::DoubleQuoted << join(fact.values, ",");
  out << YAML::EndMap << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

std::string config_text(const ConfigFile& config) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  for (std::size_t i = 0; i < config.settings.size(); ++i) {
    const GivenSetting& setting = config.settings[i];
    const auto later = config.settings.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    if (std::find_if(later, config.settings.end(), [&](const GivenSetting& other) { return other.key == setting.key; }) !=
        config.settings.end())
      continue;
    out << YAML::Key << setting.key << YAML::Value;
    emit(out, setting.values);
  }
  if (config.tune.kind == ConfigNode::Kind::kMap) {
    out << YAML::Key << std::string(kTune) << YAML::Value;
    emit(out, config.tune);
  }
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace lepton::tasks
