// Instances beside each other and after each other in one directory. Not two processes of one role, nor two layouts.
#include "tests/process/transport_world.hpp"

using namespace sluice::shm;
using namespace sluice::shm::test;

TEST_SUITE_BEGIN("process.transport.instance");

TEST_CASE("instances of different names live side by side in one directory, each with the same roles") {
  world here;
  auto beta = here.start("beta");
  auto other = here.start("beta", {"--shm.instance=other"});
  const place elsewhere{here.directory.path(), "other"};
  CHECK(eventually([&] {
    return std::filesystem::exists(elsewhere.segment("beta"));
  }));
  const auto boss = here.boss();
  REQUIRE(boss);
  CHECK(here.ask<std::int32_t>(boss, pid_atom_v) == std::to_string(beta.pid()));
  other.signal(SIGKILL);
  CHECK(other.wait() == -SIGKILL);
  CHECK(here.ask<std::int32_t>(boss, pid_atom_v) == std::to_string(beta.pid()));
}

TEST_CASE("what killed processes leave behind is replaced by their next lives and removed by the last orderly end") {
  world here;
  const place where{here.directory.path(), "default"};
  auto beta = here.start("beta");
  REQUIRE(here.boss());
  beta.signal(SIGKILL);
  beta.wait();
  CHECK(std::filesystem::exists(where.segment("beta")));
  const auto left = segment::open(where.segment("beta"), 2)->incarnation();

  auto again = here.start("beta");
  const auto boss = here.boss();
  REQUIRE(boss);
  CHECK(here.ask<std::int32_t>(boss, pid_atom_v) == std::to_string(again.pid()));
  CHECK(segment::open(where.segment("beta"), 2)->incarnation() != left);
  again.signal(SIGKILL);
  again.wait();
  here.self.reset();
  here.system.reset();
  CHECK(std::filesystem::is_empty(here.directory.path()));
}

TEST_SUITE_END();
