// Carries CAF messages between the processes of an instance through their mailboxes (R8, R9).
#pragma once

#include "shm/mailslot/inbox.hpp"
#include "shm/mailslot/participant.hpp"
#include "shm/transport/assembler.hpp"
#include "shm/transport/burst_cache.hpp"
#include "shm/transport/counters.hpp"
#include "shm/transport/courier.hpp"
#include "shm/transport/name_table.hpp"
#include "shm/transport/peer_table.hpp"
#include "shm/transport/receiver_unit.hpp"
#include "shm/transport/settings.hpp"

#include <caf/proxy_registry.hpp>

#include <optional>
#include <thread>

namespace sluice::shm {

/// Thread safe between start() and stop(), except where noted.
class transport final : public caf::proxy_registry::backend {
public:
  transport(caf::actor_system& system, const transport_settings& settings);
  ~transport() override;

  /// Takes the role and makes the mailbox. @throws transport_error
  void acquire();
  void start();
  /// Lets what waits go out for at most 200 ms, then leaves.
  void stop();

  /// Our node id. @pre acquire() has returned
  [[nodiscard]] caf::node_id node() const;

  /// Makes an actor of this process known under a name.
  void publish(const std::string& name, const caf::strong_actor_ptr& who);

  /// Asks the process of `role` for the actor `name`. Never waits; `answer` is called exactly once, possibly before
  /// this returns. Fails with problem::not_running, not_published, other_interface, unusable, or overloaded.
  void resolve(const std::string& role, const std::string& name, interface wanted, resolve_callback answer);

  [[nodiscard]] transport_counters counters() const;

  // --- for proxies -------------------------------------------------------------------------------------------------
  /// Puts a message for actor `destination` into the mailbox of its home; answers a request that cannot go with an
  /// error.
  void ship(peer& home, caf::actor_id destination, caf::mailbox_element& what);
  /// Tells `home` soon that `local` is (or is no longer) linked to its actor.
  void defer_link(const peer_ptr& home, caf::actor_id remote, caf::strong_actor_ptr local, bool linked);

  // --- for CAF's proxy registry ------------------------------------------------------------------------------------
  /// Runs under the registry's lock: never blocks and never calls the registry.
  caf::strong_actor_ptr make_proxy(caf::node_id node, caf::actor_id id) override;
  void set_last_hop(caf::node_id*) override;

private:
  struct arrival; // one message with what is known of its sender

  // outbound.cpp
  caf::error encode(const caf::mailbox_element& what, message_header& header, importance& class_,
                    std::vector<char>& into);
  void send_control(peer& to, std::uint32_t operation, caf::actor_id destination, caf::actor_id source,
                    std::uint64_t correlation = 0, std::span<const std::byte> body = {});
  void say_delegated(const peer& home, const caf::mailbox_element& what);
  void after_send(send_result how);
  void make_reachable(const caf::strong_actor_ptr& local);

  // inbound.cpp
  void receive();
  bool receive_lane(std::uint32_t role);
  void receive_message(std::uint32_t role);
  void receive_fragment(std::uint32_t role, const arrival& x);
  void dispatch(const arrival& x);
  void on_watch(const arrival& x);
  void on_down(const arrival& x);
  void on_link(const arrival& x);
  void on_delegated(const arrival& x);
  void on_resolve(const arrival& x);
  void on_resolved(const arrival& x);
  void on_message(const arrival& x);
  caf::mailbox_element_ptr decode(const arrival& x, caf::strong_actor_ptr& sender, caf::error& problem);
  void refuse_arrival(const arrival& x, const caf::strong_actor_ptr& sender, const caf::error& why);
  caf::strong_actor_ptr source_of(const arrival& x);
  peer_ptr sender_of(const message_header& header);

  void report_refusal();
  void on_death(const peer_ptr& dead);
  void end_dead();
  void end(const peer_ptr& dead);

  caf::actor_system& system_;
  const transport_settings& settings_;
  const place where_;
  caf::proxy_registry proxies_;
  std::optional<membership> own_;
  std::optional<inbox> inbox_;
  std::optional<peer_table> peers_;
  std::optional<courier> courier_;
  name_table names_;
  std::thread receiver_;
  std::mutex dying_mutex_;
  std::vector<peer_ptr> dying_; ///< dead, but their last messages may still be in our mailbox
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> malformed_{0};
  std::atomic<std::uint64_t> deaths_{0};
  std::atomic<std::uint64_t> hung_{0};

  // receiver's thread only
  receiver_unit unit_;
  burst_cache burst_;
  message_header header_;
  std::vector<std::byte> parameters_;
  std::array<assembler, max_roles + 1> assemblers_;
  std::array<peer_ptr, max_roles + 1> senders_;
  std::array<std::uint64_t, max_roles + 1> gone_{}; ///< a life that has ended: not to be looked for again
};

/// The transport of a system. @pre load_transport() was called on its configuration
[[nodiscard]] transport& transport_of(caf::actor_system& system);

/// Makes actor systems of this configuration use the transport. The configuration must also be a transport_settings.
void load_transport(caf::actor_system_config& config);

} // namespace sluice::shm
