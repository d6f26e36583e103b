// What the client asks about the past, and what it makes of the answers.
#include "actors/sluicectl/command_line.hpp"
#include "actors/sluicectl/commands.hpp"

#include "tests/unit/sluicectl_run.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace sluice::ctl;

TEST_SUITE_BEGIN("unit.sluicectl_past");

namespace {

/// Answers from a list and remembers what was asked.
class scripted : public server_link {
public:
  scripted(std::vector<std::string> answers, output_format form)
      : server_link({"http://s", "secret", "t", form}), answers_(std::move(answers)) {}
  http_answer exchange(const http_request& request) override {
    asked.push_back(request.method + ' ' + request.path);
    bodies.push_back(request.body);
    REQUIRE(asked.size() <= answers_.size());
    return {200, answers_[asked.size() - 1]};
  }
  listening_end listen(const std::string&, const std::string&, const piece_taker&) override {
    FAIL("nothing is listened to");
    return {};
  }
  std::vector<std::string> asked;
  std::vector<std::string> bodies;

private:
  std::vector<std::string> answers_;
};

std::string mistake_in(std::vector<std::string> arguments) {
  const auto parsed = parse_command_line(std::move(arguments));
  CHECK(parsed.code == exit_code::usage);
  return parsed.text;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a report is printed as it came, in the form that was asked for") {
  scripted server{{"<html>"}, output_format::html};
  CHECK(run_line(server, {"report", "gold", "--period", "2026-11", "-o", "html"}).out == "<html>");
  CHECK(server.asked[0] == "GET /api/v1/agreements/gold/report?period=2026-11&format=html");
  scripted other{{"text"}, output_format::table};
  CHECK(run_line(other, {"report", "gold"}).out == "text");
  CHECK(other.asked[0] == "GET /api/v1/agreements/gold/report?format=text");
}

TEST_CASE("compliance of all is a table, of one also its objectives") {
  const std::string account = R"({"agreement": "gold", "tenant": "acme", "target_ppm": 999000, "compliance_ppm": 998873,
    "kept": false, "coverage_ppm": 1000000, "budget": {"used_s": 2900.0, "left_s": -330.0}, "credit_ppm": 100000)";
  scripted all{{R"({"items": [)" + account + "}]}"}, output_format::table};
  const auto table = run_line(all, {"compliance", "--tenant", "acme"}).out;
  CHECK(all.asked[0] == "GET /api/v1/compliance?tenant=acme");
  CHECK(contains(table, "99.8873%"));
  CHECK(contains(table, "48m20s"));
  CHECK(contains(table, "-5m30s"));
  scripted one{{account + R"(, "objectives": [{"objective": "mean", "met": 5}], "burn": [{"long_s": 3600.0,
    "short_s": 300.0, "long_rate_milli": 1500, "short_rate_milli": null, "threshold_milli": 14400, "alert": false}]})"},
               output_format::table};
  const auto detail = run_line(one, {"compliance", "gold", "--period", "2026-11"}).out;
  CHECK(one.asked[0] == "GET /api/v1/agreements/gold/compliance?period=2026-11");
  CHECK(contains(detail, "OBJECTIVE"));
  CHECK(contains(detail, "1.5"));
}

TEST_CASE("pages are read to their end") {
  scripted server{{R"({"items": [{"from": "2026-11-01T00:00:00.000Z", "length_s": 10}], "next": "1"})",
                   R"({"items": [{"from": "2026-11-02T00:00:00.000Z", "length_s": 20}]})"},
                  output_format::table};
  const auto table = run_line(server, {"violations", "gold"}).out;
  CHECK(server.asked[1] == "GET /api/v1/agreements/gold/violations?after=1");
  CHECK(contains(table, "2026-11-01T00:00:00Z"));
  CHECK(contains(table, "2026-11-02T00:00:00Z"));
  scripted all{{R"({"items": [{"agreement": "a"}], "next": "a", "period": "current"})",
                R"({"items": [{"agreement": "b:1"}], "next": "b:1"})", R"({"items": [{"agreement": "c"}]})"},
               output_format::json};
  const auto whole = nlohmann::json::parse(run_line(all, {"compliance", "--tenant", "acme"}).out);
  CHECK(all.asked[1] == "GET /api/v1/compliance?tenant=acme&after=a");
  CHECK(all.asked[2] == "GET /api/v1/compliance?tenant=acme&after=b:1");
  CHECK(whole["items"].size() == 3);
  CHECK(whole["period"] == "current");
  CHECK_FALSE(whole.contains("next"));
  scripted agreements{
      {R"({"items": [{"metadata": {"name": "a"}}], "next": "a"})", R"({"items": [{"metadata": {"name": "b"}}]})"},
      output_format::json};
  CHECK(nlohmann::json::parse(run_line(agreements, {"get", "agreements"}).out)["items"].size() == 2);
  CHECK(agreements.asked[1] == "GET /api/v1/agreements?after=a");
  scripted nothing{{R"({"items": []})"}, output_format::table};
  CHECK(run_line(nothing, {"violators", "--by", "tenant"}).out == "nobody violated anything\n");
}

TEST_CASE("pages that lead elsewhere are not followed") {
  for (const auto* next : {"a&limit=1", "a b", "\u00e4", ""}) {
    scripted server{{R"({"items": [{}], "next": ")" + std::string{next} + "\"}"}, output_format::json};
    CHECK_THROWS_AS(static_cast<void>(run_line(server, {"compliance"})), failure);
  }
}

TEST_CASE("an exclusion is entered, listed and taken back") {
  scripted server{{R"({"id": 7})", R"({"id": 8})", R"({"items": [{"id": 7, "agreements": "oltp-*"}]})"},
                  output_format::table};
  CHECK(run_line(server, {"exclusion", "add", "oltp-*", "--from", "2026-11-22T02:00:00Z", "--for", "4h", "--why",
                          "firmware", "--who", "jo"})
            .out
        == "exclusion 7 entered\n");
  const auto body = nlohmann::json::parse(server.bodies[0]);
  CHECK(body["agreements"] == "oltp-*");
  CHECK(body["correction"] == false);
  CHECK_FALSE(body.contains("recurrence"));
  CHECK(run_line(server, {"exclusion", "withdraw", "7", "--why", "not needed", "--who", "jo"}).out
        == "exclusion 8 takes back 7\n");
  CHECK(server.asked[1] == "DELETE /api/v1/exclusions/7?who=jo&why=not%20needed");
  CHECK(contains(run_line(server, {"exclusion", "list"}).out, "oltp-*"));
}

TEST_CASE("what makes no sense is refused before anything is sent") {
  CHECK(contains(mistake_in({"report"}), "AGREEMENT"));
  CHECK(contains(mistake_in({"history", "gold"}), "GATEWAY/VOLUME/CLIENT"));
  CHECK(contains(mistake_in({"violators", "--by", "volume"}), "volume"));
  CHECK(contains(mistake_in({"violations", "gold", "--period", "2026-11", "--from", "-1h"}), "either --period"));
  CHECK(contains(mistake_in({"get", "streams", "-o", "html"}), "only a report"));
  CHECK(contains(mistake_in({"get", "agreements", "-o", "openslo"}), "get agreement NAME"));
  CHECK(contains(mistake_in({"exclusion"}), "list, add or withdraw"));
}
