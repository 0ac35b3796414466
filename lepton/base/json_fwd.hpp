// The name Json without its heavy header: for headers that only pass JSON along. Sources that look inside include json.hpp.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace lepton {

/// A JSON value. Objects keep their keys sorted, so equal values have equal texts.
using Json = nlohmann::json;

}  // namespace lepton
