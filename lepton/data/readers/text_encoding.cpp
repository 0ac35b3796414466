// GB18030 goes through iconv; UTF-8 is checked, never repaired.
#include "lepton/data/readers/text_encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "lepton/base/text.hpp"

namespace lepton::data {
namespace {

Error bad_byte(std::string_view text, std::size_t at, std::string_view encoding) {
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
  const std::size_t start = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const std::size_t column = start == std::string_view::npos ? at + 1 : at - start;
  return make_error(ErrorCode::kParseError, "line {}, column {}: not {} text; save the file as UTF-8", line, column, encoding);
}

// The first byte that no valid UTF-8 prefix covers, found by halving.
std::size_t first_bad_byte(std::string_view text) {
  std::size_t line_start = 0;
  while (line_start < text.size()) {
    const std::size_t end = std::min(text.find('\n', line_start), text.size());
    if (!is_valid_utf8(text.substr(line_start, end - line_start))) break;
    line_start = end + 1;
  }
  std::size_t at = line_start;
  while (at < text.size()) {
    std::size_t length = 1;
    while (length <= 4 && at + length <= text.size() && !is_valid_utf8(text.substr(at, length))) ++length;
    if (length > 4 || at + length > text.size()) return at;
    at += length;
  }
  return line_start;
}

class Converter {
 public:
  explicit Converter(const char* from) : handle_(iconv_open("UTF-8", from)) {}
  ~Converter() {
    if (usable()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  bool usable() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  Result<std::string> convert(std::string& bytes) {
    std::string result;
    std::array<char, 16384> piece{};
    char* input = bytes.data();
    std::size_t left = bytes.size();
    while (left > 0) {
      char* output = piece.data();
      std::size_t room = piece.size();
      const std::size_t code = iconv(handle_, &input, &left, &output, &room);
      result.append(piece.data(), piece.size() - room);
      if (code == static_cast<std::size_t>(-1) && errno != E2BIG) return bad_byte(bytes, bytes.size() - left, "GB18030");
    }
    return result;
  }

 private:
  iconv_t handle_;
};

Result<std::string> from_gb18030(std::string bytes) {
  Converter converter("GB18030");
  if (!converter.usable()) return Error(ErrorCode::kUnsupported, "GB18030 is not known to this system's iconv; save the file as UTF-8");
  return converter.convert(bytes);
}

}  // namespace

Result<std::string> to_utf8(std::string bytes, std::string_view encoding) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (!encoding.empty() && encoding != "utf-8" && encoding != "gb18030") {
    return make_error(ErrorCode::kUnsupported, "encoding '{}' is not known; use utf-8 or gb18030", encoding);
  }
  if (encoding == "gb18030") return from_gb18030(std::move(bytes));
  if (bytes.starts_with(kMark)) {
    bytes.erase(0, kMark.size());
    encoding = "utf-8";
  } else if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    return Error(ErrorCode::kUnsupported, "UTF-16 text is not supported; save the file as UTF-8");
  }
  if (is_valid_utf8(bytes)) return bytes;
  const std::size_t bad = first_bad_byte(bytes);
  if (encoding == "utf-8") return bad_byte(bytes, bad, "UTF-8");
  // Guessing: text that is not even GB18030 is reported as broken UTF-8, which it most likely is.
  std::string copy = bytes;
  if (auto converted = from_gb18030(std::move(copy))) return converted;
  return bad_byte(bytes, bad, "UTF-8 or GB18030");
}

}  // namespace lepton::data
