// The list of tenants: who agreements are with, and who has a share by the policy. Pure.
#pragma once

#include "actors/application_server/http/message.hpp"
#include "actors/domain/access.hpp"
#include "actors/domain/agreement.hpp"
#include "actors/domain/policy_document.hpp"

#include <span>

namespace sluice::http {

/// By name. A customer sees itself.
[[nodiscard]] response tenants(std::span<const agreement> in_force, const policy_document& policy, const caller& asker);

} // namespace sluice::http
