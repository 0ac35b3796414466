// Who may talk to a server that needs no token because it is reached from its own machine alone: a web page of somebody else, opened in
// a browser here, may not (DNS rebinding, cross-site requests).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lepton/base/error.hpp"

namespace lepton::net {

/// True for "localhost", "127.0.0.1" and "::1".
bool is_loopback_name(std::string_view host);

/// Checks the Host and Origin headers of a request ("" where they are absent). `hosts` are the names by which the server may be called,
/// without ports; empty: those of the loopback.
/// Errors:  kInvalidArgument for a Host that is absent or no host; kPermissionDenied for one that is not among `hosts`, and for an Origin
///          that is not the server itself.
Result<void> check_origin(std::string_view host, std::string_view origin, std::span<const std::string> hosts);

}  // namespace lepton::net
