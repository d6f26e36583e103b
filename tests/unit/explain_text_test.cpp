// Explanations as clients get them, and what admission says in an answer.
#include "actors/application_server/http/admission_text.hpp"
#include "actors/application_server/http/explain.hpp"
#include "actors/application_server/observatory/admission_view.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::http;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t start_us = 1'795'361'830'000'000;
const stream_id whose{"gw1", "scratch", "10.0.0.7"};

/// One stream that did 100 reads in the last second, throttled for another agreement.
struct present {
  observatory known;
  moment at{10s, wall_time{start_us + 1'000'000}};
  throttle held;

  explicit present(control_state control = control_state::throttled) {
    sample x;
    x.stream = whose;
    x.backend = "disk";
    x.sequence = 1;
    x.taken = wall_time{start_us + 500'000};
    x.interval = 1s;
    x.arrivals = x.completions = x.reads = 100;
    x.control = control;
    for (int i = 0; i < 100; ++i)
      x.total_latency.record(2ms);
    std::vector<sample_row> rows;
    known.streams.take(x, 1, 9s, rows);
    known.streams.close(10s, rows);
    held.stream = whose;
    held.generation = 4;
    held.lease = 2s;
    held.now.depth = 8;
    held.why.rule = throttle_rule::protection;
    held.why.beneficiary = "oltp-gold";
    held.why.backend = "disk";
    held.why.measured = 9ms;
    held.why.target = 5ms;
    held.why.demand = 9000;
    held.why.promised = 50;
    held.why.capacity = 7900;
    held.why.part = 300;
    held.why.rest = 2s;
    held.why.since = wall_time{start_us};
    agreement covers;
    covers.name = "batch";
    covers.tenant = "acme";
    covers.streams.volume = "scratch";
    covers.objective.reservation = rate{150};
    known.agreements = {covers};
    say();
  }

  void say(bool observed = false, std::uint64_t delivered = 7900) {
    const backend_status disk{"disk", 7900, delivered, 150, 8, 2, 1, 9ms, false, true, 1ms, observed};
    known.decisions.take({}, {}, {&disk, 1}, false);
  }

  [[nodiscard]] json explained() const {
    const auto got = explain_stream(known, caller{access_role::admin, {}, {}, {}, {}}, whose, at);
    CHECK(got.status == 200);
    return json::parse(got.body);
  }
};

} // namespace

TEST_SUITE_BEGIN("unit.explain_text");

TEST_CASE("a throttle is explained in the words of the log, with each figure") {
  present x;
  x.known.decisions.take({&x.held, 1}, {}, {}, false);
  const auto got = x.explained();
  CHECK(got.at("sentence")
        == "Held to 8 requests in flight. Agreement oltp-gold is protected: its latency was 9.00 ms against 5.00 ms "
           "promised, while backend disk gives 7900 IOPS. It asks for 9000 IOPS and was promised 50. Of the capacity "
           "300 IOPS are for it. It ends 2s after the stream last had as many requests as it may.");
  CHECK(got.at("reason").dump()
        == R"({"rule":"protection","mode":"enforce","for":"oltp-gold","measured_ms":9.0,"target_ms":5.0,)"
           R"("demand_iops":9000,"promised_iops":50,"capacity_iops":7900,"part_iops":300,)"
           R"("since":"2026-11-22T15:37:10.000Z","until":{"condition":"It ends 2s after the stream last had as many )"
           R"(requests as it may.","at":null,"lease_ms":2000}})");
  CHECK(got.at("free").is_null());
}

TEST_CASE("what only would hold a stream is said as such, everywhere") {
  present x;
  x.held.why.observed = true;
  x.known.decisions.take_observed({&x.held, 1});
  x.say(true);
  const auto got = x.explained();
  CHECK(got.at("mode") == "observe");
  CHECK(got.at("throttle").is_null());
  CHECK(got.at("would_throttle").at("mode") == "observe");
  CHECK(got.at("sentence").get<std::string>().starts_with("Would be held to 8 requests in flight."));
  x.held.why.rule = throttle_rule::none;
  x.known.decisions.take_observed({&x.held, 1});
  CHECK(x.explained().at("would_throttle").is_null());
  CHECK(x.explained().at("sentence").get<std::string>().ends_with("nobody would be held back in any case."));
}

TEST_CASE("a stream that has none is told why not") {
  present x;
  CHECK(x.explained().at("free") == "within-promise");
  CHECK(
      x.explained().at("sentence")
      == "Nothing holds this stream back: it asks for 100 IOPS and agreement batch promises 150 IOPS, which is within "
         "it.");
  x.known.agreements[0].objective.reservation = rate{60};
  x.say(false, 400);
  CHECK(x.explained().at("free") == "backend-not-full");
  x.known.agreements.clear();
  CHECK(x.explained().at("free") == "no-agreement-there");
  x.held.why.rule = throttle_rule::none; // a cap that it does not reach
  x.known.decisions.take({&x.held, 1}, {}, {}, false);
  CHECK(x.explained()
            .at("sentence")
            .get<std::string>()
            .ends_with("It may have 8 requests in flight, which it does not "
                       "reach."));
  present fixed{control_state::fixed};
  CHECK(fixed.explained().at("sentence").get<std::string>().find("ini file") != std::string::npos);
  present envelope{control_state::envelope};
  CHECK(envelope.explained().at("sentence").get<std::string>().find("envelope") != std::string::npos);
}

TEST_CASE("an agreement is explained with what becomes of it now, and a customer is not told by whom") {
  present x;
  verdict judged;
  judged.agreement = "batch";
  judged.from = wall_time{start_us - 10'000'000};
  judged.length = 10s;
  judged.outcome = verdict_outcome::violated;
  judged.culprit = "gw1/other/10.0.0.8";
  x.known.promises.note(judged);
  const auto promise_for = [&](const caller& who) {
    return json::parse(explain_agreement(x.known, who, "batch", x.at).body).at("promise");
  };
  const auto told = promise_for({access_role::viewer, {}, {}, {}, {}});
  CHECK(told.at("state") == "violated");
  CHECK(told.at("promises").at(0).at("culprit") == "gw1/other/10.0.0.8");
  const auto to_customer = promise_for({access_role::customer, "acme", {}, {}, {}});
  CHECK(to_customer.at("state") == "violated");
  CHECK(to_customer.at("promises").at(0).at("culprit").is_null());
}

TEST_CASE("an agreement and a backend are explained by their streams") {
  present x;
  x.known.decisions.take({&x.held, 1}, {}, {}, false);
  const auto mine =
      json::parse(explain_agreement(x.known, caller{access_role::admin, {}, {}, {}, {}}, "batch", x.at).body);
  CHECK(mine.at("sentence") == "Agreement batch applies to 1 stream now; 0 streams are held back for it, or would be.");
  CHECK(mine.at("streams").at(0).at("rule") == "protection");
  agreement gold;
  gold.name = "oltp-gold";
  gold.tenant = "acme";
  gold.streams.volume = "oltp";
  x.known.agreements.push_back(gold);
  const auto theirs =
      json::parse(explain_agreement(x.known, caller{access_role::admin, {}, {}, {}, {}}, "oltp-gold", x.at).body);
  CHECK(theirs.at("streams").empty());
  CHECK(theirs.at("held_back_for_it").at(0).at("stream") == "gw1/scratch/10.0.0.7");
  CHECK(explain_agreement(x.known, caller{access_role::admin, {}, {}, {}, {}}, "nobody", x.at).status == 404);
  const auto disk =
      json::parse(explain_backend(x.known, caller{access_role::admin, {}, {}, {}, {}}, "disk", x.at).body);
  CHECK(disk.at("sentence") == "Backend disk gives 7900 IOPS and delivers 7900; 150 IOPS are reserved on it.");
  CHECK(disk.at("streams").size() == 1);
  CHECK(explain_backend(x.known, caller{access_role::admin, {}, {}, {}, {}}, "nothing", x.at).status == 404);
}

TEST_CASE("admission is judged by volumes and backends as they are known, and its refusal says what would fit") {
  present x;
  x.known.gateways.record("gw1")->volumes = {{"scratch", "disk", 0, false}, {"other", "new-disk", 0, false}};
  x.known.policy.defaults = {{"admission.oversubscription", 1'000'000}};
  const auto view = view_for_admission(x.known);
  REQUIRE(view.backends.size() == 2);
  CHECK(view.backends[0].capacity == 7900);
  CHECK(view.backends[0].least_latency == 1ms);
  CHECK(view.backends[1].capacity == 0); // never seen
  x.known.base.aim_mean = 0.3;           // as an option of the core
  CHECK(view_for_admission(x.known).backends[0].policy.aim_mean == 0.3);
  agreement wanted;
  wanted.name = "big";
  wanted.tenant = "acme";
  wanted.streams.volume = "scratch";
  wanted.objective.reservation = rate{7800};
  const auto verdict = admit({x.known.agreements, view.backends, view.places}, wanted);
  const auto refused = admission_problem(verdict);
  CHECK(refused.status == 409);
  CHECK(refused.content_type == "application/problem+json");
  const auto body = json::parse(refused.body);
  CHECK(body.at("detail")
        == "the agreement cannot be promised; nothing was changed. What would fit is a rate of 7750 "
           "IOPS.");
  CHECK(body.at("errors").at(0).at("path") == "spec.objective.reservation.iops");
  CHECK(body.at("admission").at("fits").at("iops") == 7750);
  CHECK(body.at("admission").at("assumes") == admission_assumption);
  CHECK(body.at("admission").at("findings").at(0).at("kind") == "beyond-bound");
}

TEST_SUITE_END();
