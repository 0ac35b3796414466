// Text files in the encodings that people have: UTF-8 with or without a byte order mark, and GB18030.
#pragma once

#include <string>
#include <string_view>

#include "lepton/base/error.hpp"

namespace lepton::data {

/// Returns `bytes` as UTF-8.
///
/// `encoding` is "" to find out (UTF-8 if it is valid, else GB18030), or "utf-8" or "gb18030".
/// Errors:  kParseError with line and column for bytes that are not of the encoding; kUnsupported for UTF-16 and unknown names.
Result<std::string> to_utf8(std::string bytes, std::string_view encoding = "");

}  // namespace lepton::data
