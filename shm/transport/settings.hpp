// What the transport must be told. Values only; the module finds them in the process's configuration.
#pragma once

#include "shm/transport/codec_table.hpp"

#include <caf/config_option_adder.hpp>
#include <caf/timespan.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace sluice::shm {

/// 50 us, about what waking a sleeper on another processor costs; nothing with one processor, where who polls keeps
/// away who would send.
[[nodiscard]] caf::timespan default_spin();

/// Mix it into the process's `caf::actor_system_config` subclass: the module finds it there by dynamic_cast.
struct transport_settings {
  virtual ~transport_settings() = default;

  // --- said by the program -------------------------------------------------------------------------------------------
  std::string role;               ///< which of `roles` this process is
  std::vector<std::string> roles; ///< all roles in the order of their numbers, the same in every process; at most 8
  codec_table codecs;             ///< the same in every process

  // --- said by the operator, section [shm] ---------------------------------------------------------------------------
  std::string instance = "default";   ///< several instances live side by side by name
  std::string directory = "/dev/shm"; ///< where the segments are; must be memory for speed, may be a shared volume
  std::uint32_t slots = 1024;         ///< per lane; a power of two
  std::uint32_t slot_size = 2048;     ///< [bytes]
  std::uint64_t outbox = 8u << 20;    ///< what may wait per peer while its mailbox is full [bytes]
  caf::timespan heartbeat_interval = std::chrono::milliseconds{250};
  caf::timespan hung_after = std::chrono::seconds{2}; ///< a living peer whose heartbeat stands still is reported
  caf::timespan spin = default_spin();                ///< how long the receiver may poll before it sleeps
  bool inline_execution = true;                       ///< run actors in the receiver's thread; none may block
};

/// Binds the operator's options, for example `add_transport_options(*this, opt_group{custom_options_, "shm"})`.
void add_transport_options(transport_settings& settings, caf::config_option_adder options);

/// What is wrong with the values; one line each, beginning with the key. Empty: nothing.
[[nodiscard]] std::vector<std::string> mistakes(const transport_settings& settings);

/// The transport cannot start: the role is running already, the directory is not writable, a peer has another layout.
/// One sentence for the operator. Thrown out of the constructor of caf::actor_system.
struct transport_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

} // namespace sluice::shm
