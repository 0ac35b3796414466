// Host and Origin.
#include "lepton/net/origin.hpp"

#include <algorithm>
#include <optional>

#include "lepton/net/http.hpp"

namespace lepton::net {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == ':';
}

// The host of "host:port" or "[v6]:port"; nothing if it is neither.
std::optional<std::string_view> host_of(std::string_view authority) {
  std::string_view host, rest;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = authority.substr(1, end - 1);
    rest = authority.substr(end + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    host = authority.substr(0, colon);
    rest = authority.substr(colon);
  }
  if (!rest.empty() && rest.front() != ':') return std::nullopt;
  const bool port = std::ranges::all_of(rest.substr(std::min<std::size_t>(1, rest.size())), [](char c) { return c >= '0' && c <= '9'; });
  if (!port || rest.size() > 6 || host.empty() || !std::ranges::all_of(host, is_name_character)) return std::nullopt;
  return host;
}

}  // namespace

bool is_loopback_name(std::string_view host) { return equal_names(host, "localhost") || host == "127.0.0.1" || host == "::1"; }

Result<void> check_origin(std::string_view host, std::string_view origin, std::span<const std::string> hosts) {
  const auto name = host_of(host);
  if (!name) return make_error(ErrorCode::kInvalidArgument, "the request needs a Host header that names this server");
  const bool known = hosts.empty() ? is_loopback_name(*name)
                                   : std::ranges::any_of(hosts, [&](const std::string& allowed) { return equal_names(allowed, *name); });
  if (!known) return make_error(ErrorCode::kPermissionDenied, "the request's Host is none of this server's names; add it with --host-name");
  if (origin.empty()) return {};
  const std::size_t scheme = origin.find("://");
  const std::string_view authority = scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
  if (!equal_names(authority, host)) return make_error(ErrorCode::kPermissionDenied, "pages of other origins may not use this server");
  return {};
}

}  // namespace lepton::net
