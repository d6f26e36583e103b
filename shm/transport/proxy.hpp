// Stands for an actor of another process: puts its messages into that process's mailbox, in the sender's thread.
#pragma once

#include "shm/transport/peer.hpp"

#include <caf/actor_proxy.hpp>

namespace sluice::shm {

class transport;

class proxy final : public caf::actor_proxy {
public:
  proxy(caf::actor_config& config, transport& owner, peer_ptr home);

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) override;
  bool add_backlink(caf::abstract_actor* other) override;
  bool remove_backlink(caf::abstract_actor* other) override;
  void kill_proxy(caf::execution_unit* context, caf::error reason) override;
  const char* name() const override;

private:
  transport& owner_;
  const peer_ptr home_; // nullptr: it was dead when we heard of it
};

/// Answers a request with an error; does nothing for other messages.
void refuse(const caf::mailbox_element& what, const caf::error& why);

} // namespace sluice::shm
