// The database manager as a process of its own, reached through shared memory and killed at any moment: every row that
// was sent is stored once, every agreement that was acknowledged is there.
#include "tests/process/database_process_fixture.hpp"

#include <deque>
#include <random>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;

namespace {

row_batch rows_at(std::int64_t second_s) {
  row_batch x;
  for (int i = 0; i < 20; ++i)
    x.rows.push_back(row_of("client" + std::to_string(i), second_s, static_cast<std::uint64_t>(second_s)));
  return x;
}

} // namespace

TEST_CASE("requests, results and errors cross shared memory") {
  server().clear();
  pair_of_processes x;
  x.wait_for_connection();
  const auto stored = x.ask<agreement>(create_atom::value, gold());
  REQUIRE(stored);
  CHECK(stored->version == 1);
  CHECK(x.ask<terms>(terms_atom::value)->agreements == std::vector{*stored});
  const auto missing = x.ask<agreement>(end_atom::value, std::string{"nobody"});
  CHECK(missing.error() == ec::not_found);
  CHECK(missing.error().context().get_as<std::string>(0) == "no agreement nobody is in force");
  CHECK(*x.ask<std::uint64_t>(rows_at(noon_s)) == 20);
  CHECK(x.stop() == 0);
}

TEST_CASE("killed again and again it stores every row once and forgets no acknowledged agreement") {
  server().clear();
  pair_of_processes x;
  const unsigned seed = 7;
  CAPTURE(seed);
  std::mt19937 random{seed};
  std::deque<std::int64_t> unanswered;
  std::int64_t next = noon_s;
  std::uint32_t versions = 0;
  constexpr int rounds = 5;
  for (int round = 0; round < rounds; ++round) {
    x.wait_for_connection();
    auto changed = gold();
    changed.objective.weight = static_cast<std::uint32_t>(10 + round);
    if (const auto stored = x.ask<agreement>(replace_atom::value, changed))
      versions = std::max(versions, stored->version);
    for (int i = 0; i < 30; ++i)
      unanswered.push_back(next++);
    std::vector<std::pair<std::int64_t, decltype(x.send(row_batch{}))>> sent;
    for (const auto second : unanswered)
      sent.emplace_back(second, x.send(rows_at(second)));
    const auto answers_before_kill = random() % sent.size();
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (i == answers_before_kill && round + 1 < rounds)
        x.kill();
      sent[i].second.receive(
          [&](std::uint64_t) {
            std::erase(unanswered, sent[i].first);
          },
          [](const caf::error&) {});
    }
    if (round + 1 < rounds) {
      x.start();
      x.find();
    }
  }
  CHECK(unanswered.empty());
  CHECK(versions == rounds);
  CHECK(server().count("samples") == (next - noon_s) * 20);
  CHECK(server().count("agreements") == rounds);
  CHECK(x.stop() == 0);
}
