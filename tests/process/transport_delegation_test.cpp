// Requests that the process asked hands on to another one: who answers, and who says so when a process dies meanwhile.
#include "tests/process/transport_world.hpp"

using namespace sluice::shm;
using namespace sluice::shm::test;

TEST_SUITE_BEGIN("process.transport.delegation");

namespace {

/// Alpha (we) has asked beta, beta has handed the request on to gamma, and gamma owes the answer.
struct triangle {
  world here;
  child_process beta = here.start("beta");
  child_process gamma = here.start("gamma");
  caf::actor asked = here.boss("beta");
  caf::actor owing = here.boss("gamma");

  auto ask_in_vain() {
    REQUIRE(asked);
    REQUIRE(owing);
    auto pending = (*here.self)->request(asked, caf::infinite, delegate_atom_v, owing);
    // Lanes keep the order: beta has handed it on, and said so, before it answers this.
    CHECK(here.ask<std::int32_t>(asked, pid_atom_v) == std::to_string(beta.pid()));
    return pending;
  }

  template<class Pending>
  std::string outcome_of(Pending& pending) {
    std::string became;
    pending.receive(
        [&](std::int32_t x) {
          became = std::to_string(x);
        },
        [&](const caf::error& e) {
          became = here.system->render(e);
        });
    return became;
  }
};

} // namespace

TEST_CASE("a delegated request fails when the process dies that owes the answer") {
  triangle x;
  auto pending = x.ask_in_vain();
  x.gamma.signal(SIGKILL);
  CHECK(x.outcome_of(pending) == "exit_reason(remote_link_unreachable)");
}

TEST_CASE("a delegated request outlives the process that handed it on") {
  triangle x;
  auto pending = x.ask_in_vain();
  (*x.here.self)->monitor(x.asked);
  x.beta.signal(SIGKILL);
  CHECK(x.here.next_down() == "exit_reason(remote_link_unreachable)");
  CHECK(x.here.ask<std::int32_t>(x.owing, slow_atom_v, 42) == "42"); // gamma answers now
  CHECK(x.outcome_of(pending) == "42");
}

TEST_CASE("a request delegated to a process that is dead already fails") {
  triangle x;
  REQUIRE(x.here.ask<std::int32_t>(x.asked, delegate_atom_v, x.owing, 7) == "7"); // beta knows gamma
  x.gamma.signal(SIGKILL);
  x.gamma.wait();
  auto pending = (*x.here.self)->request(x.asked, caf::infinite, delegate_atom_v, x.owing);
  CHECK(x.outcome_of(pending) == "exit_reason(remote_link_unreachable)");
}

TEST_CASE("a request delegated back to the process that asked is answered there") {
  triangle x;
  const auto mine = x.here.system->spawn([]() -> caf::behavior {
    return {[](slow_atom) {
      return std::int32_t{3};
    }};
  });
  auto pending = (*x.here.self)->request(x.asked, caf::infinite, delegate_atom_v, mine);
  CHECK(x.outcome_of(pending) == "3");
  caf::anon_send_exit(mine, caf::exit_reason::user_shutdown);
}

TEST_SUITE_END();
