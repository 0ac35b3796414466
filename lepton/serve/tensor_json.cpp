// The cursor, and numbers both ways.
#include "lepton/serve/tensor_json.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "lepton/base/text.hpp"

namespace lepton::serve {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::array<double, 23> kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                            1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// JSON's grammar is narrower than from_chars(): "01", ".5", "1.", "+1" and "inf" are no numbers. Returns the end of one that is; null else.
const char* end_of_number(const char* at, const char* end) {
  if (at < end && *at == '-') ++at;
  if (at == end || !is_digit(*at)) return nullptr;
  if (*at == '0') {
    ++at;
  } else {
    while (at < end && is_digit(*at)) ++at;
  }
  if (at < end && *at == '.') {
    const char* const first = ++at;
    while (at < end && is_digit(*at)) ++at;
    if (at == first) return nullptr;
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at < end && (*at == '+' || *at == '-')) ++at;
    const char* const first = at;
    while (at < end && is_digit(*at)) ++at;
    if (at == first) return nullptr;
  }
  return at;
}

template <class T>
const char* read_exactly(const char* begin, const char* stop, T& value) {
  if (stop == nullptr) return nullptr;
  const auto [at, error] = std::from_chars(begin, stop, value);
  if (error == std::errc::result_out_of_range) {
    // Too small is zero, too large is refused.
    double wide = 0;
    const auto [after, again] = std::from_chars(begin, stop, wide);
    if (again == std::errc() ? std::abs(wide) > 1 : std::string_view(begin, stop).find('-', 1) == std::string_view::npos) return nullptr;
    value = static_cast<T>(*begin == '-' ? -0.0 : 0.0);
    return stop;
  }
  return error == std::errc() && at == stop ? stop : nullptr;
}

template <class T>
const char* read_element(const char* at, const char* end, T& value) {
  if constexpr (std::is_same_v<T, float>) {
    return read_float(at, end, value);
  } else if constexpr (std::is_same_v<T, double>) {
    return read_exactly(at, end_of_number(at, end), value);
  } else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    float wide = 0;
    at = read_float(at, end, wide);
    value = T(wide);
    return at;
  } else if constexpr (std::is_same_v<T, bool>) {
    for (const auto& [word, truth] : {std::pair<std::string_view, bool>("true", true), {"false", false}, {"1", true}, {"0", false}}) {
      if (!std::string_view(at, end).starts_with(word)) continue;
      value = truth;
      return at + word.size();
    }
    return nullptr;
  } else {
    const char* const stop = end_of_number(at, end);
    if (stop == nullptr) return nullptr;
    const auto [after, error] = std::from_chars(at, stop, value);
    if (error == std::errc() && after == stop) return stop;
    // 3.0 and 3e0 are whole numbers, too.
    double wide = 0;
    if (read_exactly(at, stop, wide) == nullptr || wide != std::floor(wide)) return nullptr;
    if (wide < static_cast<double>(std::numeric_limits<T>::min()) || wide >= std::ldexp(1.0, std::numeric_limits<T>::digits))
      return nullptr;
    value = static_cast<T>(wide);
    return stop;
  }
}

template <class T>
void append_number(std::string& out, T value) {
  char buffer[40];
  if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(value)) {
      out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
      return;
    }
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  } else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    append_number(out, static_cast<float>(value));
  } else {
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  }
}

}  // namespace

// A number of at most 19 digits and a small power of ten is one exact division or product in double precision (Clinger 1990). Rounding that
// to float once more is right unless it lies in the middle of two floats: then, and for longer numbers, from_chars() decides.
const char* read_float(const char* begin, const char* end, float& value) {
  const char* at = begin;
  const bool negative = at < end && *at == '-';
  if (negative) ++at;
  if (at == end || !is_digit(*at)) return nullptr;
  std::uint64_t digits = 0;
  const char* const first = at;
  while (at < end && is_digit(*at)) digits = digits * 10 + static_cast<std::uint64_t>(*at++ - '0');
  if (*first == '0' && at - first > 1) return nullptr;
  auto count = at - first;
  std::int64_t exponent = 0;
  if (at < end && *at == '.') {
    const char* const fraction = ++at;
    while (at < end && is_digit(*at)) digits = digits * 10 + static_cast<std::uint64_t>(*at++ - '0');
    if (at == fraction) return nullptr;
    count += at - fraction;
    exponent = fraction - at;
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    const char* sign = ++at;
    if (at < end && (*at == '+' || *at == '-')) ++at;
    const char* const power = at;
    std::int64_t written = 0;
    while (at < end && is_digit(*at)) written = std::min<std::int64_t>(written * 10 + (*at++ - '0'), 100'000);
    if (at == power) return nullptr;
    exponent += *sign == '-' ? -written : written;
  }
  if (count > 19 || digits > (std::uint64_t{1} << 53) || exponent < -22 || exponent > 22) return read_exactly(begin, at, value);
  double wide = static_cast<double>(digits);
  wide = exponent < 0 ? wide / kPowers[static_cast<std::size_t>(-exponent)] : wide * kPowers[static_cast<std::size_t>(exponent)];
  constexpr std::uint64_t kBelowFloat = (std::uint64_t{1} << 29) - 1, kMiddle = std::uint64_t{1} << 28;
  const bool normal = wide == 0 || (wide > 1.2e-38 && wide < 3.4e38);
  if (!normal || (std::bit_cast<std::uint64_t>(wide) & kBelowFloat) == kMiddle) return read_exactly(begin, at, value);
  value = static_cast<float>(negative ? -wide : wide);
  return at;
}

char JsonCursor::peek() {
  while (at_ < end_ && is_space(*at_)) ++at_;
  return at_ < end_ ? *at_ : '\0';
}

bool JsonCursor::take(char c) {
  if (peek() != c || at_ == end_) return false;
  ++at_;
  return true;
}

Error JsonCursor::error(std::string_view what) const {
  return make_error(ErrorCode::kParseError, "JSON: {} at byte {}", what, at_ - begin_);
}

Result<void> JsonCursor::expect(char c) {
  if (take(c)) return {};
  return error(fmt::format("'{}' expected", c));
}

Result<bool> JsonCursor::next_item(char close, bool first) {
  if (take(close)) return false;
  if (!first) {
    if (!take(',')) return error(fmt::format("',' or '{}' expected", close));
    if (peek() == close) return error("a value expected");
  }
  return true;
}

Result<std::string> JsonCursor::text() {
  if (!take('"')) return error("a text expected");
  std::string text;
  while (at_ < end_ && *at_ != '"') {
    const char c = *at_++;
    if (static_cast<unsigned char>(c) < 0x20) return error("a control character in a text");
    if (c != '\\') {
      text += c;
      continue;
    }
    if (at_ == end_) break;
    const char escaped = *at_++;
    static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    if (const std::size_t place = kFrom.find(escaped); place != std::string_view::npos) {
      text += kTo[place];
      continue;
    }
    if (escaped != 'u') return error("an unknown escape");
    const auto unit = [&]() -> int {
      unsigned value = 0;
      if (end_ - at_ < 4 || std::from_chars(at_, at_ + 4, value, 16).ptr != at_ + 4) return -1;
      at_ += 4;
      return static_cast<int>(value);
    };
    int code = unit();
    if (code >= 0xD800 && code < 0xDC00) {
      if (end_ - at_ < 6 || at_[0] != '\\' || at_[1] != 'u') return error("half of a surrogate pair");
      at_ += 2;
      const int low = unit();
      if (low < 0xDC00 || low > 0xDFFF) return error("half of a surrogate pair");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    if (code < 0 || (code >= 0xDC00 && code < 0xE000)) return error("an escape that is no character");
    const auto byte = [&](int value) { text += static_cast<char>(value); };
    if (code < 0x80) {
      byte(code);
    } else if (code < 0x800) {
      byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F));
    } else {
      byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 0x3F)), byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F));
    }
  }
  if (at_ == end_) return error("a text does not end");
  ++at_;
  if (!is_valid_utf8(text)) return error("a text that is not UTF-8");
  return text;
}

Result<std::string> JsonCursor::key() {
  LEPTON_TRY(std::string name, text());
  LEPTON_CHECK_OK(expect(':'));
  return name;
}

Result<std::int64_t> JsonCursor::integer() {
  peek();
  std::int64_t value = 0;
  const char* const stop = read_element(at_, end_, value);
  if (stop == nullptr) return error("a whole number expected");
  at_ = stop;
  return value;
}

Result<bool> JsonCursor::boolean() {
  peek();
  bool value = false;
  if (at_ == end_ || (*at_ != 't' && *at_ != 'f')) return error("true or false expected");
  const char* const stop = read_element(at_, end_, value);
  if (stop == nullptr) return error("true or false expected");
  at_ = stop;
  return value;
}

Result<std::string_view> JsonCursor::skip() {
  peek();
  const char* const begin = at_;
  std::array<char, kMaxDepth> open{};  // the closing brackets that are due
  int depth = 0;
  bool needs_value = true;
  for (;;) {
    const char c = peek();
    if (needs_value) {
      if (c == '[' || c == '{') {
        if (depth == kMaxDepth) return error("nested too deeply");
        ++at_;
        open[static_cast<std::size_t>(depth++)] = c == '[' ? ']' : '}';
        if (peek() == open[static_cast<std::size_t>(depth - 1)]) {
          ++at_, --depth;
          needs_value = false;
        } else if (c == '{') {
          LEPTON_TRY(const std::string name, key());
          (void)name;
        }
      } else if (c == '"') {
        LEPTON_TRY(const std::string value, text());
        (void)value;
        needs_value = false;
      } else {
        const std::string_view rest(at_, end_);
        const char* stop = end_of_number(at_, end_);
        for (const std::string_view word : {"true", "false", "null"}) {
          if (rest.starts_with(word)) stop = at_ + word.size();
        }
        if (stop == nullptr) return error("a value expected");
        at_ = stop;
        needs_value = false;
      }
    }
    if (needs_value) continue;
    if (depth == 0) return std::string_view(begin, at_);
    const char close = open[static_cast<std::size_t>(depth - 1)];
    LEPTON_TRY(const bool more, next_item(close, false));
    if (!more) {
      --depth;
      continue;
    }
    if (close == '}') {
      LEPTON_TRY(const std::string name, key());
      (void)name;
    }
    needs_value = true;
  }
}

template <class T>
Result<void> JsonCursor::numbers_of(T* out, std::int64_t count) {
  LEPTON_CHECK_OK(expect('['));
  std::int64_t done = 0;
  int depth = 1;
  bool after_value = false;
  while (depth > 0) {
    const char c = peek();
    if (c == ']') {
      ++at_, --depth;
      after_value = true;
      continue;
    }
    if (after_value) {
      if (c != ',') return error("',' or ']' expected");
      ++at_;
      after_value = false;
      if (peek() == ']') return error("a number expected");
      continue;
    }
    if (c == '[') {
      if (depth == kMaxDepth) return error("nested too deeply");
      ++at_, ++depth;
      continue;
    }
    if (done == count) return make_error(ErrorCode::kShapeMismatch, "data has more than the {} elements of its shape", count);
    const char* const stop = read_element(at_, end_, out[done]);
    if (stop == nullptr) {
      if (end_of_number(at_, end_) == nullptr) return error("a number expected");
      return make_error(ErrorCode::kInvalidArgument, "data: the number at byte {} is none that the datatype has", at_ - begin_);
    }
    at_ = stop;
    ++done;
    after_value = true;
  }
  if (done != count) return make_error(ErrorCode::kShapeMismatch, "data has {} elements, its shape {}", done, count);
  return {};
}

Result<void> JsonCursor::numbers(const Tensor& tensor) {
  return visit_dtype(tensor.dtype(), [&]<class T>(TypeTag<T>) { return numbers_of(tensor.data<T>(), tensor.num_elements()); });
}

void append_numbers(std::string& out, const Tensor& tensor) {
  visit_dtype(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    bool first = true;
    for (const T value : tensor.span<T>()) {
      if (!first) out += ',';
      first = false;
      append_number(out, value);
    }
  });
}

void append_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace lepton::serve
