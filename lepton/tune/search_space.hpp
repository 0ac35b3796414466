// The search space: which settings vary, over which values, and how points are drawn from it.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "lepton/op/attribute_def.hpp"
#include "lepton/tasks/settings.hpp"

namespace lepton::tune {

/// Numbers between two ends, both included.
struct Range {
  double low = 0, high = 0;
  bool logarithmic = false;  // equal chances for equal ratios
  bool whole = false;
  std::int64_t points = 0;  // of a grid; 0: none are said
};

/// What varies: a setting, or a name that settings mention as $name, e.g. `optimizer: adam($rate)`.
struct Dimension {
  std::string name;
  std::string place;
  std::vector<std::vector<std::string>> choices;  // the values of a setting, as they are written
  std::optional<Range> range;                     // instead of choices
};

/// A value for each dimension, in their order.
using Point = std::vector<tasks::GivenSetting>;

class SearchSpace {
 public:
  /// Reads a map of names: a word is the only choice, a list holds choices (a choice may be a list itself), a map {from, to, scale, points}
  /// is a range. `declared` are the task's settings: they tell whole numbers from others.
  /// Errors:  kInvalidArgument and kParseError with file, line and column.
  static Result<SearchSpace> from(const tasks::ConfigNode& space, std::span<const AttributeDef> declared);

  const std::vector<Dimension>& dimensions() const { return dimensions_; }
  /// The number of points of the grid; 1 for a space without dimensions.
  /// Errors:  kInvalidArgument, with its place, for a range without `points`; kResourceExhausted for more than 100,000.
  Result<std::int64_t> grid_size() const;
  /// A point of the grid; the last dimension varies fastest.
  Point grid_point(std::int64_t number) const;
  /// Points that together hold every choice and both ends of every range: what is wrong with a value is wrong with one of these.
  std::vector<Point> probes() const;
  /// The point of a number: the same for the same seed, whichever were drawn before.
  Point draw(std::uint64_t seed, std::int64_t number) const;

 private:
  std::vector<Dimension> dimensions_;
};

/// Random points, each once.
class Draws {
 public:
  Draws(const SearchSpace& space, std::uint64_t seed) : space_(space), seed_(seed) {}
  /// Nothing once a space of few choices has no other point to give.
  std::optional<Point> next();

 private:
  const SearchSpace& space_;
  std::uint64_t seed_;
  std::int64_t number_ = 0;
  std::set<std::string> seen_;
};

/// "dropout=0.2 hidden=128,64".
std::string to_text(const Point& point);

/// The settings of a trial: `base`, with the point's values for the settings that it names, and in place of $name in the words of others.
/// Errors:  kInvalidArgument, with its place and the nearest name, for a dimension that is no setting and is mentioned nowhere.
Result<std::vector<tasks::GivenSetting>> with_point(std::span<const tasks::GivenSetting> base, const Point& point,
                                                    std::span<const AttributeDef> declared);

}  // namespace lepton::tune
