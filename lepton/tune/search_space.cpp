// Reading, counting and drawing.
#include "lepton/tune/search_space.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "lepton/base/random.hpp"
#include "lepton/base/text.hpp"

namespace lepton::tune {
namespace {

using tasks::ConfigNode;
using tasks::GivenSetting;

constexpr std::int64_t kMaxGrid = 100'000;
constexpr int kMaxRepeats = 1000;  // draws in a row that were there before: then the space is taken as exhausted

Error wrong(const ConfigNode& at, std::string text) { return Error(ErrorCode::kInvalidArgument, std::move(text)).with_context(at.place); }

Result<std::vector<std::string>> choice_of(const ConfigNode& node) {
  if (node.kind == ConfigNode::Kind::kWord) return std::vector<std::string>{node.word};
  if (node.kind == ConfigNode::Kind::kNothing) return std::vector<std::string>();
  if (node.kind == ConfigNode::Kind::kMap) return wrong(node, "a choice is a word, a number or a list of them");
  std::vector<std::string> words;
  for (const ConfigNode& item : node.items) {
    if (item.kind != ConfigNode::Kind::kWord) return wrong(item, "a choice is a word, a number or a list of them");
    words.push_back(item.word);
  }
  return words;
}

struct RangeReader {
  const ConfigNode& node;

  Result<const ConfigNode*> word(std::string_view key) const {
    const ConfigNode* entry = node.find(key);
    if (entry == nullptr) return wrong(node, fmt::format("{}: a range needs '{}'", node.key, key));
    if (entry->kind != ConfigNode::Kind::kWord) return wrong(*entry, fmt::format("{} must be one word or number", key));
    return entry;
  }
  Result<double> number(std::string_view key) const {
    LEPTON_TRY(const ConfigNode* entry, word(key));
    double value = 0;
    const char* end = entry->word.data() + entry->word.size();
    const auto [stop, code] = std::from_chars(entry->word.data(), end, value);
    if (code != std::errc() || stop != end || !std::isfinite(value))
      return wrong(*entry, fmt::format("{} must be a number (got '{}')", key, entry->word));
    return value;
  }
};

bool looks_whole(const ConfigNode* word) { return word->word.find_first_of(".eE") == std::string::npos; }

// A declared setting says itself whether it takes whole numbers; a name says it by how its ends are written.
bool is_whole(const ConfigNode& node, std::span<const AttributeDef> declared) {
  const auto setting = std::ranges::find(declared, node.key, &AttributeDef::name);
  if (setting != declared.end()) {
    const AttributeValue& value = setting->default_value.value();
    return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<std::vector<std::int64_t>>(value);
  }
  return looks_whole(node.find("from")) && looks_whole(node.find("to"));
}

Result<Range> range_of(const ConfigNode& node, std::span<const AttributeDef> declared) {
  static const std::vector<std::string> kKeys = {"from", "to", "scale", "points"};
  for (const ConfigNode& entry : node.items) {
    if (std::ranges::find(kKeys, entry.key) == kKeys.end())
      return wrong(entry, fmt::format("a range has from, to, scale and points, not '{}'{}", entry.key, did_you_mean(entry.key, kKeys)));
  }
  const RangeReader reader{node};
  Range range;
  LEPTON_TRY(range.low, reader.number("from"));
  LEPTON_TRY(range.high, reader.number("to"));
  if (range.low >= range.high) return wrong(node, fmt::format("{}: 'from' must be below 'to'", node.key));
  if (node.find("scale") != nullptr) {
    LEPTON_TRY(const ConfigNode* scale, reader.word("scale"));
    range.logarithmic = scale->word == "log";
    if (!range.logarithmic && scale->word != "linear")
      return wrong(*scale, fmt::format("scale must be linear or log (got '{}')", scale->word));
    if (range.logarithmic && range.low <= 0) return wrong(node, fmt::format("{}: with scale log both ends must be positive", node.key));
  }
  range.whole = is_whole(node, declared);
  if (range.whole && (range.low != std::floor(range.low) || range.high != std::floor(range.high) || std::abs(range.low) > 1e15 ||
                      std::abs(range.high) > 1e15))
    return wrong(node, fmt::format("{}: both ends must be whole numbers", node.key));
  if (node.find("points") != nullptr) {
    LEPTON_TRY(const double points, reader.number("points"));
    if (points != std::floor(points) || points < 2 || points > kMaxGrid)
      return wrong(*node.find("points"), fmt::format("points must be a whole number from 2 on (got {})", node.find("points")->word));
    range.points = static_cast<std::int64_t>(points);
  }
  return range;
}

// The number at `share` (0 to 1) of the way.
std::string number_at(const Range& range, double share) {
  double value = range.logarithmic ? range.low * std::pow(range.high / range.low, share) : range.low + (range.high - range.low) * share;
  value = std::clamp(value, range.low, range.high);
  return range.whole ? fmt::format("{:.0f}", std::round(value)) : fmt::format("{:.4g}", value);
}

std::string draw_number(const Range& range, Random& random) {
  if (!range.whole || range.logarithmic) return number_at(range, random.uniform());
  return fmt::format("{:.0f}", range.low + static_cast<double>(random.below(static_cast<std::uint64_t>(range.high - range.low) + 1)));
}

std::int64_t grid_points(const Dimension& dimension) { return dimension.range ? dimension.range->points : std::ssize(dimension.choices); }

// Replaces $name where no longer name goes on.
bool replace_mentions(std::string& text, const std::string& name, const std::string& value) {
  const auto goes_on = [](char c) { return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  bool found = false;
  for (std::size_t at = text.find("$" + name); at != std::string::npos; at = text.find("$" + name, at + 1)) {
    const std::size_t end = at + 1 + name.size();
    if (end < text.size() && goes_on(text[end])) continue;
    text.replace(at, end - at, value);
    found = true;
  }
  return found;
}

}  // namespace

Result<SearchSpace> SearchSpace::from(const ConfigNode& space, std::span<const AttributeDef> declared) {
  SearchSpace result;
  if (space.kind == ConfigNode::Kind::kNothing) return result;
  if (space.kind != ConfigNode::Kind::kMap) return wrong(space, "space must be a map of settings to choices or ranges");
  for (const ConfigNode& node : space.items) {
    Dimension dimension{.name = node.key, .place = node.place, .choices = {}, .range = {}};
    if (node.kind == ConfigNode::Kind::kMap) {
      LEPTON_TRY(dimension.range, range_of(node, declared));
    } else if (node.kind == ConfigNode::Kind::kList) {
      if (node.items.empty()) return wrong(node, fmt::format("{}: the list of choices is empty", node.key));
      for (const ConfigNode& item : node.items) {
        LEPTON_TRY(auto choice, choice_of(item));
        dimension.choices.push_back(std::move(choice));
      }
    } else {
      LEPTON_TRY(auto choice, choice_of(node));
      dimension.choices.push_back(std::move(choice));
    }
    result.dimensions_.push_back(std::move(dimension));
  }
  return result;
}

Result<std::int64_t> SearchSpace::grid_size() const {
  std::int64_t size = 1;
  for (const Dimension& dimension : dimensions_) {
    const std::int64_t own = grid_points(dimension);
    if (own == 0)
      return make_error(ErrorCode::kInvalidArgument, "{}: {}: a grid needs 'points' for a range, or use method: random", dimension.place,
                        dimension.name);
    if (own > kMaxGrid / size)
      return make_error(ErrorCode::kResourceExhausted, "tune: the grid has more than {} points; use method: random", kMaxGrid);
    size *= own;
  }
  return size;
}

Point SearchSpace::grid_point(std::int64_t number) const {
  Point point(dimensions_.size());
  for (std::size_t i = dimensions_.size(); i-- > 0;) {
    const Dimension& dimension = dimensions_[i];
    const std::int64_t size = grid_points(dimension), own = number % size;
    number /= size;
    point[i] = {dimension.name, {}, dimension.place};
    if (dimension.range) {
      point[i].values = {number_at(*dimension.range, static_cast<double>(own) / static_cast<double>(size - 1))};
    } else {
      point[i].values = dimension.choices[static_cast<std::size_t>(own)];
    }
  }
  return point;
}

std::vector<Point> SearchSpace::probes() const {
  const auto values = [](const Dimension& dimension) {
    return dimension.range ? std::vector<std::vector<std::string>>{{number_at(*dimension.range, 0)}, {number_at(*dimension.range, 1)}}
                           : dimension.choices;
  };
  Point first;
  for (const Dimension& dimension : dimensions_) first.push_back({dimension.name, values(dimension).front(), dimension.place});
  std::vector<Point> points = {first};
  for (std::size_t i = 0; i < dimensions_.size(); ++i) {
    const auto own = values(dimensions_[i]);
    for (std::size_t k = 1; k < own.size(); ++k) {
      points.push_back(first);
      points.back()[i].values = own[k];
    }
  }
  return points;
}

Point SearchSpace::draw(std::uint64_t seed, std::int64_t number) const {
  Random random(seed, static_cast<std::uint64_t>(number));
  Point point;
  for (const Dimension& dimension : dimensions_) {
    if (dimension.range) {
      point.push_back({dimension.name, {draw_number(*dimension.range, random)}, dimension.place});
    } else {
      point.push_back({dimension.name, dimension.choices[random.below(dimension.choices.size())], dimension.place});
    }
  }
  return point;
}

std::optional<Point> Draws::next() {
  for (int repeats = 0; repeats < kMaxRepeats; ++repeats) {
    Point point = space_.draw(seed_, number_++);
    if (seen_.insert(to_text(point)).second) return point;
  }
  return std::nullopt;
}

std::string to_text(const Point& point) {
  std::string text;
  for (const GivenSetting& value : point) text += fmt::format("{}{}={}", text.empty() ? "" : " ", value.key, join(value.values, ","));
  return text;
}

Result<std::vector<GivenSetting>> with_point(std::span<const GivenSetting> base, const Point& point,
                                             std::span<const AttributeDef> declared) {
  std::vector<GivenSetting> settings(base.begin(), base.end());
  for (const GivenSetting& value : point) {
    if (value.key == "preset" || std::ranges::find(declared, value.key, &AttributeDef::name) != declared.end()) {
      settings.push_back(value);  // the last one counts
      continue;
    }
    bool mentioned = false;
    for (GivenSetting& setting : settings) {
      for (std::string& word : setting.values) mentioned |= replace_mentions(word, value.key, join(value.values, ","));
    }
    if (mentioned) continue;
    std::vector<std::string> names;
    for (const AttributeDef& def : declared) names.emplace_back(def.name);
    return make_error(ErrorCode::kInvalidArgument, "{}: there is no setting '{}', and none mentions ${}{}", value.place, value.key,
                      value.key, did_you_mean(value.key, names));
  }
  return settings;
}

}  // namespace lepton::tune
