// Look, report, watch, report, look again.
#include "shm/transport/finder.hpp"

#include "actors/protocol/peers.hpp"
#include "actors/runtime/log.hpp"
#include "shm/transport/problem.hpp"

#include <caf/all.hpp>

namespace sluice::shm {

namespace {

constexpr auto component = caf::atom("transport");
constexpr auto look_again_after = std::chrono::milliseconds{100};

struct finder_state {
  static inline const char* name = "finder";
  std::string role;
  std::string wanted_name;
  interface wanted;
  caf::actor_addr listener;
  caf::actor_addr found;
  std::string last_reason; // logged when it changes
  /// Once it has found, nobody else refers to it, and CAF ends whom nobody refers to. Released by CAF when it quits.
  caf::strong_actor_ptr self;
};

using finder_actor = caf::stateful_actor<finder_state>;

void look(finder_actor* self) {
  auto& state = self->state;
  transport_of(self->system())
      .resolve(state.role, state.wanted_name, state.wanted,
               [me = caf::actor_cast<caf::actor>(self)](caf::expected<caf::strong_actor_ptr> answer) {
                 if (answer)
                   caf::anon_send(me, std::move(*answer));
                 else // as text: an actor that is sent a bare error ends
                   caf::anon_send(me, me->home_system().render(answer.error()));
               });
}

void not_found(finder_actor* self, const std::string& reason) {
  if (reason != self->state.last_reason) {
    self->state.last_reason = reason;
    log(log_events::peer_sought, component, log_field{"role", self->state.role},
        log_field{"name", self->state.wanted_name}, log_field{"reason", self->state.last_reason});
  }
  self->delayed_send(self, look_again_after, caf::tick_atom_v);
}

void tell(finder_actor* self, caf::message what) {
  if (auto listener = caf::actor_cast<caf::strong_actor_ptr>(self->state.listener))
    listener->enqueue(self->ctrl(), caf::make_message_id(), std::move(what), self->context());
}

caf::behavior finder(finder_actor* self, const std::string& role, const std::string& name, const interface& wanted,
                     const caf::strong_actor_ptr& listener) {
  auto& state = self->state;
  state.self = caf::strong_actor_ptr{self->ctrl()};
  state.role = role;
  state.wanted_name = name;
  state.wanted = wanted;
  state.listener = caf::actor_cast<caf::actor_addr>(listener);
  self->monitor(listener);
  self->set_down_handler([self](caf::down_msg& gone) {
    auto& known = self->state;
    if (gone.source == known.listener) {
      self->quit();
    } else if (gone.source == known.found) {
      known.found = nullptr;
      known.last_reason.clear();
      tell(self, caf::make_message(peer_down_atom_v, known.role, gone.reason));
      look(self);
    }
  });
  look(self);
  return {
      [self](caf::tick_atom) {
        look(self);
      },
      [self](const caf::strong_actor_ptr& found) {
        self->state.found = caf::actor_cast<caf::actor_addr>(found);
        self->monitor(found);
        tell(self, caf::make_message(peer_up_atom_v, self->state.role, found));
      },
      [self](const std::string& reason) {
        not_found(self, reason);
      },
  };
}

} // namespace

caf::actor spawn_finder(caf::actor_system& system, std::string role, std::string name, interface wanted,
                        const caf::strong_actor_ptr& listener) {
  return system.spawn(finder, std::move(role), std::move(name), std::move(wanted), listener);
}

} // namespace sluice::shm
