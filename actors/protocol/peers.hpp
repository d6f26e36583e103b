// How an actor learns that a named actor of another role came up or went down. Sent by shm/transport's finder.
#pragma once

#include <caf/atom.hpp>

// `(peer_up_atom, std::string role, caf::strong_actor_ptr)`: the actor was found; requests may be sent to it.
CAF_ADD_ATOM(sluice_peers, sluice, peer_up_atom, "peer-up")
// `(peer_down_atom, std::string role, caf::error)`: it is gone; another `peer_up_atom` follows when it is back.
CAF_ADD_ATOM(sluice_peers, sluice, peer_down_atom, "peer-down")
