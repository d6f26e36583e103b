// The list.
#include "tests/sim/controllers/catalogue.hpp"

#include "tests/sim/controllers/aimd.hpp"
#include "tests/sim/controllers/mclock.hpp"
#include "tests/sim/controllers/no_controller.hpp"
#include "tests/sim/controllers/parda.hpp"
#include "tests/sim/controllers/sluice_controller.hpp"
#include "tests/sim/controllers/static_limits.hpp"

#include <algorithm>
#include <array>

namespace sluice::sim {

namespace {

const std::array kinds{
    controller_kind{"sluice", "the core's own loop", make_sluice_controller},
    controller_kind{"none", "nobody controls anything", make_no_controller},
    controller_kind{"static-limits", "limits that are set once", make_static_limits},
    controller_kind{"aimd", "rates that rise by steps and fall by a factor", make_aimd},
    controller_kind{"parda", "windows by latency, after PARDA (FAST 2009)", make_parda},
    controller_kind{"mclock", "tags at the device, after mClock (OSDI 2010)", make_no_controller, make_mclock},
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
