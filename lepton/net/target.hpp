// The target of a request ("/v2/models/a?x=1") as decoded parts. Decoded once, here and nowhere else.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lepton/base/error.hpp"

namespace lepton::net {

struct Target {
  std::vector<std::string> path;  // "/v2/models/a" is {"v2", "models", "a"}, "/" is {}
  std::vector<std::pair<std::string, std::string>> query;

  /// The first value of a query parameter; null if there is none.
  const std::string* find(std::string_view name) const;
};

/// Errors:  kInvalidArgument for a target that does not begin with '/' or is longer than 8 KiB, a '%' without two digits, and, after
/// decoding,
///          for what could mean another place to somebody: empty, "." and ".." parts, slashes, backslashes, control characters, ill-formed
///          UTF-8 and, in the path, a further escape (%252e).
Result<Target> parse_target(std::string_view text);

}  // namespace lepton::net
