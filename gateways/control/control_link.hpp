// The gateway's side of the control link, as an actor: connects to the performance monitor, registers, sends samples,
// applies throttles, and does so again for as long as the gateway lives. Touches no request.
#pragma once

#include "actors/protocol/interfaces.hpp"
#include "actors/runtime/line_limiter.hpp"
#include "gateways/control/data_path.hpp"
#include "gateways/control/event_buffer.hpp"
#include "gateways/control/reconnect.hpp"

#include <caf/all.hpp>
#include <caf/io/middleman_actor.hpp>

#include <memory>
#include <random>
#include <string>

namespace sluice::gateway {

struct control_options {
  gateway_info
      self; ///< what the gateway says of itself; name, incarnation, version; the volumes are asked for at each hello
  std::string server; ///< of the performance monitor; empty = run alone
  std::uint16_t port = 4747;
  duration sample_interval = std::chrono::milliseconds{100};
  duration hello_interval = std::chrono::seconds{10};
  duration hello_timeout = std::chrono::seconds{5};
  duration connect_timeout = std::chrono::seconds{30};
  std::size_t batch = 1024;     ///< samples in one message; what the performance monitor takes
  std::size_t throttles = 8192; ///< taken in one message, or renewed by one
};

/// gateway_actor is what the server sees of it.
using control_actor = gateway_actor::extend<
    // INTERNAL: an interval is over: collect, send, log.
    caf::reacts_to<tick_atom>,
    // INTERNAL: try to connect now.
    caf::reacts_to<caf::connect_atom>,
    // INTERNAL: repeat the hello of this connection.
    caf::reacts_to<hello_atom, std::uint64_t>>;

enum class link_phase : std::uint8_t {
  alone,      ///< no server is configured
  waiting,    ///< for the next attempt
  connecting, ///< the middleman tries
  greeting,   ///< TCP stands, the hello is not answered yet
  registered,
};

struct link_state {
  static inline const char* name = "control-link";

  control_options options;
  data_path path;
  std::shared_ptr<event_buffer> events;
  caf::io::middleman_actor connector;

  link_phase phase = link_phase::alone;
  gateway_door_actor door;
  std::uint64_t connection = 0; ///< counts connections; what belongs to an earlier one is ignored
  std::uint64_t sequence = 0;   ///< of the last batch
  caf::actor_clock::time_point next_tick;
  reconnect_delay delay;
  std::minstd_rand chance;
  line_limiter failures;
  line_limiter refusals;
  line_limiter not_renewed;
};

/// @param connector connects over plain TCP or TLS. @param events may be filled by other threads
control_actor::behavior_type control_link(control_actor::stateful_pointer<link_state> self, control_options options,
                                          data_path path, std::shared_ptr<event_buffer> events,
                                          caf::io::middleman_actor connector);

} // namespace sluice::gateway
