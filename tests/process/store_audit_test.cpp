// The audit trail against a real PostgreSQL: pages, newest first, by who and what.
#include "actors/database_manager/query/answer.hpp"
#include "tests/process/store_fixture.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;

TEST_SUITE_BEGIN("process.audit");

namespace {

/// Five entries in the order of their storing, two of them of the same moment.
struct trail {
  trail() {
    REQUIRE(filled.result);
    enter(-50, "abcdefgh (Ada) from 10.0.0.1", "create-agreement", "One.");
    enter(-40, "file from 127.0.0.1", "create-token", "Two.");
    enter(-30, "abcdefgh (Ada) from 10.0.0.1", "replace-agreement", "Three.");
    enter(-30, "abcdefgh (Ada) from 10.0.0.1", "end-agreement", "Four.");
    enter(-10, "bcdefghi (100%_done) from ::1", "create-agreement", "Five.");
  }

  static void enter(std::int64_t when, const std::string& who, const std::string& action, const std::string& detail) {
    server().sql("INSERT INTO audit (at, who, action, subject, detail) VALUES (to_timestamp("
                 + std::to_string(noon_s + when) + "), '" + who + "', '" + action + "', 'gold', '" + detail + "')");
  }

  history_answer ask(history_question x) {
    x.what = question_kind::audit;
    x.from = later(-3600);
    x.to = noon;
    REQUIRE(problem_with(x).empty());
    auto found = history.read([&](store::reading& from) {
      return query::answer(from, x, noon, kept);
    });
    REQUIRE(found);
    return *found;
  }

  fresh_store filled;
  store::history history{settings_for(server().url()), std::chrono::seconds{8}};
};

std::string details(const history_answer& x) {
  std::string out;
  for (const auto& one : x.audit)
    out += one.detail + ' ';
  return out;
}

} // namespace

TEST_CASE("the newest entry stands first, and of one moment the one that was stored last") {
  trail x;
  const auto all = x.ask({});
  CHECK(details(all) == "Five. Four. Three. Two. One. ");
  CHECK(all.next.empty());
  CHECK(all.audit.front()
        == audit_entry{later(-10), "bcdefghi (100%_done) from ::1", "create-agreement", "gold", "Five."});
}

TEST_CASE("pages follow each other without a gap, also within one moment") {
  trail x;
  history_question page;
  std::string seen;
  for (const std::uint32_t limit : {2u, 1u, 1u, 5u}) {
    page.limit = limit;
    const auto found = x.ask(page);
    seen += details(found) + "| ";
    page.after = found.next;
  }
  CHECK(seen == "Five. Four. | Three. | Two. | One. | ");
  CHECK(page.after.empty());
  for (const auto* nowhere : {"x", "1", "1.x", "."}) {
    page.after = nowhere;
    CHECK(details(x.ask(page)).empty());
  }
}

TEST_CASE("it is asked for somebody, by a part of the name as it is written, and for an action") {
  trail x;
  history_question of;
  of.who = "Ada";
  CHECK(details(x.ask(of)) == "Four. Three. One. ");
  of.action = "end-agreement";
  CHECK(details(x.ask(of)) == "Four. ");
  of.who = "%_";
  of.action.clear();
  CHECK(details(x.ask(of)) == "Five. ");
  of.who = "nobody";
  CHECK(details(x.ask(of)).empty());
}

TEST_SUITE_END();
