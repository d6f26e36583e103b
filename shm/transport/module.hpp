// How the transport gets into an actor system: a module in the place that CAF 0.17.6 reserves and leaves empty.
#pragma once

#include "shm/transport/transport.hpp"

#include <caf/actor_system.hpp>
#include <caf/detail/type_list.hpp>

namespace caf::net {

/// CAF 0.17.6 declares this class, befriends it and reserves a module number for it, but does not define it (README,
/// decision 1). A shell around sluice::shm::transport, and the only code that touches CAF's private parts.
class middleman final : public actor_system::module {
public:
  explicit middleman(actor_system& system);

  template<class... Ts>
  static actor_system::module* make(actor_system& system, detail::type_list<Ts...>) {
    return new middleman(system);
  }

  /// Takes role and mailbox; sets the system's node id. @throws sluice::shm::transport_error
  void init(actor_system_config&) override;
  void start() override;
  void stop() override;
  id_t id() const override;
  void* subtype_ptr() override;

  [[nodiscard]] sluice::shm::transport& carrier() {
    return transport_;
  }

private:
  actor_system& system_;
  sluice::shm::transport transport_;
};

} // namespace caf::net
