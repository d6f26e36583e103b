// What a customer may see of what is known: its own tenant's streams and agreements, and no names of others. Everybody
// else sees everything. Pure.
#pragma once

#include "actors/application_server/observatory/observatory.hpp"
#include "actors/domain/access.hpp"
#include "actors/domain/admission.hpp"

#include <optional>
#include <span>
#include <string>

namespace sluice::http {

[[nodiscard]] bool sees_stream(const observatory& known, const caller& who, const stream_id& x);
[[nodiscard]] bool sees_agreement(const observatory& known, const caller& who, const std::string& name);

/// The throttle as it may be told: without the name of somebody else's agreement. Null: nothing.
[[nodiscard]] std::optional<throttle> as_seen_by(const observatory& known, const caller& who, const throttle* x);

/// The agreement that governs a stream, as a customer may know of it: none that is with another tenant.
[[nodiscard]] const agreement* governing(const observatory& known, const caller& who, const stream_id& x);

/// What admission said, without the names of others' agreements for a customer.
[[nodiscard]] admission_verdict as_seen_by(std::span<const agreement> agreements, const caller& who,
                                           admission_verdict x);

} // namespace sluice::http
