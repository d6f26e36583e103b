// Reports: what follows from the counts, and that text, JSON and HTML say the same.
#include "actors/report/document.hpp"
#include "actors/report/figures.hpp"
#include "actors/report/plot.hpp"
#include "tests/unit/report_fixture.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace sluice;
using namespace sluice::report;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.report");

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++found;
  return found;
}

} // namespace

TEST_CASE("a report follows from the counts") {
  const auto x = make_document(test::november_answer(), "2026-11");
  // 714 hours of 360 intervals are met, one of 270 and one of 160; a budget of a thousandth of 257,400.
  CHECK(x.whole.met == 714 * 360 - 360 + 270 + 160 + 0);
  CHECK(x.budget.allowed == 257);
  CHECK(x.budget.consumed == 290);
  CHECK(x.budget.left == -33);
  REQUIRE(x.credit);
  CHECK(x.credit->credit_ppm == 100'000);
  CHECK(x.is_over);
  REQUIRE(x.days.size() == 30);
  CHECK(x.days[8].counts.violated == 90); // the 9th: hour 200
  CHECK(x.days[17].counts.violated == 200);
  REQUIRE(x.causes.size() == 2);
  CHECK(x.causes[0].cause == violation_cause::backend);
  CHECK(x.causes[0].length == 2000s);
  REQUIRE(x.exclusions.size() == 1);
  CHECK(x.exclusions[0].times == 1);
  CHECK(x.exclusions[0].length == 4h);
}

TEST_CASE("the summary says whether the promise was kept, and what follows") {
  auto answer = test::november_answer();
  CHECK(summary(make_document(answer, "2026-11"))
        == "The promise was not kept: 99.8873 % of the judged intervals were met, 99.9 % were promised. The credit is "
           "10 % "
           "of the period's price.");
  answer.accounts[0].to_come = 5;
  answer.accounts[0].whole.violated = 1;
  CHECK(contains(summary(make_document(answer, "2026-11")), "The promise was kept so far: 99.9996 %"));
  answer.accounts[0].whole = {.no_data = 10};
  CHECK(contains(summary(make_document(answer, "2026-11")), "Nothing was judged"));
}

TEST_CASE("text, JSON and HTML hold the same figures") {
  const auto x = make_document(test::november_answer(), "2026-11");
  const auto read = nlohmann::json::parse(json_text(x));
  CHECK(read["whole"]["compliance_ppm"] == 998'873);
  CHECK(read["whole"]["violated"] == 290);
  CHECK(read["kept"] == false);
  CHECK(read["violations"].size() == 2);
  CHECK(read["violations"][0]["culprit"] == "gw1/batch/10.0.0.7");
  CHECK(read["violations"][1]["culprit"].is_null());
  CHECK(read["days"].size() == 30);
  CHECK(read["latency"]["points"].size() == 719);
  CHECK(read["proof"]["position"] == 777'600);
  CHECK(read["proof"]["root"]["day"] == "2026-12-01");
  for (const auto& form : {text(x), html(x)}) {
    CHECK(contains(form, "99.8873 %"));
    CHECK(contains(form, "33 min 20 s"));
    CHECK(contains(form, "2026-11-18 23:00:00")); // on the clocks of Berlin
    CHECK(contains(form, "gw1/batch/10.0.0.7"));
    CHECK(contains(form, std::string(64, 'a')));
  }
}

TEST_CASE("what was entered or taken back after the period's end is shown as that, with who, when and why") {
  auto answer = test::november_answer();
  auto late = answer.exclusions[0]; // entered on the 3rd of December as a correction
  late.id = 8;
  late.correction = true;
  late.author = "kim";
  late.reason = "was forgotten";
  late.entered = wall_time{answer.to.unix_us + 58 * test::hour_us};
  auto taken_back = answer.exclusions[0];
  taken_back.id = 9;
  taken_back.withdraws = 7;
  taken_back.entered = wall_time{answer.to.unix_us + test::hour_us};
  answer.exclusions.push_back(late);
  answer.exclusions.push_back(taken_back);
  // A plain withdrawal in December is of no effect in November.
  auto x = make_document(answer, "2026-11");
  REQUIRE(x.exclusions.size() == 2);
  CHECK_FALSE(x.exclusions[0].withdrawn);
  CHECK(x.exclusions[0].times == 1);
  REQUIRE(x.corrections.size() == 1);
  CHECK(x.corrections[0].entry.id == 8);
  for (const auto& form : {text(x), html(x)})
    CHECK(contains(form, "exclusion 8 was entered: 2026-12-03 10:00:00 by kim, was forgotten"));
  // One that is a correction takes everything back.
  answer.exclusions[2].correction = true;
  answer.excluded.clear();
  x = make_document(answer, "2026-11");
  CHECK(x.exclusions[0].withdrawn);
  CHECK(x.exclusions[0].times == 0);
  REQUIRE(x.corrections.size() == 2);
  CHECK(contains(text(x), "After the period's end exclusion 7 was taken back: 2026-12-01 01:00:00 by jo"));
  const auto read = nlohmann::json::parse(json_text(x))["corrections"];
  REQUIRE(read.size() == 2);
  CHECK(read[0]["withdraws"].is_null());
  CHECK(read[1]["withdraws"] == 7);
  CHECK(read[1]["after_end"] == true);
  CHECK(read[1]["entered"] == "2026-12-01T00:00:00Z");
}

TEST_CASE("what was entered in time is no correction of the period, whatever it corrects in months before") {
  auto answer = test::november_answer();
  answer.exclusions[0].entered = wall_time{answer.from.unix_us + test::hour_us};
  answer.exclusions[0].correction = true; // it recurs since October
  CHECK(make_document(answer, "2026-11").corrections.empty());
  // Of a year it is one: October was over.
  answer.from = wall_time{answer.from.unix_us - 304 * 24 * test::hour_us};
  const auto year = make_document(answer, "2026");
  REQUIRE(year.corrections.size() == 1);
  CHECK_FALSE(year.corrections[0].after_end);
  CHECK(contains(text(year), "After the end of a month in it exclusion 7 was entered"));
}

TEST_CASE("what others wrote becomes neither markup nor a command to the terminal") {
  auto answer = test::november_answer();
  answer.exclusions[0].reason = "<script>alert(1)</script> & \"more\"\x1b[2J";
  const auto x = make_document(answer, "2026-11");
  CHECK_FALSE(contains(html(x), "<script>"));
  CHECK(contains(html(x), "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;[2J"));
  CHECK_FALSE(contains(text(x), "\x1b"));
}

TEST_CASE("the page needs nothing from outside") {
  const auto page = html(make_document(test::november_answer(), "2026-11"));
  for (const auto* outside : {"http://", "https://", "src=", "@import", "url("})
    CHECK_FALSE(contains(page, outside));
  CHECK(count_of(page, "<svg") == 3);
  CHECK(count_of(page, ">6 Nov<") == 3); // each picture has its axis
  for (const auto* tag : {"table", "svg", "figure", "div", "tr", "td", "section"}) {
    CAPTURE(tag);
    CHECK(count_of(page, std::string{"<"} + tag + ' ') + count_of(page, std::string{"<"} + tag + '>')
          == count_of(page, std::string{"</"} + tag + '>'));
  }
}

TEST_CASE("a period with nothing in it has a report too") {
  history_answer empty;
  empty.from = test::november;
  empty.to = wall_time{test::november.unix_us + 24 * test::hour_us};
  agreement_account account;
  account.terms = test::gold_terms();
  account.from = empty.from;
  account.to = empty.to;
  account.to_come = 8640;
  empty.accounts = {account};
  const auto x = make_document(empty, "2026-11-01");
  CHECK(contains(text(x), "Violations: none"));
  CHECK(contains(html(x), "No verdict of this period is stored"));
  CHECK(nlohmann::json::parse(json_text(x))["whole"]["compliance_ppm"].is_null());
}

TEST_CASE("figures read as people write them") {
  CHECK(length(0s) == "0 s");
  CHECK(length(90s) == "1 min 30 s");
  CHECK(length(26h + 5s) == "1 d 2 h");
  CHECK(length(-330s) == "-5 min 30 s");
  CHECK(length(250ms) == "250 ms");
  CHECK(latency(4210us) == "4.21 ms");
  CHECK(latency(850us) == "850 us");
  CHECK(latency(12'300ms) == "12.3 s");
  CHECK(exact(90min) == "90 m");
  CHECK(count(1'234'567) == "1,234,567");
  CHECK(count(12) == "12");
  CHECK(percent(999'500) == "99.95 %");
  CHECK(percent(std::nullopt) == "-");
  CHECK(burn(14'400) == "14.40");
  // Berlin puts its clocks back on 25 October 2026 at 01:00 UTC.
  const clocks on{"Europe/Berlin"};
  CHECK(on.moment(wall_time{1'792'889'999'000'000}) == "2026-10-25 02:59:59");
  CHECK(on.moment(wall_time{1'792'890'000'000'000}) == "2026-10-25 02:00:00");
  CHECK(clocks{"Nowhere/Else"}.name() == "UTC");
}
