// Calls about exports and imports: their fields, bodies, and answers with links, without sockets and actors.
#include "actors/application_server/http/export_answers.hpp"
#include "actors/application_server/http/export_call.hpp"
#include "actors/application_server/http/json.hpp"
#include "actors/exchange/samples_csv.hpp"
#include "actors/exchange/verdicts_csv.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::http;

TEST_SUITE_BEGIN("unit.http_export");

namespace {

const caller operating{access_role::operator_, {}, "file", {}, {}};
constexpr wall_time now{1'793'491'200'000'000}; // 2026-11-01 00:00 UTC

std::variant<call, response> judged(const std::string& method, const std::string& target, const std::string& body = {},
                                    const std::string& type = "text/csv; charset=utf-8") {
  return read_call({method, target, {}, body.empty() ? "" : type, body}, find_route(method, target), operating);
}

call understood(const std::string& method, const std::string& target, const std::string& body = {}) {
  auto x = judged(method, target, body);
  if (const auto* refused = std::get_if<response>(&x))
    FAIL(refused->body);
  return std::get<call>(std::move(x));
}

/// Status and body of a refusal.
std::string refused(const std::string& method, const std::string& target, const std::string& body = {},
                    const std::string& type = "text/csv") {
  const auto x = judged(method, target, body, type);
  REQUIRE(std::holds_alternative<response>(x));
  return std::to_string(std::get<response>(x).status) + ' ' + std::get<response>(x).body;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

sample_row row_at(wall_time second) {
  sample x;
  x.stream = {"gw1", "oltp", "c1"};
  x.backend = "disk";
  x.sequence = 7;
  x.taken = second;
  x.interval = std::chrono::milliseconds{100};
  return make_row(x, 1);
}

} // namespace

TEST_CASE("each export is a question; what is open is the agreement's window, or the last hour of a stream") {
  const auto evidence = export_of(understood("GET", "/api/v1/agreements/gold/evidence?period=2026-10"), now);
  CHECK(evidence.what == export_kind::evidence);
  CHECK(evidence.agreement == "gold");
  CHECK(evidence.period == "2026-10");
  CHECK(export_of(understood("GET", "/api/v1/agreements/gold/verdicts"), now).period == "current");
  const auto rows = export_of(understood("GET", "/api/v1/streams/g/v/c/samples"), now);
  CHECK(rows.stream == stream_id{"g", "v", "c"});
  CHECK(rows.to == now);
  CHECK(rows.from == wall_time{now.unix_us - 3'600'000'000});
  for (const auto* target : {"/api/v1/evidence/key", "/api/v1/evidence/check"})
    CHECK(problem_with(export_of(understood("GET", target), now)).empty());
  CHECK(export_of(understood("POST", "/api/v1/evidence/check"), now).begin);
}

TEST_CASE("the link to the next page names everything, so that it asks for the same file") {
  const auto first = understood("GET", "/api/v1/agreements/gold/verdicts?from=-2h&imported=yes");
  export_page page{"text", "17.0.1", wall_time{now.unix_us - 7'200'000'001}, now, {}, {}, {}};
  const auto answer = export_answer(first, page);
  CHECK(answer.link
        == "</api/v1/agreements/gold/verdicts?from=2026-10-31T21:59:59.999999Z&to=2026-11-01T00:00:00Z&imported=yes&"
           "cursor=17.0.1>; rel=\"next\"");
  CHECK(answer.content_type == "text/csv; charset=utf-8");
  const auto next = export_of(understood("GET", next_page_path(first, page)), wall_time{});
  CHECK(next.from == page.from);
  CHECK(next.to == page.to);
  CHECK(next.imported);
  CHECK(next.cursor == "17.0.1");
  page.next.clear();
  CHECK(export_answer(first, page).link.empty());
}

TEST_CASE("wrong fields of exports are named") {
  CHECK(has(refused("GET", "/api/v1/agreements/gold/evidence?imported=yes"), "?imported"));
  CHECK(has(refused("GET", "/api/v1/agreements/gold/verdicts?imported=1"), "must be yes or no"));
  CHECK(has(refused("GET", "/api/v1/streams/g/v/c/samples?period=2026"), "?period"));
  CHECK(has(refused("GET", "/api/v1/agreements/gold/verdicts?period=2026&from=2026-01-01"), "cannot stand beside"));
  CHECK(has(refused("GET", "/api/v1/evidence/key?x=1"), "?x"));
  CHECK(has(refused("POST", "/api/v1/samples?who=", "x"), "?who"));
  auto wrong = export_of(understood("GET", "/api/v1/agreements/gold/verdicts?cursor=a%20b"), now);
  CHECK(has(problem_with(wrong), "this page does not exist"));
}

TEST_CASE("an import is taken whole or its first wrong line is told") {
  const std::vector<sample_row> rows{row_at(wall_time{0}), row_at(wall_time{1'000'000})};
  const auto text = exchange::write_samples(rows);
  const auto taken = understood("POST", "/api/v1/samples?who=ann", text);
  CHECK(taken.rows.size() == 2);
  CHECK(taken.who == "ann");
  CHECK(has(refused("POST", "/api/v1/samples", text + "x\r\n"), "422 "));
  CHECK(has(refused("POST", "/api/v1/samples", text + "x\r\n"), "line 4"));
  CHECK(has(refused("POST", "/api/v1/verdicts", text), "line 1"));
  CHECK(has(refused("POST", "/api/v1/samples", "{}", "application/json"), "415 "));
  CHECK(understood("POST", "/api/v1/verdicts", exchange::verdicts_header()).verdicts.empty());
}

TEST_CASE("only rows of closed seconds are imported") {
  const std::vector<sample_row> rows{row_at(wall_time{0}), row_at(wall_time{5'000'000})};
  CHECK(!refused_import(rows, wall_time{6'000'000}));
  const auto open = refused_import(rows, wall_time{5'000'000});
  REQUIRE(open);
  CHECK(open->status == 422);
  CHECK(has(open->body, "line 3"));
  CHECK(refused_import(rows, wall_time{})->status == 503);
}

TEST_CASE("a check is told as it runs and as it ended") {
  const auto asked = understood("GET", "/api/v1/evidence/check");
  export_page page;
  page.check.running = true;
  page.check.since = now;
  page.check.seen = 12;
  auto said = json::parse(export_answer(asked, page).body);
  CHECK(said["running"] == true);
  CHECK(said["entries"] == 12);
  CHECK(said["last"].is_null());
  page.check = {};
  page.check.ended = now;
  page.check.entries = 9;
  CHECK(json::parse(export_answer(asked, page).body)["last"]["outcome"] == "right");
  page.check.broken_chain = "ledger";
  page.check.broken = "is missing";
  said = json::parse(export_answer(asked, page).body);
  CHECK(said["last"]["outcome"] == "broken");
  CHECK(said["last"]["broken"]["chain"] == "ledger");
  page.check.problem = "away";
  CHECK(json::parse(export_answer(asked, page).body)["last"]["outcome"] == "not-completed");
  CHECK(export_answer(understood("POST", "/api/v1/evidence/check"), page).status == 202);
  CHECK(export_answer(understood("GET", "/api/v1/evidence/key"), page).status == 404);
}
