// Calls about the past: their fields as questions, and answers as JSON, without sockets and actors.
#include "actors/application_server/entrance.hpp"
#include "actors/application_server/http/past_answers.hpp"
#include "actors/application_server/http/past_call.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"
#include "tests/unit/report_fixture.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::http;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.http_past");

namespace {

const std::string secret(64, 'a');

std::variant<call, response> judged(const std::string& method, const std::string& target,
                                    const std::string& body = {}) {
  entrance door{secret, {}};
  return door.judge({method, target, "Bearer " + secret, body.empty() ? "" : "application/json", body},
                    wall_time{1'700'000'000'000'000}, 1s);
}

call understood(const std::string& method, const std::string& target, const std::string& body = {}) {
  auto x = judged(method, target, body);
  if (const auto* refused = std::get_if<response>(&x))
    FAIL(refused->body);
  return std::get<call>(std::move(x));
}

/// The paths of the mistakes in a request, one after the other.
std::string mistakes(const std::string& method, const std::string& target, const std::string& body = {}) {
  const auto x = judged(method, target, body);
  REQUIRE(std::holds_alternative<response>(x));
  CHECK(std::get<response>(x).status == 422);
  std::string out;
  const auto answer = json::parse(std::get<response>(x).body);
  for (const auto& one : answer["errors"])
    out += one["path"].get<std::string>() + ' ';
  return out;
}

constexpr wall_time now{1'793'491'200'000'000}; // 2026-11-01 00:00 UTC

} // namespace

TEST_CASE("each path about the past is a question") {
  const auto report = understood("GET", "/api/v1/agreements/gold/report?period=2026-11&format=html");
  CHECK(report.past.what == question_kind::report);
  CHECK(report.past.agreement == "gold");
  CHECK(report.past.period == "2026-11");
  CHECK(report.format == report_format::as_html);
  CHECK(understood("GET", "/api/v1/compliance").past.period == "current");
  CHECK(understood("GET", "/api/v1/agreements/gold/compliance").past.agreement == "gold");
  CHECK(understood("GET", "/api/v1/tenants/acme/statement?period=2026").past.tenant == "acme");
  CHECK(understood("GET", "/api/v1/top?by=tenant&limit=3").past.by == ranking::tenant);
  CHECK(understood("GET", "/api/v1/streams/g/v/c/decisions").past.stream == stream_id{"g", "v", "c"});
  CHECK(understood("GET", "/api/v1/exclusions?after=7").past.after == "7");
  const auto page = understood("GET", "/api/v1/compliance?limit=5&after=gold").past;
  CHECK(page.limit == 5);
  CHECK(page.after == "gold");
  CHECK(understood("GET", "/api/v1/compliance").past.limit == max_history_entries);
  CHECK(problem_with(understood("GET", "/api/v1/tenants/acme/statement").past).empty()); // whole
  CHECK(understood("GET", "/api/v1/agreements/gold/violations?limit=5").past.limit == 5);
}

TEST_CASE("times that are open end now and begin an hour before, or as long as was said") {
  const auto open = complete(understood("GET", "/api/v1/streams/g/v/c/history"), now);
  CHECK(open.to == now);
  CHECK(open.from == wall_time{now.unix_us - 3'600'000'000});
  CHECK(problem_with(open).empty());
  const auto longer =
      complete(understood("GET", "/api/v1/streams/g/v/c/history?from=-1h30m&to=2026-10-31T12:00:00Z"), now);
  CHECK(longer.to == wall_time{now.unix_us - 12 * 3'600'000'000});
  CHECK(longer.from == wall_time{longer.to.unix_us - 5'400'000'000});
  const auto day = complete(understood("GET", "/api/v1/top?from=2026-10-31"), now);
  CHECK(day.from == wall_time{now.unix_us - 24 * 3'600'000'000});
  CHECK(day.period.empty());
}

TEST_CASE("a wrong field is named") {
  CHECK(mistakes("GET", "/api/v1/agreements/gold/report?format=pdf") == "?format ");
  CHECK(mistakes("GET", "/api/v1/agreements/gold/report?points=5") == "?points ");
  CHECK(mistakes("GET", "/api/v1/top?period=2026-11&from=-1h") == "?period ");
  CHECK(mistakes("GET", "/api/v1/streams/g/v/c/history?points=10001&from=yesterday") == "?from ?points ");
  CHECK(mistakes("GET", "/api/v1/streams/g/v/c/history?period=2026-11") == "?period ");
  CHECK(mistakes("GET", "/api/v1/compliance?tenant=a%2Fb") == "?tenant ");
  CHECK(mistakes("GET", "/api/v1/top?by=volume") == "?by ");
  CHECK(mistakes("GET", "/api/v1/compliance?limit=1001") == "?limit ");
  CHECK(mistakes("GET", "/api/v1/agreements/gold/compliance?after=a&limit=1") == "?after ?limit ");
  CHECK(std::get<response>(judged("POST", "/api/v1/compliance")).status == 405);
}

TEST_CASE("an exclusion is read, and every mistake in it named") {
  const auto x = understood("POST", "/api/v1/exclusions",
                            R"({"agreements": "oltp-*", "from": "2026-11-22T02:00:00+01:00", "for": "4h",
                                "recurrence": "FREQ=WEEKLY;BYDAY=SU", "time_zone": "Europe/Berlin", "who": "jo",
                                "why": "firmware"})")
                     .entry;
  CHECK(x.agreements == "oltp-*");
  CHECK(rfc3339(x.starts) == "2026-11-22T01:00:00.000Z");
  CHECK(x.length == 4h);
  CHECK(x.author == "jo");
  CHECK_FALSE(x.correction);
  CHECK(mistakes("POST", "/api/v1/exclusions",
                 R"({"agreements": "a b", "from": "now", "for": "0s", "who": "", "extra": 1})")
        == "agreements from for who extra why ");
  const auto back = understood("DELETE", "/api/v1/exclusions/7?who=jo&why=done").entry;
  CHECK(back.withdraws == 7);
  CHECK(back.reason == "done");
  CHECK(mistakes("DELETE", "/api/v1/exclusions/x?who=jo") == " ?why ");
}

TEST_CASE("times are read with any offset, and nothing that is none") {
  CHECK(parse_rfc3339("2026-11-01T00:00:00Z") == now);
  CHECK(parse_rfc3339("2026-11-01") == now);
  CHECK(parse_rfc3339("2026-11-01T05:30:00.25+05:30") == wall_time{now.unix_us + 250'000});
  CHECK(parse_rfc3339(rfc3339(wall_time{now.unix_us + 7'000})) == wall_time{now.unix_us + 7'000});
  for (const auto* text :
       {"", "2026", "2026-02-30", "2026-11-01T", "2026-11-01T00:00Z", "2026-11-01T00:00:00", "2026-11-01T24:00:00Z",
        "2026-11-01T00:00:00.Z", "2026-11-01T00:00:00Zx", "1969-12-31", "2026-11-01T00:00:00+25:00"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
}

TEST_CASE("answers tell the figures of the domain") {
  auto found = test::november_answer();
  auto asked = understood("GET", "/api/v1/agreements/oltp-gold/compliance?period=2026-11");
  const auto one = json::parse(answer_about_the_past(asked, complete(asked, now), found).body);
  CHECK(one["compliance_ppm"] == 998'873);
  CHECK(one["kept"] == false);
  CHECK(one["credit_ppm"] == 100'000);
  CHECK(one["objectives"].size() == 3);
  CHECK(one["objectives"][2]["objective"] == "1,500 IOPS at any time");
  CHECK(one["burn"].size() == 3);
  CHECK(one["burn"][0]["alert"] == false);
  CHECK(one["budget"]["left_s"] == -330.0);

  asked = understood("GET", "/api/v1/tenants/acme/statement?period=2026-11");
  const auto statement = json::parse(answer_about_the_past(asked, complete(asked, now), found).body);
  CHECK(statement["missed"] == 1);
  CHECK(statement["credited"] == 1);
  CHECK(statement["items"][0]["agreement"] == "oltp-gold");

  asked = understood("GET", "/api/v1/streams/g/v/c/history");
  const auto history = json::parse(answer_about_the_past(asked, complete(asked, now), found).body);
  CHECK(history["source"] == "hours");
  CHECK(history["items"].size() == 719);
  CHECK(history["items"][0]["iops"] == doctest::Approx(7e6 / 7200).epsilon(0.001));

  found.next = "oltp-gold";
  asked = understood("GET", "/api/v1/compliance");
  const auto accounts = json::parse(answer_about_the_past(asked, complete(asked, now), found).body);
  CHECK(accounts["items"].size() == 1);
  CHECK(accounts["next"] == "oltp-gold");
  asked = understood("GET", "/api/v1/tenants/acme/statement"); // which has no pages
  CHECK(answer_about_the_past(asked, complete(asked, now), found).status == 422);

  found.next = "2";
  asked = understood("GET", "/api/v1/agreements/oltp-gold/violations");
  const auto violations = json::parse(answer_about_the_past(asked, complete(asked, now), found).body);
  CHECK(violations["items"][0]["cause"] == "stream");
  CHECK(violations["items"][1]["culprit"].is_null());
  CHECK(violations["next"] == "2");

  asked = understood("GET", "/api/v1/agreements/oltp-gold/report?format=html");
  const auto page = answer_about_the_past(asked, complete(asked, now), found);
  CHECK(page.content_type == "text/html; charset=utf-8");
  CHECK(page.body.find("2026-11-01 to 2026-11-30") != std::string::npos); // a period without a name is told by its days
}
