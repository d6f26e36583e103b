// The desk: what is acknowledged is committed, what is in force is the same in three processes, every call ends once.
#include "tests/unit/application_server_fixture.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

agreement gold(std::uint64_t iops = 1500) {
  agreement x;
  x.name = "oltp-gold";
  x.tenant = "acme";
  x.streams.volume = "oltp";
  x.objective.reservation = rate{iops};
  return x;
}

http::call about(http::operation what, const agreement& x) {
  http::call out;
  out.what = what;
  out.name = x.name;
  out.document = x;
  return out;
}

http::call limit_order(std::uint64_t iops) {
  http::call x;
  x.what = http::operation::order_limit;
  x.stream = {"gw1", "oltp", "127.0.0.1"};
  x.order.stream = x.stream;
  x.order.iops = rate{iops};
  x.order.who = "ann";
  x.order.why = "backup";
  x.order_length = 10min;
  return x;
}

} // namespace

TEST_CASE("an agreement is acknowledged when it is stored, and reaches the core after it") {
  application_world world;
  world.core_up();
  world.database_up();
  const auto made = world.call(about(http::operation::create_agreement, gold()));
  CHECK(made->answers == 1);
  CHECK(made->got.status == 201);
  CHECK(made->body().at("status").at("version") == 1);
  CHECK(world.seen.agreements.contains("oltp-gold"));
  REQUIRE(!world.seen.core_terms.empty());
  CHECK(world.seen.core_terms.back().agreements.size() == 1);
  const auto again = world.call(about(http::operation::create_agreement, gold()));
  CHECK(again->got.status == 200);
  const auto other = world.call(about(http::operation::create_agreement, gold(900)));
  CHECK(other->got.status == 409);
  const auto replaced = world.call(about(http::operation::replace_agreement, gold(900)));
  CHECK(replaced->got.status == 200);
  CHECK(replaced->body().at("status").at("version") == 2);
  CHECK(world.seen.core_terms.back().agreements.at(0).objective.reservation == rate{900});
  CHECK(world.call(about(http::operation::get_agreement, gold()))->got.status == 200);
  CHECK(world.call(about(http::operation::agreement_history, gold()))->body().at("items").size() == 1);
  CHECK(world.call(http::operation::list_agreements)->body().at("items").size() == 1);
  CHECK(world.call(about(http::operation::end_agreement, gold()))->got.status == 200);
  CHECK(world.seen.core_terms.back().agreements.empty());
  CHECK(world.call(about(http::operation::end_agreement, gold()))->got.status == 404);
  CHECK(world.call(about(http::operation::get_agreement, gold()))->got.status == 404);
}

TEST_CASE("a stream shows the agreement it falls under") {
  application_world world;
  world.database_up();
  world.batch(1);
  world.call(about(http::operation::create_agreement, gold()));
  const auto shown = world.call(http::operation::list_streams)->body().at("items").at(0);
  CHECK(shown.at("agreement") == "oltp-gold");
  CHECK(shown.at("tenant") == "acme");
}

TEST_CASE("the core is sent nothing before the terms were loaded") {
  application_world world;
  world.core_up();
  world.pass(5s);
  CHECK(world.seen.core_terms.empty());
  CHECK(world.call(http::operation::list_agreements)->got.status == 503);
  world.seen.agreements["oltp-gold"] = gold();
  world.seen.refuses = ec::database_away; // the database manager is there, PostgreSQL is not
  world.database_up();
  world.pass(5s);
  CHECK(world.seen.core_terms.empty());
  world.seen.refuses = caf::none;
  world.pass(1s);
  REQUIRE(world.seen.core_terms.size() == 1);
  CHECK(world.seen.core_terms[0].agreements.size() == 1);
}

TEST_CASE("a core that comes back is told everything, also while the database manager is away") {
  application_world world;
  const auto database = world.database_up();
  world.call(about(http::operation::create_agreement, gold()));
  const auto first = world.core_up();
  CHECK(world.seen.core_terms.size() == 1);
  world.down("sla-core", first);
  world.down("database-manager", database);
  world.core_up();
  REQUIRE(world.seen.core_terms.size() == 2);
  CHECK(world.seen.core_terms[1].agreements.size() == 1);
}

TEST_CASE("a core that refuses the terms is told again until it takes them") {
  application_world world;
  world.seen.core_refuses = ec::invalid;
  world.core_up();
  world.database_up();
  world.pass(2s);
  const auto tried = world.seen.core_terms.size();
  CHECK(tried >= 3);
  world.seen.core_refuses = caf::none;
  world.pass(1s);
  const auto held = world.seen.core_terms.size();
  world.pass(5s);
  CHECK(world.seen.core_terms.size() == held);
}

TEST_CASE("without the database manager nothing is changed, and the answer says so") {
  application_world world;
  const auto refused = world.call(about(http::operation::create_agreement, gold()));
  CHECK(refused->got.status == 503);
  CHECK(refused->got.retry_after_s > 0);
  CHECK(refused->body().at("detail") == "the database manager is not running; nothing was changed");
  world.database_up();
  world.seen.refuses = ec::database_away;
  CHECK(world.call(about(http::operation::replace_agreement, gold()))->body().at("detail")
        == "PostgreSQL cannot be reached; repeating a PUT or DELETE, or a POST of the same terms, is safe");
  CHECK(world.call(http::operation::list_agreements)->body().at("items").empty());
}

TEST_CASE("when the database manager dies before it answers, the outcome is called unknown and then found out") {
  application_world world;
  world.core_up();
  world.database_up();
  // This one stores, and dies before it answers.
  const auto dying = world.system.spawn([&world](caf::event_based_actor* self) -> caf::behavior {
    return {
        [&world, self](replace_atom, agreement x) {
          x.version = 1;
          world.seen.agreements[x.name] = x;
          self->make_response_promise();
          self->quit(caf::exit_reason::kill);
        },
        [](terms_atom) {
          return terms{};
        },
        [](status_atom) {
          return database_status{};
        },
        [](const row_batch& x) {
          return std::uint64_t{x.rows.size()};
        },
    };
  });
  caf::anon_send(world.back, peer_up_atom::value, std::string{"database-manager"},
                 caf::actor_cast<caf::strong_actor_ptr>(dying));
  world.run();
  const auto made = world.call(about(http::operation::replace_agreement, gold()));
  world.pass(9s); // its patience
  CHECK(made->answers == 1);
  CHECK(made->got.status == 503);
  CHECK(made->body().at("detail").get<std::string>().find("repeating a PUT") != std::string::npos);
  world.down("database-manager", dying);
  world.database_up();
  CHECK(world.call(about(http::operation::get_agreement, gold()))->got.status == 200);
  CHECK(world.seen.core_terms.back().agreements.size() == 1);
}

TEST_CASE("an operator's order is stored, told to the core, listed until its time is over") {
  application_world world;
  world.core_up();
  world.database_up();
  CHECK(world.call(limit_order(100))->got.status == 404); // the stream was never seen
  world.batch(1);
  const auto ordered = world.call(limit_order(100));
  CHECK(ordered->got.status == 200);
  CHECK(ordered->body().at("iops") == 100);
  CHECK(ordered->body().at("bandwidth") == nullptr);
  CHECK(world.seen.orders.begin()->second.until.unix_us - world.seen.orders.begin()->second.since.unix_us
        == 600'000'000);
  CHECK(world.seen.core_terms.back().overrides.size() == 1);
  CHECK(world.call(http::operation::list_limits)->body().at("items").size() == 1);
  world.label.unix_us += 601'000'000;
  CHECK(world.call(http::operation::list_limits)->body().at("items").empty());
}

TEST_CASE("beyond the bound a new agreement is refused, a new version is not") {
  application_world world;
  for (std::size_t i = 0; i < max_agreements; ++i) {
    auto x = gold();
    x.name = "a" + std::to_string(i);
    x.version = 1;
    world.seen.agreements[x.name] = x;
  }
  world.database_up();
  const auto refused = world.call(about(http::operation::create_agreement, gold()));
  CHECK(refused->got.status == 422);
  CHECK(refused->body().at("detail") == "there are 10000 agreements already; nothing was changed");
  auto held = gold(900);
  held.name = "a7";
  CHECK(world.call(about(http::operation::replace_agreement, held))->got.status == 200);
}

TEST_CASE("an operator's order can be taken back") {
  application_world world;
  world.core_up();
  world.database_up();
  world.batch(1);
  world.call(limit_order(100));
  auto back = limit_order(100);
  back.what = http::operation::retract_limit;
  CHECK(world.call(back)->got.status == 200);
  CHECK(world.seen.core_terms.back().overrides.empty());
  CHECK(world.call(back)->got.status == 404);
}

TEST_CASE("readiness: starting until everything was there once, degraded afterwards") {
  application_world world;
  const auto status = [&] {
    return world.call(http::operation::readiness)->body().at("status");
  };
  CHECK(world.call(http::operation::readiness)->got.status == 503);
  CHECK(status() == "starting");
  world.core_up();
  world.monitor_up();
  CHECK(status() == "starting");
  world.database_up();
  CHECK(status() == "ready");
  world.seen.status.connected = false;
  world.seen.status.away_since = wall_time{begin_us};
  world.pass(1s);
  const auto away = world.call(http::operation::readiness);
  CHECK(away->got.status == 200);
  CHECK(away->body().at("status") == "degraded");
  CHECK(away->body().at("components").at("postgresql") == "away since 2026-11-22T15:37:10.000Z");
}

TEST_CASE("changes become events, in memory and in the database") {
  application_world world;
  world.database_up();
  world.call(about(http::operation::create_agreement, gold()));
  world.pass(2s);
  const auto events = world.call(http::operation::list_events)->body().at("items");
  REQUIRE(events.size() == 1);
  CHECK(events.at(0).at("kind") == "agreement-established");
  CHECK(events.at(0).at("subject") == "oltp-gold");
  REQUIRE(!world.seen.stored.empty());
  CHECK(world.seen.stored.back().events.size() == 1);
}

TEST_CASE("an export's first page is noted, the later ones are not; each has the link to the next") {
  application_world world;
  world.database_up();
  http::call x;
  x.what = http::operation::export_verdicts;
  x.name = x.past.agreement = "gold";
  x.past.from = wall_time{1'000'000};
  x.past.to = wall_time{2'000'000};
  const auto first = world.call(x);
  CHECK(first->got.body == "page\n");
  CHECK(first->got.link
        == "</api/v1/agreements/gold/verdicts?from=1970-01-01T00:00:01Z&to=1970-01-01T00:00:02Z&cursor=1.2>; "
           "rel=\"next\"");
  x.after = "1.2";
  CHECK(world.call(x)->got.link.empty());
  CHECK(world.seen.exports.back().cursor == "1.2");
  world.pass(2s);
  std::vector<audit_entry> noted;
  for (const auto& batch : world.seen.stored)
    noted.insert(noted.end(), batch.audit.begin(), batch.audit.end());
  REQUIRE(noted.size() == 1);
  CHECK(noted[0].action == "export-verdicts");
  CHECK(noted[0].subject == "gold");
  world.seen.refuses = caf::error{ec::export_gone, "it is not open any more"};
  CHECK(world.call(x)->got.status == 410);
  CHECK(world.call(http::operation::show_evidence_key)->got.status == 410);
}

TEST_CASE("rows are handed on only if all of their seconds are closed") {
  application_world world;
  sample one;
  one.stream = {"gw1", "oltp", "c1"};
  one.taken = wall_time{5'000'000};
  http::call x;
  x.what = http::operation::import_samples;
  x.who = "ann";
  x.rows.push_back(make_row(one, 1));
  CHECK(world.call(x)->got.status == 503); // nobody is there
  world.seen.status.closed_until = wall_time{5'000'000};
  world.database_up();
  world.pass(1s);
  const auto before = world.seen.stored.size();
  CHECK(world.call(x)->got.status == 422);
  CHECK(world.seen.stored.size() == before);
  world.seen.status.closed_until = wall_time{6'000'000};
  world.pass(1s);
  const auto taken = world.call(x);
  CHECK(taken->got.status == 200);
  CHECK(taken->body().at("new") == 1);
  CHECK(world.seen.stored.back().rows.size() == 1);
  world.pass(2s);
  CHECK(world.seen.stored.back().audit.size() == 1);
  x.what = http::operation::import_verdicts;
  x.verdicts.emplace_back();
  CHECK(world.call(x)->body().at("lines") == 1);
  REQUIRE(world.seen.imports.size() == 1);
  CHECK(world.seen.imports[0].author == "ann");
}
