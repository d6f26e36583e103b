// The list.
#include "tests/sim/controllers/catalogue.hpp"

#include "tests/sim/controllers/no_controller.hpp"
#include "tests/sim/controllers/sluice_controller.hpp"

#include <algorithm>
#include <array>

namespace sluice::sim {

namespace {

const std::array kinds{
    controller_kind{"sluice", "the core's own loop", make_sluice_controller},
    controller_kind{"none", "nobody controls anything", make_no_controller},
};

} // namespace

std::span<const controller_kind> controller_kinds() noexcept {
  return kinds;
}

const controller_kind* find_controller(std::string_view name) noexcept {
  const auto at = std::find_if(kinds.begin(), kinds.end(), [&](const controller_kind& x) {
    return x.name == name;
  });
  return at == kinds.end() ? nullptr : &*at;
}

} // namespace sluice::sim
