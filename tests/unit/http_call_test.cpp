// Requests judged and answers written, without sockets and actors.
#include "actors/application_server/http/answers.hpp"
#include "actors/application_server/http/call.hpp"
#include "actors/application_server/http/metrics_text.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/standing.hpp"
#include "actors/application_server/http/token_file.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace sluice;
using namespace sluice::http;
using namespace std::chrono_literals;

namespace {

const std::string secret(64, 'a');

request with_token(const char* method, const char* target) {
  return {method, target, "Bearer " + secret, "", ""};
}

request with_body(const char* method, const char* target, const char* type, std::string body) {
  return {method, target, "Bearer " + secret, type, std::move(body)};
}

/// What a request is refused with; 0 if it was understood.
unsigned refusal(const request& x) {
  const auto judged = read_call(x, secret);
  const auto* refused = std::get_if<response>(&judged);
  return refused == nullptr ? 0 : refused->status;
}

json errors_of(const request& x) {
  const auto judged = read_call(x, secret);
  const auto* refused = std::get_if<response>(&judged);
  REQUIRE(refused != nullptr);
  CHECK(refused->content_type == "application/problem+json");
  return json::parse(refused->body).value("errors", json::array());
}

call understood(const request& x) {
  const auto judged = read_call(x, secret);
  REQUIRE(std::holds_alternative<call>(judged));
  return std::get<call>(judged);
}

constexpr auto small_agreement = R"({"apiVersion":"sluice/v1","kind":"Agreement","metadata":{"name":"a","tenant":"t"},)"
                                 R"("spec":{"streams":{"volume":"v"},"objective":{"weight":2}}})";

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
    x.what = what;
    x.stream = {"gw1", "scratch", "10.0.0.7"};
    x.seconds = seconds;
    const auto got = answer_from(known, x, at);
    CHECK(got.status == 200);
    return json::parse(got.body);
  }
};

} // namespace

TEST_CASE("paths lead to what they name") {
  CHECK(understood({"GET", "/healthz", "", "", ""}).what == operation::health);
  CHECK(understood({"HEAD", "/readyz", "", "", ""}).what == operation::readiness);
  CHECK(understood({"GET", "/metrics", "", "", ""}).what == operation::metrics);
  CHECK(understood(with_token("GET", "/api/v1/agreements")).what == operation::list_agreements);
  CHECK(understood(with_token("GET", "/api/v1/agreements/a.b@c:1")).name == "a.b@c:1");
  CHECK(understood(with_token("GET", "/api/v1/agreements/a%2eb%40c%3A1")).name == "a.b@c:1");
  CHECK(understood(with_token("DELETE", "/api/v1/agreements/a")).what == operation::end_agreement);
  CHECK(understood(with_token("GET", "/api/v1/agreements/a/history")).what == operation::agreement_history);
  const auto shown = understood(with_token("GET", "/api/v1/streams/g/v/::1?seconds=5"));
  CHECK(shown.what == operation::show_stream);
  CHECK(shown.stream == stream_id{"g", "v", "::1"});
  CHECK(shown.seconds == 5);
  CHECK(understood(with_token("GET", "/api/v1/streams/g/v/c/explain")).what == operation::explain_stream);
  CHECK(understood(with_token("DELETE", "/api/v1/streams/g/v/c/limit")).what == operation::retract_limit);
  CHECK(understood(with_token("GET", "/api/v1/streams?limit=7&after=a/b/c")).limit == 7);
  CHECK(understood(with_token("GET", "/api/v1/events?limit=3")).limit == 3);
  CHECK(understood(with_token("GET", "/api/v1/events")).limit == default_events);
  for (const auto* path : {"limits", "throttles", "gateways", "backends"})
    CHECK(refusal(with_token("GET", (std::string{"/api/v1/"} + path).c_str())) == 0);
}

TEST_CASE("what leads nowhere is refused") {
  for (const auto* path : {"/", "", "/api/v1", "/api/v1/", "/api/v1/agreement", "/api/v1/agreements/", "//healthz",
                           "/api/v1/agreements/a/b", "/api/v1/streams/g/v", "/api/v1/streams/g/v/c/d",
                           "/api/v1/a/b/c/d/e/f/g/h/i/j", "/healthz/", "*", "http://x/healthz"}) {
    const auto code = refusal(with_token("GET", path));
    CHECK_MESSAGE((code == 404 || code == 400), std::string{path}, " ", code);
  }
  CHECK(refusal(with_token("GET", "/api/v1/agreements/..")) == 400);
  CHECK(refusal(with_token("GET", "/api/v1/agreements/a%00b")) == 400);
  CHECK(refusal(with_token("GET", "/api/v1/agreements/a%2Fb")) == 400);
  CHECK(refusal(with_token("GET", "/api/v1/agreements/a%zz")) == 404);
  CHECK(refusal(with_token("GET", "/api/v1/streams/g/v/c?seconds=0")) == 422);
  CHECK(refusal(with_token("GET", "/api/v1/streams/g/v/c?seconds=601")) == 422);
  CHECK(refusal(with_token("GET", "/api/v1/streams/g/v/c?seconds=1x")) == 422);
  CHECK(refusal(with_token("GET", "/api/v1/streams/g/v/c?second=1")) == 422);
  CHECK(refusal(with_token("GET", "/api/v1/streams/g/v/c?seconds=1&seconds=2")) == 400);
  CHECK(refusal(with_token("GET", "/api/v1/throttles?a=1&b&c&d&e&f&g&h&i")) == 400);
}

TEST_CASE("a wrong method is told the right ones") {
  for (const auto& [method, path, allow] :
       {std::tuple{"POST", "/healthz", "GET"}, std::tuple{"DELETE", "/api/v1/agreements", "GET, POST"},
        std::tuple{"PATCH", "/api/v1/agreements/a", "GET, PUT, DELETE"},
        std::tuple{"GET", "/api/v1/streams/g/v/c/limit", "PUT, DELETE"}}) {
    const auto judged = read_call(with_token(method, path), secret);
    REQUIRE(std::holds_alternative<response>(judged));
    CHECK(std::get<response>(judged).status == 405);
    CHECK(std::get<response>(judged).allow == allow);
  }
}

TEST_CASE("below /api/v1 nothing is told without the token") {
  for (const auto* path : {"/api/v1/agreements", "/api/v1/nonsense", "/api/v1", "/api/v1/agreements/.."})
    for (const std::string& authorization :
         {std::string{}, std::string{"Bearer "}, "Bearer " + secret.substr(1), "Bearer " + secret + 'a',
          "Bearer b" + secret.substr(1), "Basic " + secret, "bearer" + secret, secret}) {
      CAPTURE(authorization);
      CHECK(refusal({"GET", path, authorization, "", ""}) == 401);
    }
  CHECK(refusal({"GET", "/api/v2/agreements", "", "", ""}) == 404);
  CHECK(!equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time("x", "x"));
  CHECK(std::get_if<call>(&static_cast<const std::variant<call, response>&>(
            read_call({"GET", "/api/v1/agreements", "Bearer ", "", ""}, "")))
        == nullptr);
}

TEST_CASE("agreements are taken as JSON or YAML, and nothing else") {
  const auto path = "/api/v1/agreements";
  CHECK(understood(with_body("POST", path, "application/json", small_agreement)).document.name == "a");
  CHECK(refusal(with_body("POST", path, "Application/JSON; charset=utf-8", small_agreement)) == 0);
  CHECK(refusal(with_body("POST", path, "application/yaml", small_agreement)) == 0); // JSON is YAML
  CHECK(refusal(with_body("POST", path, "", small_agreement)) == 415);
  CHECK(refusal(with_body("POST", path, "text/plain", small_agreement)) == 415);
  CHECK(refusal(with_body("POST", path, "application/json", "{")) == 400);
  CHECK(refusal(with_body("POST", path, "application/json", "{}")) == 422);
  CHECK(refusal(with_body("PUT", "/api/v1/agreements/a", "application/json", small_agreement)) == 0);
  CHECK(errors_of(with_body("PUT", "/api/v1/agreements/b", "application/json", small_agreement)).at(0).at("path")
        == "metadata.name");
}

TEST_CASE("an order needs a limit, a person and a reason") {
  const auto path = "/api/v1/streams/g/v/c/limit";
  const auto order = [&](const char* body) {
    return with_body("PUT", path, "application/json", body);
  };
  const auto x = understood(order(R"({"iops":100,"bandwidth":"10MB/s","for":"10m","who":"ann","why":"backup"})"));
  CHECK(x.order.stream == stream_id{"g", "v", "c"});
  CHECK(x.order.iops == rate{100});
  CHECK(x.order.bandwidth == rate{10'000'000});
  CHECK(x.order_length == 10min);
  CHECK(x.order.who == "ann");
  CHECK(understood(order(R"({"iops":1,"who":"a","why":"b"})")).order_length == 0s);
  const auto wrong = [&](const char* body) {
    std::string paths;
    for (const auto& one : errors_of(order(body)))
      paths += one.at("path").get<std::string>() + ' ';
    return paths;
  };
  CHECK(wrong(R"({})") == "who why iops ");
  CHECK(wrong(R"([])") == " ");
  CHECK(wrong(R"({"iops":0,"who":"a","why":"b"})") == "iops ");
  CHECK(wrong(R"({"iops":-5,"who":"a","why":"b"})") == "iops ");
  CHECK(wrong(R"({"iops":1.5,"who":"a","why":"b"})") == "iops ");
  CHECK(wrong(R"({"iops":"5","who":"a","why":"b"})") == "iops ");
  CHECK(wrong(R"({"bandwidth":"0MB/s","who":"a","why":"b"})") == "bandwidth ");
  CHECK(wrong(R"({"bandwidth":5,"who":"a","why":"b"})") == "bandwidth ");
  CHECK(wrong(R"({"iops":1,"for":"0s","who":"a","why":"b"})") == "for ");
  CHECK(wrong(R"({"iops":1,"for":"9000d","who":"a","why":"b"})") == "for ");
  CHECK(wrong(R"({"iops":1,"who":"","why":7})") == "who why ");
  CHECK(wrong(R"({"iops":1,"who":"a\u0000","why":"b"})") == "who ");
  CHECK(wrong(R"({"iops":1,"who":"a","why":"b","until":"x"})") == "until ");
  CHECK(refusal(with_body("PUT", path, "application/yaml", "iops: 1")) == 415);
  CHECK(refusal(order("iops")) == 400);
}

TEST_CASE("a policy is put with who and why, and read where it is") {
  CHECK(understood(with_token("GET", "/api/v1/policy")).what == operation::get_policy);
  CHECK(understood(with_token("GET", "/api/v1/policy/history")).what == operation::policy_history);
  const auto put = [](const char* query, const char* body = R"({"apiVersion":"sluice/v1","kind":"Policy","spec":{}})") {
    return with_body("PUT", query, "application/json", body);
  };
  const auto x = understood(put("/api/v1/policy?who=ann%20b&why=a%20trial"));
  CHECK(x.what == operation::replace_policy);
  CHECK(x.policy.author == "ann b");
  CHECK(x.policy.reason == "a trial");
  CHECK(!x.dry_run);
  CHECK(understood(put("/api/v1/policy?dry_run=true")).dry_run);
  CHECK(errors_of(put("/api/v1/policy")).at(0).at("path") == "?who");
  CHECK(errors_of(put("/api/v1/policy?who=")).at(0).at("path") == "?who");
  CHECK(errors_of(put("/api/v1/policy?who=%ff")).at(0).at("path") == "?who");
  CHECK(errors_of(put("/api/v1/policy?who=a&why=%00")).at(0).at("path") == "?why");
  CHECK(errors_of(put("/api/v1/policy?who=a&dry_run=maybe")).at(0).at("path") == "?dry_run");
  CHECK(errors_of(put("/api/v1/policy?who=a&force=true")).at(0).at("path") == "?force");
  CHECK(errors_of(put("/api/v1/policy?who=a", R"({"apiVersion":"sluice/v1","kind":"Policy","spec":{"x":1}})"))
            .at(0)
            .at("path")
        == "spec.x");
  CHECK(refusal(put("/api/v1/policy?who=a", "{")) == 400);
  CHECK(refusal(with_body("PUT", "/api/v1/policy?who=a", "text/plain", "")) == 415);
  CHECK(refusal(with_token("DELETE", "/api/v1/policy")) == 405);
}

TEST_CASE("an agreement is tried or forced by the query") {
  const auto put = [](const std::string& query) {
    return with_body("PUT", ("/api/v1/agreements/a" + query).c_str(), "application/json", small_agreement);
  };
  const auto x = understood(put("?dry_run=true&force=true&who=ann"));
  CHECK(x.dry_run);
  CHECK(x.force);
  CHECK(x.who == "ann");
  CHECK(!understood(put("?force=false")).force);
  CHECK(refusal(put("?force=1")) == 422);
  CHECK(refusal(put("?why=x")) == 422);
  CHECK(understood(with_token("GET", "/api/v1/agreements/a/explain")).what == operation::explain_agreement);
  CHECK(understood(with_token("GET", "/api/v1/backends/b/explain")).name == "b");
}

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

TEST_CASE("the token is made once, readable by its owner alone, and refused where others can read it") {
  char folder[] = "/tmp/sluice-token-XXXXXX";
  REQUIRE(::mkdtemp(folder) != nullptr);
  const auto path = std::string{folder} + "/token";
  const auto made = obtain_token(path);
  REQUIRE(std::holds_alternative<http::token>(made));
  CHECK(std::get<http::token>(made).made);
  CHECK(std::get<http::token>(made).text.size() == 64);
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  const auto again = obtain_token(path);
  REQUIRE(std::holds_alternative<http::token>(again));
  CHECK(!std::get<http::token>(again).made);
  CHECK(std::get<http::token>(again).text == std::get<http::token>(made).text);
  ::chmod(path.c_str(), 0644);
  const auto open = obtain_token(path);
  REQUIRE(std::holds_alternative<std::string>(open));
  CHECK(std::get<std::string>(open) == "the token file " + path + " can be read by others; chmod 600 it");
  ::chmod(path.c_str(), 0600);
  for (const std::string& content : {std::string{}, std::string{"short\n"}, std::string(300, 'x'),
                                     std::string(30, 'x') + " x x x x", std::string(40, 'x') + "\nsecond"}) {
    std::ofstream{path, std::ios::trunc} << content;
    CHECK(std::holds_alternative<std::string>(obtain_token(path)));
  }
  ::unlink(path.c_str());
  CHECK(std::holds_alternative<std::string>(obtain_token(std::string{folder} + "/missing/token")));
  CHECK(std::holds_alternative<std::string>(obtain_token(folder)));
  ::rmdir(folder);
}
