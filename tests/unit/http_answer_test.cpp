// What the present is answered as, without sockets and actors.
#include "actors/application_server/http/answers.hpp"
#include "actors/application_server/http/metrics_text.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/standing.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::http;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t start_us = 1'795'361'830'000'000;

/// One stream that did 100 reads in the last second, throttled for another agreement.
struct example_present {
  observatory known;
  moment at{10s, wall_time{start_us + 1'000'000}};

  example_present() {
    sample x;
    x.stream = {"gw1", "scratch", "10.0.0.7"};
    x.backend = "disk";
    x.sequence = 1;
    x.taken = wall_time{start_us + 500'000};
    x.interval = 1s;
    x.arrivals = x.completions = x.reads = 100;
    x.read_bytes = 409'600;
    x.backlog = 3;
    x.in_flight = 2;
    x.control = control_state::throttled;
    for (int i = 0; i < 100; ++i) {
      x.total_latency.record(2ms);
      x.backend_latency.record(1ms);
    }
    std::vector<sample_row> rows;
    throttle held;
    held.stream = x.stream;
    held.generation = 4;
    held.lease = 2s;
    held.now.iops = rate{500};
    held.now.depth = 8;
    held.why = {throttle_rule::protection, "",  "oltp-gold", "disk",      9ms,  5ms, 9000, 50, 7900,
                wall_time{start_us},       300, 2s,          wall_time{}, false};
    known.decisions.take({&held, 1}, {}, {}, true);
    known.streams.take(x, 1, 9s, rows);
    known.streams.close(10s, rows);
    agreement covers;
    covers.name = "batch";
    covers.tenant = "acme";
    covers.streams.volume = "scratch";
    known.agreements = {covers};
  }

  json ask(operation what, unsigned seconds = 60) {
    call x;
    x.asker.role = access_role::viewer;
    x.what = what;
    x.stream = {"gw1", "scratch", "10.0.0.7"};
    x.seconds = seconds;
    const auto got = answer_from(known, x, at);
    CHECK(got.status == 200);
    return json::parse(got.body);
  }
};

} // namespace

TEST_CASE("a stream is shown with its figures, agreement and throttle") {
  example_present present;
  const auto items = present.ask(operation::list_streams).at("items");
  REQUIRE(items.size() == 1);
  CHECK(
      items.at(0).dump()
      == R"({"stream":"gw1/scratch/10.0.0.7","gateway":"gw1","volume":"scratch","client":"10.0.0.7","backend":"disk",)"
         R"("agreement":"batch","tenant":"acme","iops":100.0,"bandwidth":409600.0,)"
         R"("latency_ms":{"mean":2.0,"p50":2.097,"p99":2.097},"backend_latency_ms":{"mean":1.0},"backlog":3,)"
         R"("in_flight":2,"control":"throttled","throttle":{"stream":"gw1/scratch/10.0.0.7","generation":4,"iops":500,)"
         R"("bandwidth":null,"depth":8,"envelope":{"iops":null,"bandwidth":null,"depth":null},"lease_ms":2000,)"
         R"("mode":"enforce","rule":"protection","for":"oltp-gold","backend":"disk","since":"2026-11-22T15:37:10.000Z"},)"
         R"("would_throttle":null,"last_seen":"2026-11-22T15:37:10.500Z"})");
  const auto shown = present.ask(operation::show_stream);
  CHECK(shown.at("series").dump()
        == R"([{"at":"2026-11-22T15:37:10.000Z","iops":100.0,"bandwidth":409600.0,"mean_ms":2.0,"p99_ms":2.097,)"
           R"("backlog":3,"in_flight":2,"limit_iops":500.0}])");
  present.at.label.unix_us += 5'000'000;
  CHECK(present.ask(operation::show_stream, 2).at("series").empty());
}

TEST_CASE("figures that are no longer true are not shown") {
  example_present present;
  present.at.now = 14s;
  const auto item = present.ask(operation::list_streams).at("items").at(0);
  CHECK(item.at("iops") == 0.0);
  CHECK(item.at("backlog") == 0);
}

TEST_CASE("streams are listed page by page") {
  observatory known;
  std::vector<sample_row> rows;
  for (const auto* client : {"a", "b", "c"}) {
    sample x;
    x.stream = {"g", "v", client};
    x.sequence = 1;
    known.streams.take(x, 1, 0s, rows);
  }
  call x;
  x.asker.role = access_role::viewer;
  x.what = operation::list_streams;
  x.limit = 2;
  const auto first = json::parse(answer_from(known, x, {}).body);
  CHECK(first.at("items").size() == 2);
  CHECK(first.at("next") == "g/v/b");
  x.after = "g/v/b";
  const auto second = json::parse(answer_from(known, x, {}).body);
  CHECK(second.at("items").at(0).at("stream") == "g/v/c");
  CHECK(!second.contains("next"));
  x.after = "nonsense";
  CHECK(answer_from(known, x, {}).status == 422);
}

TEST_CASE("an unknown stream is 404") {
  observatory known;
  for (const auto what : {operation::show_stream, operation::explain_stream}) {
    call x;
    x.asker.role = access_role::viewer;
    x.what = what;
    x.stream = {"g", "v", "c"};
    CHECK(answer_from(known, x, {}).status == 404);
  }
}

TEST_CASE("metrics name streams up to a bound and count the rest") {
  example_present present;
  standing around;
  around.sla_core = true;
  const auto text = metrics(present.known, around).body;
  for (const auto* line :
       {"sluice_process_up{process=\"sla-core\"} 1", "sluice_process_up{process=\"database-manager\"} 0",
        "sluice_stream_operations_total{gateway=\"gw1\",volume=\"scratch\",client=\"10.0.0.7\",operation=\"read\"} 100",
        "sluice_stream_latency_seconds_count{gateway=\"gw1\",volume=\"scratch\",client=\"10.0.0.7\"} 100",
        "sluice_stream_limit_iops{gateway=\"gw1\",volume=\"scratch\",client=\"10.0.0.7\"} 500", "sluice_throttles 1",
        "sluice_streams_not_shown 0", "# TYPE sluice_stream_latency_seconds summary"})
    CHECK_MESSAGE(text.find(line) != std::string::npos, line);
  observatory crowded;
  std::vector<sample_row> rows;
  for (int i = 0; i < 1'005; ++i) {
    sample x;
    x.stream = {"g", "v", std::to_string(i)};
    x.sequence = 1;
    crowded.streams.take(x, 1, 0s, rows);
  }
  const auto many = metrics(crowded, around).body;
  CHECK(many.find("sluice_streams 1005") != std::string::npos);
  CHECK(many.find("sluice_streams_not_shown 5") != std::string::npos);
}

TEST_CASE("times are written in UTC with milliseconds") {
  CHECK(rfc3339(wall_time{0}) == "1970-01-01T00:00:00.000Z");
  CHECK(rfc3339(wall_time{951'782'400'000'000}) == "2000-02-29T00:00:00.000Z");
  CHECK(rfc3339(wall_time{start_us + 250'999}) == "2026-11-22T15:37:10.250Z");
  CHECK(rfc3339(wall_time{-5}) == "1970-01-01T00:00:00.000Z");
  CHECK(rfc3339(wall_time{std::numeric_limits<std::int64_t>::max()}) == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("text that is no UTF-8 is answered, not thrown over") {
  const auto x = problem(404, "there is no \xff here");
  CHECK(json::parse(x.body).at("status") == 404);
}
