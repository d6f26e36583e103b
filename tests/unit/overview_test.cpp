// The picture of the present: what is kept now, whom it names first, and that it stays small.
#include "actors/application_server/http/answers.hpp"
#include "actors/application_server/http/call.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sluice;
using namespace sluice::http;
using namespace std::chrono_literals;

namespace {

constexpr wall_time noon{1'795'361'830'000'000};

wall_time after(std::int64_t seconds) {
  return {noon.unix_us + seconds * 1'000'000};
}

agreement named(const std::string& name, tier of = tier::bronze, std::uint32_t version = 1) {
  agreement x;
  x.name = name;
  x.tenant = "acme";
  x.version = version;
  x.objective.tier = of;
  x.objective.latency = {{latency_statistic::mean, 5ms, rate{}}};
  x.objective.reservation = rate{100};
  return x;
}

verdict judged(const std::string& name, std::uint32_t point, verdict_outcome outcome, std::int64_t from,
               std::uint32_t version = 1) {
  verdict x;
  x.agreement = name;
  x.version = version;
  x.point = point;
  x.from = after(from);
  x.length = 10s;
  x.outcome = outcome;
  x.measured = 7ms;
  x.target = 5ms;
  return x;
}

json asked(const observatory& known, std::int64_t at, access_role role = access_role::viewer) {
  call x;
  x.what = operation::show_overview;
  x.asker.role = role;
  x.asker.tenant = role == access_role::customer ? "acme" : "";
  const auto got = answer_from(known, x, {instant{1h}, after(at)});
  CHECK(got.status == 200);
  return json::parse(got.body);
}

sample of_stream(const stream_id& id, std::uint64_t completions) {
  sample x;
  x.stream = id;
  x.backend = id.volume;
  x.sequence = 1;
  x.taken = after(0);
  x.interval = 1s;
  x.arrivals = x.completions = x.reads = completions;
  x.read_bytes = completions * 4'096;
  return x;
}

throttle held(const stream_id& id, std::int64_t since) {
  throttle x;
  x.stream = id;
  x.now.iops = rate{10};
  x.why.rule = throttle_rule::share;
  x.why.since = after(since);
  return x;
}

} // namespace

TEST_CASE("an agreement is what the worst of its promises is, since that began") {
  observatory known;
  known.agreements = {named("a")};
  known.promises.note(judged("a", 0, verdict_outcome::met, 0));
  known.promises.note(judged("a", 1, verdict_outcome::no_data, 0));
  CHECK(asked(known, 12).at("agreements").at("items").at(0).at("state") == "kept");
  known.promises.note(judged("a", 1, verdict_outcome::violated, 10));
  known.promises.note(judged("a", 0, verdict_outcome::met, 10));
  known.promises.note(judged("a", 1, verdict_outcome::violated, 20));
  const auto now = asked(known, 32).at("agreements");
  CHECK(now.at("counts").at("violated") == 1);
  CHECK(now.at("items").at(0).at("state") == "violated");
  CHECK(now.at("items").at(0).at("since") == "2026-11-22T15:37:20.000Z");
  CHECK(now.at("items").at(0).at("judged_until") == "2026-11-22T15:37:40.000Z");
  CHECK(
      now.at("items").at(0).at("promises").at(0).dump()
      == R"({"promise":"mean","outcome":"kept","measured_ms":7.0,"target_ms":5.0,"iops":0,"cause":null,"culprit":null})");
  CHECK(now.at("items").at(0).at("promises").at(1).at("promise") == "reservation");
}

TEST_CASE("a verdict that is late or too old changes nothing and says nothing") {
  observatory known;
  known.agreements = {named("a")};
  CHECK(asked(known, 0).at("agreements").at("counts").at("unknown") == 1);
  known.promises.note(judged("a", 0, verdict_outcome::met, 10));
  known.promises.note(judged("a", 0, verdict_outcome::violated, 0));
  CHECK(asked(known, 50).at("agreements").at("counts").at("kept") == 1); // until 20, valid for three intervals
  CHECK(asked(known, 51).at("agreements").at("counts").at("unknown") == 1);
}

TEST_CASE("what was judged under other terms is forgotten with them") {
  observatory known;
  known.agreements = {named("a", tier::bronze, 2)};
  known.promises.note(judged("a", 0, verdict_outcome::violated, 0, 1));
  known.promises.keep(known.agreements);
  CHECK(known.promises.find("a") == nullptr);
  known.promises.note(judged("a", 0, verdict_outcome::met, 0, 2));
  known.promises.keep(known.agreements);
  CHECK(known.promises.find("a") != nullptr);
  known.promises.keep({});
  CHECK(known.promises.find("a") == nullptr);
}

TEST_CASE("customers are told a culprit only where the stream is theirs") {
  observatory known;
  known.agreements = {named("a"), named("b")};
  known.agreements[0].streams.volume = "other";
  known.agreements[1].streams.volume = "ours";
  const auto culprit_of = [&](const std::string& stream, access_role role) {
    auto x = judged("a", 0, verdict_outcome::violated, 0);
    x.culprit = stream;
    known.promises.keep({});
    known.promises.note(x);
    const auto now = asked(known, 12, role);
    for (const auto& one : now.at("agreements").at("items"))
      if (one.at("agreement") == "a")
        return one.at("promises").at(0).at("culprit");
    return json("not listed");
  };
  CHECK(culprit_of("g/theirs/c", access_role::viewer) == "g/theirs/c");
  CHECK(culprit_of("g/theirs/c", access_role::customer) == nullptr);
  CHECK(culprit_of("g/ours/c", access_role::customer) == "g/ours/c");
  CHECK(culprit_of("no stream", access_role::customer) == nullptr);
}

TEST_CASE("a suspended agreement is said to be so since its version, and stands last") {
  observatory known;
  known.agreements = {named("a"), named("b")};
  known.agreements[0].suspended = true;
  known.agreements[0].since = after(3);
  known.promises.note(judged("b", 0, verdict_outcome::met, 0));
  const auto now = asked(known, 12).at("agreements");
  CHECK(now.at("counts").at("suspended") == 1);
  CHECK(now.at("items").at(1).at("agreement") == "a");
  CHECK(now.at("items").at(1).at("state") == "suspended");
  CHECK(now.at("items").at(1).at("since") == "2026-11-22T15:37:13.000Z");
}

TEST_CASE("broken promises come first, higher tiers before lower ones") {
  observatory known;
  known.agreements = {named("kept-gold", tier::gold), named("broken-bronze"), named("broken-gold", tier::gold)};
  known.promises.note(judged("kept-gold", 0, verdict_outcome::met, 0));
  known.promises.note(judged("broken-bronze", 0, verdict_outcome::violated, 0));
  known.promises.note(judged("broken-gold", 0, verdict_outcome::violated, 0));
  const auto now = asked(known, 10);
  std::vector<std::string> order;
  for (const auto& x : now.at("agreements").at("items"))
    order.push_back(x.at("agreement"));
  CHECK(order == std::vector<std::string>{"broken-gold", "broken-bronze", "kept-gold"});
}

TEST_CASE("with ten thousand streams and agreements the lists stay short and the counts true") {
  observatory known;
  std::vector<throttle> all;
  std::vector<sample_row> rows;
  for (int i = 0; i < 10'000; ++i) {
    const stream_id id{"g", "v" + std::to_string(i % 7), "c" + std::to_string(i)};
    known.streams.take(of_stream(id, 10), 1, instant{1h} - 1s, rows);
    all.push_back(held(id, i));
    known.agreements.push_back(named("a" + std::to_string(i)));
  }
  known.streams.close(instant{1h} - 1s, rows);
  known.decisions.take(all, {}, {}, true);
  const auto now = asked(known, 0);
  CHECK(now.at("streams").at("total") == 10'000);
  CHECK(now.at("streams").at("active") == 10'000);
  CHECK(now.at("streams").at("iops") == doctest::Approx(100'000));
  CHECK(now.at("throttles").at("total") == 10'000);
  CHECK(now.at("throttles").at("items").size() == 50);
  CHECK(now.at("throttles").at("items").at(0).at("stream") == "g/v3/c9999"); // the newest
  CHECK(now.at("throttles").at("items").at(0).at("sentence").get<std::string>().find("10 IOPS") != std::string::npos);
  CHECK(now.at("agreements").at("total") == 10'000);
  CHECK(now.at("agreements").at("items").size() == 50);
  CHECK(now.dump().size() < 100'000);
}

TEST_CASE("a list of streams is filtered before it is cut into pages") {
  observatory known;
  std::vector<sample_row> rows;
  for (const auto& id : {stream_id{"g", "v1", "Alpha"}, stream_id{"g", "v1", "beta"}, stream_id{"g", "v2", "alpha"}})
    known.streams.take(of_stream(id, 1), 1, instant{1h}, rows);
  const auto throttled = held({"g", "v2", "alpha"}, 0);
  known.decisions.take({&throttled, 1}, {}, {}, true);
  auto broad = named("broad");
  auto narrow = named("narrow");
  narrow.streams.client = "beta";
  known.agreements = {broad, narrow};
  caller viewer;
  viewer.role = access_role::viewer;
  const auto names = [&](const std::string& query) {
    const request asked_for{"GET", "/api/v1/streams?" + query, "", "", ""};
    const auto judged_call = read_call(asked_for, find_route("GET", asked_for.target), viewer);
    REQUIRE(std::holds_alternative<call>(judged_call));
    std::string out;
    const auto page = json::parse(answer_from(known, std::get<call>(judged_call), {}).body);
    for (const auto& x : page.at("items"))
      out += x.at("volume").get<std::string>() + '/' + x.at("client").get<std::string>() + ' ';
    return out + (page.contains("next") ? "…" : "");
  };
  CHECK(names("text=ALPHA") == "v1/Alpha v2/alpha ");
  CHECK(names("text=alpha&limit=1") == "v1/Alpha …");
  CHECK(names("text=alpha&limit=1&after=g/v1/Alpha") == "v2/alpha ");
  CHECK(names("backend=v1") == "v1/Alpha v1/beta ");
  CHECK(names("agreement=narrow") == "v1/beta ");
  CHECK(names("agreement=broad") == "v1/Alpha v2/alpha ");
  CHECK(names("agreement=nobody") == "");
  CHECK(names("throttled=true") == "v2/alpha ");
  CHECK(names("throttled=true&backend=v1") == "");
}

TEST_CASE("a customer sees its own tenant in the overview, and of others not even how many there are") {
  observatory known;
  std::vector<sample_row> rows;
  auto mine = named("mine");
  mine.streams.volume = "v1";
  auto rival = named("rival");
  rival.tenant = "globex";
  rival.streams.volume = "v2";
  known.agreements = {mine, rival};
  for (const auto& id : {stream_id{"g", "v1", "a"}, stream_id{"g", "v2", "b"}})
    known.streams.take(of_stream(id, 10), 1, instant{1h}, rows);
  std::vector<throttle> all{held({"g", "v1", "a"}, 0), held({"g", "v2", "b"}, 0)};
  all.front().why.rule = throttle_rule::protection;
  all.front().why.beneficiary = "rival";
  known.decisions.take(all, {}, {}, true);
  (void)known.gateways.record("g");
  known.note({after(0), event_kind::gateway_lost, "g", "Gateway g is gone."});
  call x;
  x.what = operation::show_overview;
  x.asker.role = access_role::customer;
  x.asker.tenant = "acme";
  const auto got = answer_from(known, x, {instant{1h}, after(0)});
  const auto now = json::parse(got.body);
  CHECK(now.at("agreements").at("total") == 1);
  CHECK(now.at("streams").at("total") == 1);
  CHECK(now.at("throttles").at("total") == 1);
  CHECK(now.at("gateways").dump() == R"({"total":0,"items":[],"connected":0})");
  CHECK(got.body.find("rival") == std::string::npos);
  CHECK(got.body.find("globex") == std::string::npos);
  CHECK(got.body.find("v2") == std::string::npos);
  CHECK(got.body.find("is gone") == std::string::npos);
}
