// Requests judged, without sockets and actors; and the token that they must bring.
#include "actors/application_server/entrance.hpp"
#include "actors/application_server/http/call.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/token_file.hpp"

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

std::variant<call, response> judge(const request& x) {
  entrance door{secret, {}};
  return door.judge(x, wall_time{1'700'000'000'000'000}, 1s);
}

request with_token(const char* method, const char* target) {
  return {method, target, "Bearer " + secret, "", ""};
}

request with_body(const char* method, const char* target, const char* type, std::string body) {
  return {method, target, "Bearer " + secret, type, std::move(body)};
}

/// What a request is refused with; 0 if it was understood.
unsigned refusal(const request& x) {
  const auto judged = judge(x);
  const auto* refused = std::get_if<response>(&judged);
  return refused == nullptr ? 0 : refused->status;
}

json errors_of(const request& x) {
  const auto judged = judge(x);
  const auto* refused = std::get_if<response>(&judged);
  REQUIRE(refused != nullptr);
  CHECK(refused->content_type == "application/problem+json");
  return json::parse(refused->body).value("errors", json::array());
}

call understood(const request& x) {
  const auto judged = judge(x);
  REQUIRE(std::holds_alternative<call>(judged));
  return std::get<call>(judged);
}

constexpr auto small_agreement = R"({"apiVersion":"sluice/v1","kind":"Agreement","metadata":{"name":"a","tenant":"t"},)"
                                 R"("spec":{"streams":{"volume":"v"},"objective":{"weight":2}}})";

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
  const auto page = understood(with_token("GET", "/api/v1/agreements?limit=7&after=gold&text=acme"));
  CHECK(page.limit == 7);
  CHECK(page.after == "gold");
  CHECK(page.wanted.text == "acme");
  CHECK(understood(with_token("GET", "/api/v1/agreements")).limit == max_page);
  CHECK(understood(with_token("GET", "/api/v1/limits?after=g/v/c")).after == "g/v/c");
  CHECK(understood(with_token("GET", "/api/v1/agreements/a/history?after=12")).after == "12");
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
  for (const auto* path :
       {"agreements?limit=1001", "agreements?after=", "agreements?after=a/b", "tenants?after=-", "limits?after=g/v",
        "agreements/a/history?after=x", "agreements/a/history?after=0", "tenants?text=x"})
    CHECK_MESSAGE(refusal(with_token("GET", (std::string{"/api/v1/"} + path).c_str())) == 422, std::string{path});
  CHECK(refusal(with_token("GET", "/api/v1/streams/g/v/c?seconds=1&seconds=2")) == 400);
  CHECK(refusal(with_token("GET", "/api/v1/throttles?a=1&b&c&d&e&f&g&h&i")) == 400);
}

TEST_CASE("a wrong method is told the right ones") {
  for (const auto& [method, path, allow] :
       {std::tuple{"POST", "/healthz", "GET"}, std::tuple{"DELETE", "/api/v1/agreements", "GET, POST"},
        std::tuple{"POST", "/api/v1/agreements/a", "GET, PUT, PATCH, DELETE"},
        std::tuple{"GET", "/api/v1/streams/g/v/c/limit", "PUT, DELETE"}}) {
    const auto judged = judge(with_token(method, path));
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
