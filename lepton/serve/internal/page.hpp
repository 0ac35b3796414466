// The page at /, as text.
#pragma once

#include <string_view>

namespace lepton::serve {

extern const std::string_view kPageHtml;
extern const std::string_view kPageScript;
extern const std::string_view kPageStyle;

}  // namespace lepton::serve
