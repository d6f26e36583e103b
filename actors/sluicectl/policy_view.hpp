// A policy and its history as text. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace sluice::ctl {

/// Version, author and time in a line, then a row for each setting and tenant; one sentence where none was ever
/// established.
[[nodiscard]] std::string policy_text(const nlohmann::json& policy);

/// A row per version, newest first.
[[nodiscard]] std::string policy_history_text(const nlohmann::json& versions);

} // namespace sluice::ctl
