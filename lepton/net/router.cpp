// Some twenty routes: looking at each costs less than a tree would.
#include "lepton/net/router.hpp"

#include <optional>

#include "lepton/base/text.hpp"

namespace lepton::net {
namespace {

using Parameters = std::vector<std::pair<std::string_view, std::string>>;

bool fits(std::string_view pattern, const std::vector<std::string>& path, Parameters& parameters) {
  std::string_view rest = pattern.substr(1);
  parameters.clear();
  for (const std::string& part : path) {
    if (rest.empty()) return false;
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view wanted = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (wanted.starts_with('{')) {
      parameters.emplace_back(wanted.substr(1, wanted.size() - 2), part);
    } else if (wanted != part) {
      return false;
    }
  }
  return rest.empty();
}

}  // namespace

void Router::add(Route route) {
  LEPTON_ASSERT(route.pattern.starts_with('/'), route.pattern);
  routes_.push_back(std::move(route));
}

Match Router::find(std::string_view method, const Target& target) const {
  Match match{.status = 404};
  Parameters parameters;
  for (const Route& route : routes_) {
    if (!fits(route.pattern, target.path, parameters)) continue;
    if (route.method == method || (method == "HEAD" && route.method == "GET"))
      return {.route = &route, .parameters = std::move(parameters)};
    match.status = 405;
    match.allowed += (match.allowed.empty() ? "" : ", ") + route.method;
  }
  return match;
}

}  // namespace lepton::net
