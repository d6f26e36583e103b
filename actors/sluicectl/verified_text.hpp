// What a verified export says, for people and as JSON. What wrote it is verify.cpp.
#pragma once

#include "actors/evidence/verifier.hpp"

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>

namespace sluice::ctl {

void print(const evidence::verified_export& x, std::ostream& out);

[[nodiscard]] nlohmann::json as_json(const evidence::verified_export& x);

} // namespace sluice::ctl
