// In what two documents differ, field by field. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sluice::ctl {

/// One field. A value that is not there is `null`: documents as the server writes them hold none.
struct field_change {
  std::string path; ///< `spec.objective.latency[0].target`
  nlohmann::json before;
  nlohmann::json after;
};

/// By path, without `status`, which is the server's; of what is there on one side alone each field.
[[nodiscard]] std::vector<field_change> differences(const nlohmann::json& before, const nlohmann::json& after);

} // namespace sluice::ctl
