// Who may do what: tokens with roles, kept as hashes, and how often each may ask.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lepton/base/clock.hpp"
#include "lepton/base/files.hpp"
#include "lepton/net/server.hpp"

namespace lepton::serve {

/// Each may do what those before it may. A viewer looks and predicts, an operator loads and unloads models.
enum class Role : std::uint8_t { kViewer, kOperator, kAdmin };
std::string_view name_of(Role role);
std::optional<Role> role_from_name(std::string_view name);

struct TokenEntry {
  std::string name;  // whose it is, for logs
  Role role = Role::kViewer;
  std::string sha256;  // of the token, in hexadecimal
};

/// A new token: 256 random bits in hexadecimal. Only its hash is stored.
std::string make_token();
/// Reads lines of "ROLE HASH NAME"; blank ones and those that begin with '#' count for nothing.
/// Errors:  kParseError with the line.
Result<std::vector<TokenEntry>> read_tokens(FileSystem& files, const std::string& path);
/// Adds an entry to the file, which is made if needed, in one step.
Result<void> add_token(FileSystem& files, const std::string& path, const TokenEntry& entry);

class Access {
 public:
  struct Options {
    double requests_per_second = 0;  // of each token; 0: as many as it likes
    Clock* clock = nullptr;          // null: the machine's
  };
  Access(std::vector<TokenEntry> tokens, Options options);

  /// For ServerOptions::admit: 401 without a token that is known, 403 if its role may not call the route, 429 if it asks too often.
  std::optional<net::Response> admit(const net::RequestHead& head);

 private:
  struct Account {
    TokenEntry entry;
    double allowance = 0;  // requests that it may send now
    std::chrono::nanoseconds seen{};
  };
  Options options_;
  std::mutex mutex_;
  std::map<std::string, Account, std::less<>> accounts_;  // by hash
};

}  // namespace lepton::serve
