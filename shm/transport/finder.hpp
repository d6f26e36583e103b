// An actor that looks for a named actor of another role for as long as its listener lives.
#pragma once

#include "shm/transport/transport.hpp"

#include <caf/actor.hpp>

#include <string>

namespace sluice::shm {

/// Asks every 100 ms until the actor `name` of `role` is found with the handlers `wanted` (empty: any), then sends
/// `listener` `(peer_up_atom, role, strong_actor_ptr)`, monitors the actor, and when it is gone sends
/// `(peer_down_atom, role, reason)` and looks again. Ends with its listener, or by an exit message.
caf::actor spawn_finder(caf::actor_system& system, std::string role, std::string name, interface wanted,
                        const caf::strong_actor_ptr& listener);

/// The same for an actor of the type `Handle`, for example
/// `spawn_finder<sla_core_actor>(system, "sla-core", sla_core_name, listener)`.
template<class Handle, class Listener>
caf::actor spawn_finder(caf::actor_system& system, std::string role, std::string name, const Listener& listener) {
  return spawn_finder(system, std::move(role), std::move(name), system.message_types<Handle>(),
                      caf::actor_cast<caf::strong_actor_ptr>(listener));
}

} // namespace sluice::shm
