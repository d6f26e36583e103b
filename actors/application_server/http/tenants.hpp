// The list of tenants: who agreements are with, and who has a share by the policy. Pure.
#pragma once

#include "actors/application_server/http/call.hpp"
#include "actors/application_server/http/message.hpp"
#include "actors/domain/agreement.hpp"
#include "actors/domain/policy_document.hpp"

#include <span>

namespace sluice::http {

/// A page of them, by name. A customer sees itself.
[[nodiscard]] response tenants(std::span<const agreement> in_force, const policy_document& policy, const call& of);

} // namespace sluice::http
