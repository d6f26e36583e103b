// Which role may ask what: one line per operation. Pure; that a customer sees its own tenant alone is looked after by
// whoever answers.
#pragma once

#include "actors/application_server/http/route.hpp"
#include "actors/domain/access.hpp"

namespace sluice::http {

/// What it takes to be asked.
struct right {
  access_role least = access_role::admin; ///< of viewer, operator and admin
  bool customers = false;                 ///< customers too, of their own tenant
};

[[nodiscard]] right right_of(operation x) noexcept;

/// Whether somebody in this role may ask at all.
[[nodiscard]] constexpr bool may(access_role who, const right& needed) noexcept {
  return who == access_role::customer ? needed.customers : who >= needed.least;
}

/// Whether it changes something or begins work, so that a browser must prove that it meant to.
[[nodiscard]] bool changes_something(operation x) noexcept;

} // namespace sluice::http
