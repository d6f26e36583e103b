// What a proxy does with messages, links and its end.
#include "shm/transport/proxy.hpp"

#include "shm/transport/transport.hpp"

#include <caf/all.hpp>

namespace sluice::shm {

void refuse(const caf::mailbox_element& what, const caf::error& why) {
  if (what.sender && what.mid.is_request())
    what.sender->enqueue(caf::make_mailbox_element(nullptr, what.mid.response_id(), {}, why), nullptr);
}

proxy::proxy(caf::actor_config& config, transport& owner, peer_ptr home)
    : caf::actor_proxy(config), owner_(owner), home_(std::move(home)) {}

void proxy::enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) {
  if (!home_ || home_->down() || getf(is_terminated_flag)) {
    refuse(*what, caf::make_error(caf::exit_reason::remote_link_unreachable));
    return;
  }
  auto& content = what->content();
  if (content.size() == 1 && content.match_element<caf::exit_msg>(0))
    unlink_from(content.get_as<caf::exit_msg>(0).source);
  owner_.ship(*home_, id(), *what);
}

// Both run inside the critical sections of both actors: nothing may be sent or registered here, hence deferred.
bool proxy::add_backlink(caf::abstract_actor* other) {
  if (!monitorable_actor::add_backlink(other))
    return false;
  if (home_)
    owner_.defer_link(home_, id(), caf::strong_actor_ptr{other->ctrl()}, true);
  return true;
}

bool proxy::remove_backlink(caf::abstract_actor* other) {
  if (!monitorable_actor::remove_backlink(other))
    return false;
  if (home_)
    owner_.defer_link(home_, id(), caf::strong_actor_ptr{other->ctrl()}, false);
  return true;
}

void proxy::kill_proxy(caf::execution_unit* context, caf::error reason) {
  cleanup(std::move(reason), context);
}

const char* proxy::name() const {
  return "shm-proxy";
}

} // namespace sluice::shm
