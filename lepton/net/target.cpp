// Splitting first, decoding afterwards: an escaped slash never makes a new part.
#include "lepton/net/target.hpp"

#include <algorithm>
#include <optional>

#include "lepton/base/text.hpp"

namespace lepton::net {
namespace {

constexpr std::size_t kMaxBytes = 8 << 10;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_escape(std::string_view text, std::size_t at) {
  return text[at] == '%' && at + 2 < text.size() && digit(text[at + 1]) >= 0 && digit(text[at + 2]) >= 0;
}

// The text without escapes; nothing if it is not well formed. In a query '+' is a space.
std::optional<std::string> decode(std::string_view text, bool in_query) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (!is_escape(text, i)) return std::nullopt;
      c = static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else if (c == '+' && in_query) {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    plain += c;
  }
  if (!is_valid_utf8(plain)) return std::nullopt;
  return plain;
}

bool is_safe_part(std::string_view part) {
  if (part.empty() || part == "." || part == ".." || part.find_first_of("/\\") != std::string_view::npos) return false;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (is_escape(part, i)) return false;
  }
  return true;
}

Error bad_target(const char* what) { return make_error(ErrorCode::kInvalidArgument, "the request's target {}", what); }

}  // namespace

const std::string* Target::find(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
  return found == query.end() ? nullptr : &found->second;
}

Result<Target> parse_target(std::string_view text) {
  if (text.empty() || text.front() != '/') return bad_target("does not begin with '/'");
  if (text.size() > kMaxBytes) return bad_target("is longer than 8 KiB");
  const std::size_t question = std::min(text.find('?'), text.size());
  Target target;
  std::string_view path = text.substr(1, question - 1);
  if (path.ends_with('/')) path.remove_suffix(1);
  if (!path.empty()) {
    for (const std::string_view part : split(path, '/')) {
      auto plain = decode(part, false);
      if (!plain || !is_safe_part(*plain)) return bad_target("has a part that is no plain name");
      target.path.push_back(std::move(*plain));
    }
  }
  if (question + 1 >= text.size()) return target;
  for (const std::string_view pair : split(text.substr(question + 1), '&')) {
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals), true);
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return bad_target("has a query that is not well formed");
    if (!name->empty()) target.query.emplace_back(std::move(*name), std::move(*value));
  }
  return target;
}

}  // namespace lepton::net
