// What both ends of the TCP link between performance monitor and gateways share: heartbeats, and the rule that plain
// TCP stays on the loopback. Knows no message.
#pragma once

#include "actors/runtime/process_config.hpp"

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>
#include <caf/io/middleman_actor.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tcp_link {

/// Loads CAF's middleman with our defaults: a heartbeat every 500 ms, a silent peer is given up after 2 s (the usual
/// lease), strangers of another CAF application are refused. To be called in the configuration's constructor.
void load(process_config& config);

/// True for 127.0.0.0/8, ::1 and `localhost`. Any other name counts as remote: what it resolves to may change.
[[nodiscard]] bool is_loopback(std::string_view address);

/// True if [openssl] names a certificate: then the link is TLS with mutual certificates, on the loopback as well.
[[nodiscard]] bool tls_configured(const caf::actor_system_config& config);

/// What is wrong with the link to or on `address`, the value of option `key`; one line each, beginning with a key. A
/// remote address needs [openssl] certificate, key and cafile, or `allow_insecure`: in plain TCP 32 bytes of a stranger
/// make CAF's protocol allocate gigabytes.
[[nodiscard]] std::vector<std::string> mistakes(const caf::actor_system_config& config, std::string_view key,
                                                std::string_view address, bool allow_insecure);

/// Loads the TLS module if it is configured, after a trial of the files: CAF itself would end the process at the first
/// connection. To be called from process_config::prepare(). @throws resource_missing
void prepare(process_config& config);

/// One line of warning if the link to or on `address` is neither TLS nor on the loopback. For main.cpp, at the start.
void warn_if_insecure(const caf::actor_system_config& config, const std::string& address);

/// The actor that connects and publishes, over TLS if that is configured.
[[nodiscard]] caf::io::middleman_actor connector(caf::actor_system& system);

/// Publishes `door` on TCP; returns the port that was bound. Waits for the middleman: for main.cpp, not for actors.
/// @throws resource_missing with the system's reason (port in use, not an address of this machine)
std::uint16_t publish(caf::actor_system& system, const caf::strong_actor_ptr& door, std::set<std::string> interface,
                      const std::string& address, std::uint16_t port);

} // namespace sluice::tcp_link
