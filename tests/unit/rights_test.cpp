// Every operation with every role: what is asked by whom may be answered.
#include "actors/application_server/entrance.hpp"

#include <doctest/doctest.h>

#include <tuple>
#include <vector>

using namespace sluice;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.rights");

namespace {

const std::string file_token(64, 'f');
constexpr wall_time now{1'763'800'000'000'000};

constexpr auto agreement_body =
    R"({"apiVersion":"sluice/v1","kind":"Agreement","metadata":{"name":"a","tenant":"acme"},)"
    R"("spec":{"streams":{"volume":"v"},"objective":{"weight":2}}})";
constexpr auto policy_body = R"({"apiVersion":"sluice/v1","kind":"Policy","spec":{"defaults":{"mode":"observe"}}})";

struct asked {
  const char* method;
  const char* target;
  const char* body;
  const char* who; ///< letters of the roles that are answered: c, v, o, a
};

/// One line per route. A route that is missing here is found by the contract test.
const std::vector<asked> table{
    {"GET", "/api/v1/agreements", "", "cvoa"},
    {"POST", "/api/v1/agreements", agreement_body, "oa"},
    {"POST", "/api/v1/agreements?dry_run=true", agreement_body, "coa"},
    {"POST", "/api/v1/agreements?force=true&who=x", agreement_body, "a"},
    {"GET", "/api/v1/agreements/a", "", "cvoa"},
    {"PUT", "/api/v1/agreements/a", agreement_body, "oa"},
    {"DELETE", "/api/v1/agreements/a", "", "oa"},
    {"PATCH", "/api/v1/agreements/a", "{}", "oa"},
    {"PATCH", "/api/v1/agreements/a?dry_run=true", "{}", "coa"},
    {"PATCH", "/api/v1/agreements/a?force=true", "{}", "a"},
    {"POST", "/api/v1/agreements/a/suspend", "", "oa"},
    {"POST", "/api/v1/agreements/a/resume", "", "oa"},
    {"POST", "/api/v1/agreements/a/resume?force=true", "", "a"},
    {"GET", "/api/v1/agreements/a/history", "", "cvoa"},
    {"GET", "/api/v1/agreements/a/explain", "", "cvoa"},
    {"GET", "/api/v1/agreements/a/openslo", "", "cvoa"},
    {"GET", "/api/v1/agreements/a/compliance", "", "cvoa"},
    {"GET", "/api/v1/agreements/a/violations", "", "cvoa"},
    {"GET", "/api/v1/agreements/a/report", "", "cvoa"},
    {"GET", "/api/v1/compliance", "", "cvoa"},
    {"GET", "/api/v1/tenants/acme/statement", "", "cvoa"},
    {"GET", "/api/v1/streams", "", "cvoa"},
    {"GET", "/api/v1/streams/g/v/c", "", "cvoa"},
    {"GET", "/api/v1/streams/g/v/c/explain", "", "cvoa"},
    {"GET", "/api/v1/streams/g/v/c/history", "", "cvoa"},
    {"GET", "/api/v1/streams/g/v/c/decisions", "", "voa"},
    {"PUT", "/api/v1/streams/g/v/c/limit", R"({"iops":5,"who":"x","why":"y"})", "oa"},
    {"DELETE", "/api/v1/streams/g/v/c/limit", "", "oa"},
    {"GET", "/api/v1/limits", "", "voa"},
    {"GET", "/api/v1/throttles", "", "voa"},
    {"GET", "/api/v1/gateways", "", "voa"},
    {"GET", "/api/v1/backends", "", "voa"},
    {"GET", "/api/v1/backends/b/explain", "", "voa"},
    {"GET", "/api/v1/events", "", "voa"},
    {"GET", "/api/v1/top", "", "voa"},
    {"GET", "/api/v1/policy", "", "voa"},
    {"GET", "/api/v1/policy/history", "", "voa"},
    {"PUT", "/api/v1/policy?who=x", policy_body, "a"},
    {"GET", "/api/v1/exclusions", "", "voa"},
    {"POST", "/api/v1/exclusions", R"({"agreements":"a","from":"2026-11-22T10:00:00Z","for":"1h","who":"x","why":"y"})",
     "oa"},
    {"DELETE", "/api/v1/exclusions/1?who=x&why=y", "", "oa"},
    {"GET", "/api/v1/session", "", "cvoa"},
    {"DELETE", "/api/v1/session", "", "cvoa"},
    {"GET", "/api/v1/watch?topics=streams", "", "cvoa"},
    {"GET", "/api/v1/watch?topics=streams,throttles", "", "voa"},
    {"GET", "/api/v1/tokens", "", "a"},
    {"POST", "/api/v1/tokens", R"({"role":"viewer","label":"x"})", "a"},
    {"DELETE", "/api/v1/tokens/abcdefgh", "", "a"},
    {"GET", "/api/v1/audit", "", "oa"},
    {"GET", "/api/v1/tenants", "", "cvoa"},
};

struct world {
  entrance door{file_token, {}};
  std::map<char, std::string> tokens;

  world() {
    std::vector<access_token> all;
    for (const auto& [letter, role] : {std::pair{'c', access_role::customer}, std::pair{'v', access_role::viewer},
                                       std::pair{'o', access_role::operator_}, std::pair{'a', access_role::admin}}) {
      const auto made = access::make_token();
      access_token x;
      x.id = made.id;
      x.digest = access::digest_of(made.secret);
      x.role = role;
      x.tenant = role == access_role::customer ? "acme" : "";
      all.push_back(x);
      tokens[letter] = made.joined();
    }
    door.know(all);
  }

  /// 0 = a call for somebody to answer.
  unsigned ask(const asked& x, const std::string& token) {
    const auto* type = std::string_view{x.method} == "PATCH" ? "application/merge-patch+json" : "application/json";
    http::request y{x.method, x.target, token.empty() ? "" : "Bearer " + token, type, x.body};
    const auto said = door.judge(y, now, 1h);
    const auto* answer = std::get_if<http::response>(&said);
    return answer == nullptr ? 0 : answer->status;
  }
};

} // namespace

TEST_CASE("each role is answered what it may ask, and nothing else") {
  world x;
  for (const auto& one : table)
    for (const auto& [letter, token] : x.tokens) {
      CAPTURE(one.method);
      CAPTURE(one.target);
      CAPTURE(letter);
      const auto status = x.ask(one, token);
      if (std::string_view{one.who}.find(letter) != std::string_view::npos)
        CHECK((status == 0 || status == 200 || status == 204));
      else
        CHECK(status == 403);
    }
}

TEST_CASE("without a token nothing is told, not even whether it exists") {
  world x;
  for (const auto& one : table) {
    CAPTURE(one.target);
    CHECK(x.ask(one, "") == 401);
    CHECK(x.ask(one, access::make_token().joined()) == 401);
  }
  CHECK(x.ask({"GET", "/api/v1/nonsense", "", ""}, "") == 401);
  CHECK(x.ask({"POST", "/api/v1/session", R"({"token":"wrong"})", ""}, "") == 401);
  CHECK(x.ask({"POST", "/api/v1/session", R"({"tokn":"wrong"})", ""}, "") == 422);
  CHECK(x.ask({"GET", "/healthz", "", ""}, "") == 0);
}

TEST_CASE("customers may establish where the provider lets them, but never by force") {
  world x;
  entrance_settings open;
  open.customers_may_establish = true;
  entrance door{file_token, open};
  access_token customer;
  const auto made = access::make_token();
  customer.id = made.id;
  customer.digest = access::digest_of(made.secret);
  customer.role = access_role::customer;
  customer.tenant = "acme";
  door.know(std::vector{customer});
  const auto ask = [&](const char* target) {
    const auto said =
        door.judge({"POST", target, "Bearer " + made.joined(), "application/json", agreement_body}, now, 1h);
    const auto* answer = std::get_if<http::response>(&said);
    return answer == nullptr ? 0u : answer->status;
  };
  CHECK(ask("/api/v1/agreements") == 0);
  CHECK(ask("/api/v1/agreements?force=true&who=x") == 403);
}

TEST_CASE("who listens may go on as long as its token and its session are good") {
  world x;
  http::watching by_token{{"all/streams"}, {}, "file", {}, {}};
  CHECK(x.door.is_welcome(by_token, now));
  by_token.owner = "nobody00";
  CHECK_FALSE(x.door.is_welcome(by_token, now));
  http::watching by_session{{"all/streams"}, {}, "file", {now.unix_us + 1'000'000}, {}};
  CHECK(x.door.is_welcome(by_session, now));
  CHECK_FALSE(x.door.is_welcome(by_session, {now.unix_us + 1'000'000}));
}

TEST_CASE("metrics may be closed, and then they are a viewer's to read") {
  entrance_settings settings;
  settings.open_metrics = false;
  entrance door{file_token, settings};
  const auto status = [&](const std::string& token) {
    const auto said = door.judge({"GET", "/metrics", token.empty() ? "" : "Bearer " + token, "", ""}, now, 1h);
    const auto* answer = std::get_if<http::response>(&said);
    return answer == nullptr ? 0u : answer->status;
  };
  CHECK(status("") == 401);
  CHECK(status(file_token) == 0);
  access_token customer;
  const auto made = access::make_token();
  customer.id = made.id;
  customer.digest = access::digest_of(made.secret);
  customer.role = access_role::customer;
  customer.tenant = "acme";
  door.know(std::vector{customer});
  CHECK(status(made.joined()) == 403);
}

TEST_CASE("what a token is to be is read field by field") {
  world x;
  const auto ask = [&](const char* body) {
    return x.ask({"POST", "/api/v1/tokens", body, ""}, file_token);
  };
  CHECK(ask(R"({"role":"customer","label":"x","tenant":"acme","for":"90d"})") == 0);
  for (const auto* wrong : {R"({"role":"root","label":"x"})", R"({"role":"viewer"})", R"({"label":"x"})",
                            R"({"role":"customer","label":"x"})", R"({"role":"viewer","label":"x","tenant":"acme"})",
                            R"({"role":"viewer","label":"x","for":"0s"})", R"({"role":"viewer","label":"x","for":5})",
                            R"({"role":"viewer","label":"x","secret":"mine"})", R"([])", R"("x")"}) {
    CAPTURE(wrong);
    CHECK(ask(wrong) == 422);
  }
}

TEST_SUITE_END();
