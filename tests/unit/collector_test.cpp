// The collector: samples on to the core, rows to the database once and in order, whatever happens to the peers.
#include "tests/unit/application_server_fixture.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

http::json streams(application_world& world) {
  return world.call(http::operation::list_streams)->body().at("items");
}

} // namespace

TEST_CASE("samples reach the core at once, as they came") {
  application_world world;
  world.core_up();
  world.batch(7, {"a", "b"});
  REQUIRE(world.seen.core_batches.size() == 1);
  CHECK(world.seen.core_batches[0].sequence == 7);
  CHECK(world.seen.core_batches[0].samples.size() == 2);
}

TEST_CASE("a sample with nonsense is left out, the others go on") {
  application_world world;
  world.core_up();
  auto good = some_sample("gw1");
  good.taken = world.label;
  auto negative = good;
  negative.interval = -1s;
  auto foreign = good;
  foreign.stream.gateway = "gw2";
  caf::anon_send(world.back, sample_batch{"gw1", 1, 1, {negative, good, foreign}});
  caf::anon_send(world.back, sample_batch{"../etc", 1, 1, {good}});
  world.run();
  REQUIRE(world.seen.core_batches.size() == 1);
  CHECK(world.seen.core_batches[0].samples.size() == 1);
  CHECK(streams(world).size() == 1);
  const auto metrics = world.call(http::operation::metrics)->got.body;
  CHECK(metrics.find("sluice_samples_total{outcome=\"refused\"} 3") != std::string::npos);
  CHECK(metrics.find("sluice_samples_total{outcome=\"taken\"} 1") != std::string::npos);
}

TEST_CASE("a sample of another century controls but is not stored") {
  application_world world;
  world.core_up();
  auto x = some_sample("gw1");
  x.taken = wall_time{4'000'000'000'000'000};
  caf::anon_send(world.back, sample_batch{"gw1", 1, 1, {x}});
  world.run();
  CHECK(world.seen.core_batches.size() == 1);
  CHECK(streams(world).empty());
}

TEST_CASE("each second of a stream is stored as one row") {
  application_world world;
  world.database_up();
  std::uint64_t sequence = 0;
  for (int i = 0; i < 5; ++i)
    world.second_of_batches(sequence);
  world.pass(3s);
  CHECK(world.seen.keys().size() == 5);
  std::size_t samples = 0;
  for (const auto& batch : world.seen.stored)
    for (const auto& row : batch.rows)
      samples += row.samples;
  CHECK(samples == 50);
  CHECK(streams(world).at(0).at("iops") == 0.0); // nothing in the last seconds
}

TEST_CASE("rows wait for the database manager and then come in order, each once") {
  application_world world;
  std::uint64_t sequence = 0;
  for (int i = 0; i < 4; ++i)
    world.second_of_batches(sequence);
  CHECK(world.seen.stored.empty());
  const auto first = world.database_up();
  world.seen.hold_rows = true;
  for (int i = 0; i < 3; ++i)
    world.second_of_batches(sequence);
  const auto before = world.seen.stored.size();
  CHECK(before >= 1);
  world.down("database-manager", first); // what it held is not confirmed
  world.seen.held.clear();
  world.seen.hold_rows = false;
  world.database_up();
  world.pass(5s);
  CHECK(world.seen.keys().size() == 7);
  std::vector<std::uint64_t> order;
  for (std::size_t i = before; i < world.seen.stored.size(); ++i)
    for (const auto& row : world.seen.stored[i].rows)
      order.push_back(row.first_sequence);
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK(std::adjacent_find(order.begin(), order.end()) == order.end());
  CHECK(world.call(http::operation::readiness)->body().at("components").at("rows_waiting") == 0);
}

TEST_CASE("a batch that was refused is sent again after a second") {
  application_world world;
  world.seen.refuses = ec::buffer_full;
  world.database_up();
  std::uint64_t sequence = 0;
  world.second_of_batches(sequence);
  world.pass(5s);
  const auto tried = world.seen.stored.size();
  CHECK(tried >= 3);
  CHECK(tried <= 6);
  CHECK(world.seen.keys().size() == 1);
  CHECK(world.call(http::operation::readiness)->body().at("components").at("rows_waiting") == 1);
  world.seen.refuses = caf::none;
  world.pass(3s);
  CHECK(world.call(http::operation::readiness)->body().at("components").at("rows_waiting") == 0);
}

TEST_CASE("a row that PostgreSQL refuses for good does not hold up the others") {
  application_world world;
  world.seen.refuses = ec::invalid;
  world.database_up();
  world.batch(1);
  world.pass(4s);
  CHECK(world.call(http::operation::readiness)->body().at("components").at("rows_waiting") == 0);
  CHECK(world.call(http::operation::metrics)->got.body.find("sluice_rows_dropped_total 1") != std::string::npos);
  world.seen.refuses = caf::none;
  world.batch(50);
  world.pass(4s);
  CHECK(world.call(http::operation::metrics)->got.body.find("sluice_rows_stored_total 2") != std::string::npos);
}

TEST_CASE("while PostgreSQL is away the rows are with both processes") {
  application_world world;
  world.database_up();
  std::uint64_t sequence = 0;
  for (int i = 0; i < 10; ++i) // the window opens
    world.second_of_batches(sequence);
  world.seen.hold_rows = true;
  for (int i = 0; i < 20; ++i)
    world.second_of_batches(sequence);
  CHECK(world.seen.keys().size() >= 28); // the last second is not complete, the one before not yet on its way
  CHECK(world.call(http::operation::readiness)->body().at("components").at("rows_waiting") >= 18);
  world.seen.hold_rows = false;
  world.pass(4s);
  CHECK(world.seen.keys().size() == 30);
  CHECK(world.call(http::operation::readiness)->body().at("components").at("rows_waiting") == 0);
}

TEST_CASE("missing batches are counted and made an event once in ten seconds") {
  application_world world;
  world.batch(1);
  world.batch(4);
  world.batch(9);
  CHECK(world.call(http::operation::list_events)->body().at("items").size() == 1);
  CHECK(world.call(http::operation::list_gateways)->body().at("items").at(0).at("batches_lost") == 6);
  world.pass(10s);
  world.batch(11);
  const auto events = world.call(http::operation::list_events)->body().at("items");
  REQUIRE(events.size() == 2);
  CHECK(events.at(0).at("text") == "5 batches of samples are missing."); // 4 held back and 1
}

TEST_CASE("what the core reports is shown and stored") {
  application_world world;
  world.database_up();
  world.batch(1);
  core_report report;
  report.complete = true;
  auto held = some_throttle("gw1", 5);
  held.why.rule = throttle_rule::protection;
  held.why.beneficiary = "oltp-gold";
  held.why.measured = 9ms;
  held.why.target = 5ms;
  auto nonsense = held;
  nonsense.stream.client = "other";
  nonsense.generation = 0;
  report.throttles = {held, nonsense};
  report.backends = {{"array", 7900, 7000, 1500, 8, 2, 1, 4ms, false}};
  report.events = {{wall_time{begin_us}, event_kind::stream_throttled, "gw1/oltp/127.0.0.1", "held"}};
  report.verdicts.resize(1);
  report.verdicts[0].agreement = "oltp-gold";
  caf::anon_send(world.back, report);
  world.run();
  const auto throttles = world.call(http::operation::list_throttles)->body().at("items");
  REQUIRE(throttles.size() == 1);
  CHECK(throttles.at(0).at("stream") == "gw1/oltp/127.0.0.1");
  CHECK(throttles.at(0).at("iops") == 500);
  CHECK(throttles.at(0).at("for") == "oltp-gold");
  CHECK(world.call(http::operation::list_backends)->body().at("items").at(0).at("capacity_iops") == 7900);
  http::call why;
  why.asker.role = access_role::viewer;
  why.what = http::operation::explain_stream;
  why.stream = held.stream;
  const auto explained = world.call(why)->body();
  CHECK(explained.at("reason").at("measured_ms") == 9.0);
  world.pass(2s);
  std::size_t verdicts = 0;
  std::size_t events = 0;
  for (const auto& batch : world.seen.stored) {
    verdicts += batch.verdicts.size();
    events += batch.events.size();
  }
  CHECK(verdicts == 1);
  CHECK(events == 1);
  core_report next;
  next.complete = true;
  caf::anon_send(world.back, next);
  world.run();
  CHECK(world.call(http::operation::list_throttles)->body().at("items").empty());
}

TEST_CASE("every event is announced once, whoever found it") {
  application_world world;
  world.monitor_up();
  world.pass(4s); // gateways that are known at once are no news
  auto gateway = some_gateway("gw1", 1);
  gateway.connected = true;
  caf::anon_send(world.back, gateway);
  gateway.connected = false;
  caf::anon_send(world.back, gateway);
  core_report report;
  report.events = {{wall_time{begin_us}, event_kind::promise_violated, "gold", "7 ms, promised are 5 ms."}};
  caf::anon_send(world.back, report);
  caf::anon_send(world.back, event{wall_time{begin_us}, event_kind::agreement_ended, "gold", "ended"});
  world.run();
  REQUIRE(world.announced.size() == 4);
  CHECK(world.announced[0].kind == event_kind::gateway_connected);
  CHECK(world.announced[1].kind == event_kind::gateway_lost);
  CHECK(world.announced[1].subject == "gw1");
  CHECK(world.announced[2] == report.events[0]);
  CHECK(world.announced[3].kind == event_kind::agreement_ended);
}

TEST_CASE("metrics count the intervals of each agreement in force, and end with what others have to say") {
  application_world world;
  agreement gold;
  gold.name = "gold";
  gold.tenant = "acme";
  gold.version = 1;
  gold.objective.compliance.target_ppm = 995'000;
  world.seen.agreements["gold"] = gold;
  world.database_up();
  world.pass(2s);
  core_report report;
  for (const auto& [point, from, outcome] : {std::tuple{0u, 10, verdict_outcome::met},
                                             {1u, 10, verdict_outcome::violated},
                                             {0u, 20, verdict_outcome::met},
                                             {0u, 30, verdict_outcome::no_data}}) {
    auto& x = report.verdicts.emplace_back();
    x.agreement = "gold";
    x.version = 1;
    x.point = point;
    x.from = wall_time{from * 1'000'000};
    x.outcome = outcome;
  }
  caf::anon_send(world.back, report);
  const auto text = world.call(http::operation::metrics)->got.body;
  const std::string intervals = "sluice_agreement_intervals_total{agreement=\"gold\",tenant=\"acme\",outcome=";
  for (const auto& line : {intervals + "\"met\"} 1\n", intervals + "\"violated\"} 1\n", intervals + "\"exempt\"} 0\n",
                           intervals + "\"no_data\"} 1\n",
                           std::string{"sluice_agreement_target_ratio{agreement=\"gold\",tenant=\"acme\"} 0.995\n"},
                           std::string{"sluice_agreement_violated{agreement=\"gold\",tenant=\"acme\"} 1\n"},
                           std::string{"sluice_agreements 1\n"}, std::string{"sluice_agreements_not_shown 0\n"}})
    CHECK_MESSAGE(text.find(line) != std::string::npos, line);
  CHECK(text.ends_with("others_have 1\n"));
}

TEST_CASE("gateways are asked for, shown, and handed to a core that comes later") {
  application_world world;
  auto known = some_gateway("gw1", 1);
  known.connected = true;
  world.seen.monitored = {known};
  world.monitor_up();
  const auto shown = world.call(http::operation::list_gateways)->body().at("items");
  REQUIRE(shown.size() == 1);
  CHECK(shown.at(0).at("connected") == true);
  CHECK(shown.at(0).at("volumes").at(0).at("name") == "oltp");
  CHECK(world.call(http::operation::list_events)->body().at("items").empty()); // it was there before
  world.core_up();
  CHECK(world.seen.core_gateways.size() == 1);
  known.connected = false;
  caf::anon_send(world.back, known);
  world.run();
  CHECK(world.seen.core_gateways.size() == 2);
  CHECK(world.call(http::operation::list_events)->body().at("items").at(0).at("kind") == "gateway-lost");
}

TEST_CASE("a stop sends the last rows and then ends") {
  application_world world;
  world.database_up();
  world.batch(1);
  caf::anon_send(world.back, stop_atom::value);
  world.run();
  CHECK(world.seen.keys().size() == 1);
  CHECK(world.system.registry().running() >= 1);
  world.batch(2);
  CHECK(world.seen.keys().size() == 1);
}

TEST_CASE("a stop does not wait for ever for a database manager that does not answer") {
  application_world world;
  world.database_up();
  world.seen.hold_rows = true;
  world.batch(1);
  bool ended = false;
  caf::actor_cast<caf::actor>(world.back)->attach_functor([&] {
    ended = true;
  });
  caf::anon_send(world.back, stop_atom::value);
  world.pass(1900ms);
  CHECK(!ended);
  world.pass(200ms);
  CHECK(ended);
}

TEST_CASE("a replay becomes rows and reaches neither the core nor the figures shown") {
  application_world world;
  world.core_up();
  world.database_up();
  sample_replay x;
  x.samples = {"gw1", 1, 1, {}};
  for (std::uint64_t i = 0; i < 20; ++i) {
    auto one = some_sample("gw1");
    one.sequence = i + 1;
    one.taken = wall_time{second_of(world.label).unix_us - 5'000'000 + static_cast<std::int64_t>(i) * 100'000};
    x.samples.samples.push_back(one);
  }
  x.last = true;
  caf::anon_send(world.back, x);
  world.run();
  world.pass(3s);
  CHECK(world.seen.core_batches.empty());
  CHECK(streams(world).empty());
  CHECK(world.seen.keys().size() == 2);
}

TEST_CASE("what is complete is told each second once the replay is in, and follows what is confirmed") {
  application_world world;
  world.database_up();
  world.pass(3s);
  CHECK(world.seen.stored.empty()); // nothing is known yet
  sample_replay end;
  end.last = true;
  caf::anon_send(world.back, end);
  world.run();
  std::uint64_t sequence = 0;
  for (int i = 0; i < 5; ++i)
    world.second_of_batches(sequence);
  world.seen.hold_rows = true;
  for (int i = 0; i < 5; ++i)
    world.second_of_batches(sequence);
  wall_time told{};
  for (const auto& batch : world.seen.stored) {
    CHECK(batch.everything_until >= told);
    told = batch.everything_until;
    for (const auto& row : batch.rows)
      CHECK(batch.everything_until <= row.total.taken);
  }
  CHECK(told > wall_time{});
}
