// Who runs and who has died, by file locks. Two memberships in one process stand for two processes: the locks belong to
// open files, not to processes.
#include "shm/mailslot/death_watch.hpp"
#include "shm/mailslot/layout.hpp"
#include "shm/mailslot/participant.hpp"
#include "tests/unit/mailslot_fixture.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <future>

using namespace sluice::shm;
using namespace sluice::shm::test;

namespace {

struct instance {
  scratch_directory directory;
  place where{directory.path(), "test"};

  membership join(std::uint32_t role) const {
    return must(membership::join(where, role, "role-" + std::to_string(role)));
  }
};

} // namespace

TEST_SUITE_BEGIN("unit.mailslot.participant");

TEST_CASE("every life of a role has a number of its own, which its incarnation carries") {
  const instance x;
  const auto other = x.join(2); // keeps the instance from being cleaned up
  std::uint32_t life = 0;
  for (int i = 0; i < 3; ++i) {
    const auto mine = x.join(1);
    CHECK(mine.self().role() == 1);
    CHECK(mine.self().life() > life);
    CHECK(participant::of(1, mine.incarnation()) == mine.self());
    life = mine.self().life();
  }
}

TEST_CASE("a role that runs is refused with a sentence, another is not") {
  const instance x;
  const auto first = x.join(1);
  auto second = membership::join(x.where, 1, "role-1");
  REQUIRE_FALSE(second);
  CHECK(second.why().kind == failure_kind::in_use);
  CHECK(second.why().sentence
        == "role 'role-1' of instance 'test' is already running (" + x.where.roster().string() + " is locked)");
  CHECK(membership::join(x.where, 2, "role-2"));
}

TEST_CASE("instances of different names do not see each other") {
  const instance x;
  const auto first = x.join(1);
  CHECK(membership::join({x.directory.path(), "other"}, 1, "role-1"));
}

TEST_CASE("alive() is true exactly while the membership exists") {
  const instance x;
  const auto me = x.join(1);
  auto peer = std::make_optional(x.join(2));
  const auto who = peer->self();
  CHECK(me.alive(who));
  CHECK(me.alive(me.self()));
  peer.reset();
  CHECK_FALSE(me.alive(who));
  const auto next_life = x.join(2);
  CHECK_FALSE(me.alive(who));
  CHECK(me.alive(next_life.self()));
}

TEST_CASE("a watch fires at the death, not at the next life, and can be ended before") {
  const instance x;
  const auto me = x.join(1);
  auto peer = std::make_optional(x.join(2));
  std::promise<void> died;
  {
    const death_watch ended_early{me, peer->self(), [] {
                                    FAIL("nobody died");
                                  }};
  }
  const death_watch watch{me, peer->self(), [&] {
                            died.set_value();
                          }};
  peer.reset();
  const auto replacement = x.join(2); // at once: it must not hide the death
  CHECK(died.get_future().wait_for(std::chrono::seconds{5}) == std::future_status::ready);
}

TEST_CASE("a watch on somebody who is dead already fires") {
  const instance x;
  const auto me = x.join(1);
  const auto who = x.join(2).self();
  std::promise<void> died;
  const death_watch watch{me, who, [&] {
                            died.set_value();
                          }};
  CHECK(died.get_future().wait_for(std::chrono::seconds{5}) == std::future_status::ready);
}

TEST_CASE("the last one out removes the instance's files, and only those") {
  const instance x;
  {
    const auto one = x.join(1);
    { const auto two = x.join(2); }
    CHECK(std::filesystem::exists(x.where.roster()));
    std::ofstream{x.where.segment("role-2")} << "left over by a crash";
    std::ofstream{x.directory.path() / "sluice.test2.role-1"} << "of another instance";
  }
  CHECK_FALSE(std::filesystem::exists(x.where.roster()));
  CHECK_FALSE(std::filesystem::exists(x.where.segment("role-2")));
  CHECK(std::filesystem::exists(x.directory.path() / "sluice.test2.role-1"));
}

TEST_CASE("a roster of another release is refused while somebody uses it, replaced when not") {
  const instance x;
  std::ofstream{x.where.roster()} << std::string(4096, 'x');
  const auto me = x.join(1); // nobody there: starts a new one
  {
    std::fstream roster{x.where.roster(), std::ios::in | std::ios::out | std::ios::binary};
    roster.seekp(8);
    roster.put(9); // as if a later release had written it
  }
  auto refused = membership::join(x.where, 2, "role-2");
  REQUIRE_FALSE(refused);
  CHECK(refused.why().kind == failure_kind::other_layout);
}

TEST_CASE("who runs hears of a refusal once, whoever of another layout has left the word") {
  const instance x;
  auto me = x.join(1);
  const auto other = x.join(2);
  CHECK_FALSE(me.next_refusal());
  other.note_refusal();
  const auto heard = me.next_refusal();
  REQUIRE(heard);
  CHECK(heard->role == 2);
  CHECK(heard->layout_version == layout_version);
  CHECK_FALSE(me.next_refusal());
  me.note_refusal();
  CHECK_FALSE(me.next_refusal()); // our own
  auto late = x.join(3);
  CHECK_FALSE(late.next_refusal()); // from before its time
}

TEST_CASE("names that are no file names and roles out of range are refused") {
  const instance x;
  CHECK_FALSE(membership::join({x.directory.path(), "../up"}, 1, "role-1"));
  CHECK_FALSE(membership::join(x.where, 1, "Role"));
  CHECK_FALSE(membership::join(x.where, 0, "role-0"));
  CHECK_FALSE(membership::join(x.where, 9, "role-9"));
}

TEST_SUITE_END();
