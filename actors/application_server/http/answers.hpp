// The answers that need nothing but what this process knows: JSON from the observatory and the terms. Pure.
#pragma once

#include "actors/application_server/http/call.hpp"
#include "actors/application_server/http/json.hpp"
#include "actors/application_server/http/message.hpp"
#include "actors/application_server/observatory/observatory.hpp"

#include <span>

namespace sluice::http {

/// Figures older than this are shown as zero: nothing was measured in the last full second. [two row patiences]
inline constexpr duration figures_valid_for = 2 * row_patience;

/// The two clocks at the moment of the request.
struct moment {
  instant now{0};
  wall_time label;
};

/// Answers the calls about streams, throttles, gateways, backends and events. @pre the call is one of these
[[nodiscard]] response answer_from(const observatory& known, const call& x, const moment& at);

/// Whether answer_from() answers it.
[[nodiscard]] bool is_about_the_present(operation x) noexcept;

// --- the terms, held by the desk -------------------------------------------------------------------------------------
/// A page of those that the asker sees and that have the wanted text in name, tenant or tier. @param x by name
[[nodiscard]] json agreements_json(std::span<const agreement> x, const call& of);
/// A page of the versions of one agreement. @param x newest first
[[nodiscard]] json versions_json(std::span<const agreement> x, const call& of);
[[nodiscard]] json policies_json(std::span<const policy_document> x);
[[nodiscard]] json order_json(const override_order& x);
/// A page of those in force at `now`. @param x by stream
[[nodiscard]] json orders_json(std::span<const override_order> x, wall_time now, const call& of);

/// The answer with the tag of the version that it shows.
[[nodiscard]] response tagged(response x, std::uint32_t version);

[[nodiscard]] json throttle_json(const throttle& x);

} // namespace sluice::http
