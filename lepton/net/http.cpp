// Headers, statuses and forms.
#include "lepton/net/http.hpp"

#include <algorithm>

#include "lepton/base/json.hpp"
#include "lepton/base/text.hpp"

namespace lepton::net {
namespace {

constexpr std::size_t kMaxParts = 100;
constexpr std::size_t kMaxPartHead = 4 << 10;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

Error bad_form(const char* what) { return make_error(ErrorCode::kParseError, "multipart body: {}", what); }

FormPart read_part(std::string_view head, std::string_view data) {
  FormPart part{.data = data};
  for (std::string_view line : split(head, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = trim(line.substr(0, colon)), value = trim(line.substr(colon + 1));
    if (equal_names(name, "content-disposition")) {
      part.name = to_valid_utf8(header_parameter(value, "name"));
      part.file_name = to_valid_utf8(header_parameter(value, "filename"));
    } else if (equal_names(name, "content-type")) {
      part.content_type = to_valid_utf8(value);
    }
  }
  return part;
}

}  // namespace

bool equal_names(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view Request::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const HeaderField& field) { return equal_names(field.name, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

const std::string& Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  LEPTON_UNREACHABLE(std::string(name));
}

Response error_response(int status, std::string_view message) {
  Response response{.status = status, .body = dump_json({{"error", to_valid_utf8(message)}})};
  if (status == 429 || status == 503) response.headers.push_back({"Retry-After", "1"});
  return response;
}

Response error_response(const Error& error) { return error_response(error_code_info(error.code()).http_status, error.message()); }

std::string_view reason_of(int status) {
  struct Reason {
    int status;
    std::string_view text;
  };
  static constexpr Reason kReasons[] = {{200, "OK"},
                                        {204, "No Content"},
                                        {400, "Bad Request"},
                                        {401, "Unauthorized"},
                                        {403, "Forbidden"},
                                        {404, "Not Found"},
                                        {405, "Method Not Allowed"},
                                        {408, "Request Timeout"},
                                        {411, "Length Required"},
                                        {413, "Content Too Large"},
                                        {415, "Unsupported Media Type"},
                                        {417, "Expectation Failed"},
                                        {422, "Unprocessable Content"},
                                        {429, "Too Many Requests"},
                                        {431, "Request Header Fields Too Large"},
                                        {499, "Client Closed Request"},
                                        {500, "Internal Server Error"},
                                        {501, "Not Implemented"},
                                        {503, "Service Unavailable"},
                                        {504, "Gateway Timeout"}};
  const auto* const found = std::ranges::find(kReasons, status, &Reason::status);
  return found == std::end(kReasons) ? "Status" : found->text;
}

std::string_view header_parameter(std::string_view value, std::string_view name) {
  std::size_t at = value.find(';');
  while (at != std::string_view::npos) {
    std::string_view rest = value.substr(at + 1);
    // A quoted value may hold semicolons.
    std::size_t end = 0;
    for (bool quoted = false; end < rest.size() && (quoted || rest[end] != ';'); ++end) {
      if (rest[end] == '"') quoted = !quoted;
    }
    const std::string_view pair = rest.substr(0, end);
    if (const std::size_t equals = pair.find('='); equals != std::string_view::npos && equal_names(trim(pair.substr(0, equals)), name)) {
      std::string_view found = trim(pair.substr(equals + 1));
      if (found.size() >= 2 && found.front() == '"' && found.back() == '"') found = found.substr(1, found.size() - 2);
      return found;
    }
    at = end < rest.size() ? at + 1 + end : std::string_view::npos;
  }
  return {};
}

Result<std::vector<FormPart>> parse_multipart(std::string_view body, std::string_view boundary) {
  if (boundary.empty() || boundary.size() > 70) return bad_form("the boundary must have 1 to 70 characters");
  const std::string line = "--" + std::string(boundary), between = "\r\n" + line;
  if (!body.starts_with(line)) return bad_form("it does not begin with its boundary");
  body.remove_prefix(line.size());
  std::vector<FormPart> parts;
  while (!body.starts_with("--")) {
    if (!body.starts_with("\r\n")) return bad_form("a boundary is not followed by a line break");
    if (parts.size() == kMaxParts) return make_error(ErrorCode::kResourceExhausted, "multipart body: more than {} parts", kMaxParts);
    body.remove_prefix(2);
    const std::size_t head_end = body.substr(0, kMaxPartHead).find("\r\n\r\n");
    if (head_end == std::string_view::npos) return bad_form("a part has no head, or one of more than 4 KiB");
    const std::size_t data = head_end + 4, end = body.find(between, data);
    if (end == std::string_view::npos) return bad_form("it ends within a part");
    parts.push_back(read_part(body.substr(0, head_end), body.substr(data, end - data)));
    body.remove_prefix(end + between.size());
  }
  return parts;
}

}  // namespace lepton::net
