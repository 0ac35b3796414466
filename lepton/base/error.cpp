// The table behind ErrorCode; docs/errors.md is generated from it.
#include "lepton/base/error.hpp"

#include <array>

namespace lepton {
namespace {

constexpr std::array<ErrorCodeInfo, 14> kErrorCodes = {{
    {ErrorCode::kShapeMismatch, "shape_mismatch", 400, 10, "ShapeError", "a tensor has a shape that the operation cannot take"},
    {ErrorCode::kDtypeMismatch, "dtype_mismatch", 400, 11, "DtypeError", "a tensor has a data type that the operation cannot take"},
    {ErrorCode::kInvalidArgument, "invalid_argument", 400, 12, "InvalidArgumentError", "a value is outside what is allowed"},
    {ErrorCode::kNotFound, "not_found", 404, 13, "NotFoundError", "a file, model, column or name does not exist"},
    {ErrorCode::kParseError, "parse_error", 400, 14, "ParseError", "a text or file does not follow its format"},
    {ErrorCode::kDataCorrupt, "data_corrupt", 422, 15, "DataCorruptError", "a file is damaged or truncated"},
    {ErrorCode::kUnsupported, "unsupported", 501, 16, "UnsupportedError", "the request is valid but this program cannot do it"},
    {ErrorCode::kIoError, "io_error", 500, 17, "IoError", "reading or writing failed (disk full, no rights, device error)"},
    {ErrorCode::kUnavailable, "unavailable", 503, 18, "UnavailableError", "something needed is busy or not there now; try again"},
    {ErrorCode::kDeadlineExceeded, "deadline_exceeded", 504, 19, "DeadlineExceededError", "the time allowed ran out"},
    {ErrorCode::kResourceExhausted, "resource_exhausted", 429, 20, "ResourceExhaustedError", "a limit of memory, size or queue is reached"},
    {ErrorCode::kCancelled, "cancelled", 499, 21, "CancelledError", "the user or the client stopped the work"},
    {ErrorCode::kPermissionDenied, "permission_denied", 403, 22, "PermissionDeniedError", "the caller may not do this"},
    {ErrorCode::kInternal, "internal", 500, 70, "InternalError", "a fault of Lepton itself; please report it"},
}};

}  // namespace

const ErrorCodeInfo& error_code_info(ErrorCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < kErrorCodes.size() ? kErrorCodes[index] : kErrorCodes.back();
}

namespace detail {

void assertion_failed(const char* file, int line, const char* expression, const std::string& text) {
  throw Error(ErrorCode::kInternal, fmt::format("{}:{}: assertion failed: {}{}{}", file, line, expression, text.empty() ? "" : ": ", text));
}

}  // namespace detail
}  // namespace lepton
