// Who is told of which events, as the operator configured it. Opens nothing, sends nothing.
#pragma once

#include "actors/domain/event.hpp"
#include "actors/domain/units.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace sluice::webhooks {

/// Most webhooks of a server. Chosen: each has a queue of its own; who has more receivers needs something that fans
/// out.
inline constexpr std::size_t max_subscriptions = 16;

/// Longest URL [bytes]. Chosen: what proxies and servers take.
inline constexpr std::size_t max_url_size = 2'048;

/// An attempt that takes longer has failed; what may be configured.
inline constexpr duration default_time_out = std::chrono::seconds{10};
inline constexpr duration least_time_out = std::chrono::milliseconds{100};
inline constexpr duration most_time_out = std::chrono::minutes{1};

struct subscription {
  std::string name;
  std::string url;         ///< may hold a secret: never logged
  std::string secret_file; ///< holds what deliveries are signed with
  std::string ca_file;     ///< PEM: who signs the receiver's certificate; empty = those the machine trusts
  std::set<event_kind> kinds;
  duration time_out = default_time_out;
};

/// Those that say that a promise, a backend or a gateway is in trouble, and that it is over.
[[nodiscard]] const std::set<event_kind>& default_kinds();

/// The kind of a name as in the API, for example `gateway-lost`.
[[nodiscard]] std::optional<event_kind> parse_event_kind(std::string_view name) noexcept;

/// What was expected instead of this URL; empty if it is good. Never repeats the URL.
[[nodiscard]] std::string problem_with_url(std::string_view url);

} // namespace sluice::webhooks
