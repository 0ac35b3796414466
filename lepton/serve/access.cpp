// Looking a token up by its hash takes the same time for every token that is wrong: nothing of it is compared but its hash.
#include "lepton/serve/access.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>

#include "lepton/base/hash.hpp"
#include "lepton/base/text.hpp"

namespace lepton::serve {
namespace {

constexpr std::pair<Role, std::string_view> kRoles[] = {{Role::kViewer, "viewer"}, {Role::kOperator, "operator"}, {Role::kAdmin, "admin"}};
constexpr std::uint64_t kMaxFileBytes = 1 << 20;
constexpr double kBurstSeconds = 2;  // of allowance that may be saved up

std::string hash_of(std::string_view token) { return to_hex(sha256(std::as_bytes(std::span(token)))); }

net::Response unknown() {
  net::Response response = net::error_response(401, "this needs a token: Authorization: Bearer TOKEN");
  response.headers.push_back({"WWW-Authenticate", "Bearer"});
  return response;
}

}  // namespace

std::string_view name_of(Role role) { return std::ranges::find(kRoles, role, &std::pair<Role, std::string_view>::first)->second; }

std::optional<Role> role_from_name(std::string_view name) {
  const auto* const found = std::ranges::find(kRoles, name, &std::pair<Role, std::string_view>::second);
  return found == std::end(kRoles) ? std::nullopt : std::optional(found->first);
}

std::string make_token() {
  std::array<std::byte, 32> bits{};
  std::size_t done = 0;
  while (done < bits.size()) {
    const ssize_t size = getrandom(bits.data() + done, bits.size() - done, 0);
    if (size <= 0) fail(ErrorCode::kIoError, "the system gives no random bits");
    done += static_cast<std::size_t>(size);
  }
  return to_hex(bits);
}

Result<std::vector<TokenEntry>> read_tokens(FileSystem& files, const std::string& path) {
  LEPTON_TRY(const std::string text, read_file(files, path, kMaxFileBytes));
  std::vector<TokenEntry> entries;
  std::size_t number = 0;
  for (const std::string_view whole : split(text, '\n')) {
    ++number;
    const std::string_view line = trim(whole);
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t first = line.find(' '), second = line.find(' ', std::min(first, line.size()) + 1);
    const auto role = role_from_name(line.substr(0, first));
    const std::string_view hash = first == std::string_view::npos ? std::string_view() : line.substr(first + 1, second - first - 1);
    const bool is_hash = hash.size() == 64 && hash.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    if (!role || !is_hash) return make_error(ErrorCode::kParseError, "{}:{}: 'ROLE HASH NAME' is expected", path, number);
    entries.push_back(
        {second == std::string_view::npos ? std::string() : std::string(trim(line.substr(second))), *role, std::string(hash)});
  }
  return entries;
}

Result<void> add_token(FileSystem& files, const std::string& path, const TokenEntry& entry) {
  if (entry.name.find_first_of("\r\n") != std::string::npos) return make_error(ErrorCode::kInvalidArgument, "a name is one line");
  std::string text;
  LEPTON_TRY(const bool there, exists(files, path));
  if (there) {
    LEPTON_TRY(text, read_file(files, path, kMaxFileBytes));
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
  }
  return write_atomic(files, path, text + fmt::format("{} {} {}\n", name_of(entry.role), entry.sha256, entry.name));
}

Access::Access(std::vector<TokenEntry> tokens, Options options) : options_(options) {
  if (options_.clock == nullptr) options_.clock = &real_clock();
  for (TokenEntry& entry : tokens) {
    const std::string hash = entry.sha256;
    accounts_[hash] = {std::move(entry), options_.requests_per_second * kBurstSeconds, options_.clock->monotonic()};
  }
}

std::optional<net::Response> Access::admit(const net::RequestHead& head) {
  if (head.route.role.empty()) return std::nullopt;
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view header = head.request.header("authorization");
  if (header.size() <= kBearer.size() || !net::equal_names(header.substr(0, kBearer.size()), kBearer)) return unknown();
  const std::string hash = hash_of(trim(header.substr(kBearer.size())));
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(hash);
  if (found == accounts_.end()) return unknown();
  Account& account = found->second;
  const auto needed = role_from_name(head.route.role);
  if (!needed || account.entry.role < *needed)
    return net::error_response(403, fmt::format("this needs the role {}; the token has {}", head.route.role, name_of(account.entry.role)));
  if (options_.requests_per_second <= 0) return std::nullopt;
  const std::chrono::nanoseconds now = options_.clock->monotonic();
  const double most = std::max(1.0, options_.requests_per_second * kBurstSeconds);
  account.allowance =
      std::min(most, account.allowance + std::chrono::duration<double>(now - account.seen).count() * options_.requests_per_second);
  account.seen = now;
  if (account.allowance < 1) return net::error_response(429, "this token asks too often");
  account.allowance -= 1;
  return std::nullopt;
}

}  // namespace lepton::serve
