// What an actor of the application server does with messages that no interface names: it goes on.
#pragma once

#include "actors/runtime/log.hpp"

#include <caf/all.hpp>

namespace sluice {

/// By default CAF ends an actor at the first error message and prints what it does not know.
template<class Actor>
void drop_the_unexpected(Actor* self, caf::atom_value component) {
  self->set_default_handler(caf::drop);
  self->set_error_handler([self, component](caf::error& x) {
    log(log_events::request_failed, component, log_field{"request", "unknown"},
        log_field{"reason", self->system().render(x)});
  });
}

} // namespace sluice
