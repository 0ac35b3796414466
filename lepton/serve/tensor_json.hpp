// Numbers between JSON and tensors, without a tree between them: bodies of a million numbers are the rule here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "lepton/tensor/tensor.hpp"

namespace lepton::serve {

/// A cursor over JSON text that was not checked before. What it reads is bounded by the text and by the depth of nesting.
class JsonCursor {
 public:
  static constexpr int kMaxDepth = 32;

  explicit JsonCursor(std::string_view text) : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  /// The next character that is no white space; '\0' at the end.
  char peek();
  /// Goes past `c` if it is next.
  bool take(char c);
  /// Errors:  kParseError with the place.
  Result<void> expect(char c);
  /// True at the first call inside "[…]" or "{…}" and after each comma; false past the closing bracket `close`. kParseError for anything
  /// else.
  Result<bool> next_item(char close, bool first);
  Result<std::string> text();
  /// The key of a member and its colon.
  Result<std::string> key();
  Result<std::int64_t> integer();
  Result<bool> boolean();
  /// Goes past any value and returns its text.
  Result<std::string_view> skip();
  bool at_end() { return peek() == '\0'; }

  /// Reads numbers (true and false for kBool), in nested arrays of any form, into `tensor`, which is contiguous. Numbers are rounded to the
  /// nearest value that the dtype has.
  /// Errors:  kParseError; kShapeMismatch if there are more or fewer than the tensor has; kInvalidArgument for a number that the dtype
  /// cannot
  ///          hold.
  Result<void> numbers(const Tensor& tensor);

  Error error(std::string_view what) const;

 private:
  template <class T>
  Result<void> numbers_of(T* out, std::int64_t count);
  const char* begin_;
  const char* at_;
  const char* end_;
};

/// Reads the decimal number that `text` begins with, correctly rounded. Returns the place after it; null if there is none or it is too
/// large.
const char* read_float(const char* begin, const char* end, float& value);

/// Appends the elements of a contiguous tensor: "1,2.5,…", in the fewest digits that read back equal; what is not finite as the texts
/// "NaN", "Infinity" and "-Infinity" (JSON has no such numbers).
void append_numbers(std::string& out, const Tensor& tensor);

/// Appends `text` as a JSON string.
void append_text(std::string& out, std::string_view text);

}  // namespace lepton::serve
