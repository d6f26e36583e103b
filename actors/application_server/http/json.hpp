// The JSON type of the HTTP interface: keys keep the order in which they are written, as people read them.
#pragma once

#include <nlohmann/json.hpp>

namespace sluice::http {

using json = nlohmann::ordered_json;

} // namespace sluice::http
