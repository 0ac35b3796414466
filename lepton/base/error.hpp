// The one table of error codes and the two ways an error travels: thrown (`Error`) when the caller or we are at fault,
// returned (`Result<T>`) when the outside world is.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace lepton {

enum class ErrorCode : std::uint8_t {
  kShapeMismatch,
  kDtypeMismatch,
  kInvalidArgument,
  kNotFound,
  kParseError,
  kDataCorrupt,
  kUnsupported,
  kIoError,
  kUnavailable,
  kDeadlineExceeded,
  kResourceExhausted,
  kCancelled,
  kPermissionDenied,
  kInternal,
};

/// What the outside sees of a code: its name in texts and JSON, HTTP status, CLI exit code and Python class.
struct ErrorCodeInfo {
  ErrorCode code;
  std::string_view name;
  int http_status;
  int exit_code;
  std::string_view python_class;
  std::string_view meaning;
};

/// Returns the row of the error table for `code`.
const ErrorCodeInfo& error_code_info(ErrorCode code);

/// An error with its code and a text of one line: component, expectation, values last.
///
/// Context (file, line, model, node, byte offset) is put in front as the error crosses layers; the code stays.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const char* what() const noexcept override { return message_.c_str(); }

  /// Returns the same error with `context` and ": " in front of its text.
  Error with_context(std::string_view context) const { return {code_, fmt::format("{}: {}", context, message_)}; }

 private:
  ErrorCode code_;
  std::string message_;
};

/// Makes an Error from a format string, for `return`.
template <class... Args>
Error make_error(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return {code, fmt::format(format, std::forward<Args>(args)...)};
}

/// Throws an Error made from a format string: the caller is at fault.
template <class... Args>
[[noreturn]] void fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(code, fmt::format(format, std::forward<Args>(args)...));
}

/// A value or the error that prevented it; the outside world is at fault. Member names are those of std::expected.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  /// Returns the value, or throws the error: how façades turn a Result into an exception.
  T& value() & {
    throw_if_error();
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    throw_if_error();
    return *std::get_if<0>(&state_);
  }
  /// By value: a loop over a part of `f().value()` must not outlive it.
  T value() && {
    throw_if_error();
    return std::move(*std::get_if<0>(&state_));
  }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const { return std::get<1>(state_); }

  template <class U>
  T value_or(U&& other) const& {
    return has_value() ? *std::get_if<0>(&state_) : static_cast<T>(std::forward<U>(other));
  }

  /// Returns this result, its error (if any) with `context` in front.
  Result with_context(std::string_view context) && {
    if (has_value()) return std::move(*this);
    return error().with_context(context);
  }

 private:
  void throw_if_error() const {
    if (!has_value()) throw error();
  }
  std::variant<T, Error> state_;
};

/// Success without a value, or an error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  void value() const {
    if (error_) throw *error_;
  }
  const Error& error() const { return *error_; }
  Result with_context(std::string_view context) && {
    if (has_value()) return {};
    return error_->with_context(context);
  }

 private:
  std::optional<Error> error_;
};

/// Runs `body` and turns a thrown Error into a returned one; any other exception becomes kInternal.
template <class Body>
auto catch_error(Body&& body) -> Result<std::invoke_result_t<Body>> {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Body>>) {
      body();
      return {};
    } else {
      return body();
    }
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::kResourceExhausted, "out of memory");
  } catch (const std::exception& error) {
    return Error(ErrorCode::kInternal, error.what());
  }
}

namespace detail {
[[noreturn]] void assertion_failed(const char* file, int line, const char* expression, const std::string& text);
}  // namespace detail

}  // namespace lepton

#define LEPTON_CONCAT_INNER(a, b) a##b
#define LEPTON_CONCAT(a, b) LEPTON_CONCAT_INNER(a, b)

/// LEPTON_TRY(auto x, expression): x is the value of the Result, or the enclosing function returns its error.
#define LEPTON_TRY(declaration, expression)                                               \
  auto LEPTON_CONCAT(result_, __LINE__) = (expression);                                   \
  if (!LEPTON_CONCAT(result_, __LINE__)) return LEPTON_CONCAT(result_, __LINE__).error(); \
  declaration = std::move(*LEPTON_CONCAT(result_, __LINE__))

/// LEPTON_CHECK_OK(expression): returns the error of a Result<void> from the enclosing function.
#define LEPTON_CHECK_OK(expression)                                    \
  do {                                                                 \
    if (auto result_ = (expression); !result_) return result_.error(); \
  } while (false)

/// Throws kInternal when an invariant of ours is broken; stays on in release builds.
#define LEPTON_ASSERT(condition, ...)                                                                               \
  do {                                                                                                              \
    if (!(condition)) ::lepton::detail::assertion_failed(__FILE__, __LINE__, #condition, std::string(__VA_ARGS__)); \
  } while (false)

#define LEPTON_UNREACHABLE(...) ::lepton::detail::assertion_failed(__FILE__, __LINE__, "unreachable", std::string(__VA_ARGS__))
