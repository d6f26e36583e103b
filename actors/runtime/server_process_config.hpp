// The configuration that the four processes of the SLA server share: options, log, shared memory. For main.cpp files
// alone: the only header of this folder that knows the transport.
#pragma once

#include "actors/runtime/process_config.hpp"
#include "shm/transport/settings.hpp"
#include "shm/transport/transport.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Base of a server process's configuration: section [shm], the roles, the codecs and the transport's module. A derived
/// class that overrides validate() begins with the mistakes of this one.
class server_process_config : public process_config, public shm::transport_settings {
public:
  /// `own_role`: one of sluice::roles.
  server_process_config(process_identity who, std::string_view own_role);

  [[nodiscard]] std::vector<std::string> validate() const override;
};

} // namespace sluice
