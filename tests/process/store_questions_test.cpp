// Questions about the past against a real PostgreSQL: what was counted, joined and read is compared with what was put
// in.
#include "actors/calendar/excluded_time.hpp"
#include "actors/database_manager/query/answer.hpp"
#include "actors/report/document.hpp"
#include "tests/process/store_fixture.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;

TEST_SUITE_BEGIN("process.history");

namespace {

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t hour_us = 3'600'000'000;
/// 2026-11-22 10:00 UTC
constexpr wall_time ten{(noon_s - 7200) * 1'000'000};

constexpr wall_time after(wall_time x, std::int64_t us) {
  return {x.unix_us + us};
}

/// A database with our schema, the means to fill it, and the questions.
struct past {
  past() {
    REQUIRE(filled.result);
  }

  void verdicts(const std::string& agreement, int point, wall_time from, int intervals, const std::string& outcome,
                const std::string& cause = "none", const std::string& culprit = "", int measured_seconds = 10) {
    server().sql("INSERT INTO verdicts SELECT '" + agreement + "', 1, " + std::to_string(point) + ", to_timestamp("
                 + std::to_string(from.unix_us / 1'000'000) + " + 10 * i), 10000000000, '" + outcome + "', '" + cause
                 + "', '" + culprit + "', 8000000 + i, 5000000, 100, 1000, " + std::to_string(measured_seconds)
                 + ", 'rows', now(), " + std::to_string(next_position) + " + i, '\\xab' FROM generate_series(0, "
                 + std::to_string(intervals - 1) + ") i");
    next_position += intervals;
  }

  /// Counts the verdicts as write_derived() does: by point, and as a whole where there are several.
  static void count_hours() {
    server().sql(
        "INSERT INTO compliance_hours SELECT agreement, date_trunc('hour', since), point, version, count(*) FILTER "
        "(WHERE outcome = 'met'), count(*) FILTER (WHERE outcome = 'violated'), count(*) FILTER (WHERE outcome = "
        "'exempt'), count(*) FILTER (WHERE outcome = 'no-data'), count(*) FILTER (WHERE outcome = 'no-data' AND "
        "measured_seconds = 10) FROM verdicts GROUP BY 1, 2, 3, 4");
    server().sql(
        "INSERT INTO compliance_hours SELECT agreement, date_trunc('hour', since), -1, version, count(*) FILTER "
        "(WHERE NOT broken), count(*) FILTER (WHERE broken), 0, 0, 0 FROM (SELECT agreement, since, version, "
        "bool_or(outcome = 'violated') AS broken FROM verdicts WHERE agreement = 'oltp-gold' GROUP BY 1, 2, 3) x "
        "GROUP BY 1, 2, 3, 4");
    server().sql("INSERT INTO progress VALUES ('verdicts', to_timestamp(" + std::to_string(noon_s) + "))");
  }

  store::outcome<history_answer> ask(const history_question& x) {
    return history.read([&](store::reading& from) {
      return query::answer(from, x, noon, kept);
    });
  }

  fresh_store filled;
  store::history history{settings_for(server().url()), std::chrono::seconds{8}};
  int next_position = 1;
};

history_question about(question_kind what, const std::string& agreement, wall_time from, wall_time to) {
  history_question x;
  x.what = what;
  x.agreement = agreement;
  x.from = from;
  x.to = to;
  return x;
}

/// Three objectives: two latency points and a reservation.
agreement established_gold(past& x) {
  const auto stored = x.filled.database.create(gold(), after(ten, -hour_us));
  REQUIRE(stored);
  return *stored;
}

} // namespace

TEST_CASE("compliance of a period is counted by objective and as a whole, with what begins and ends inside an hour") {
  past x;
  established_gold(x);
  // 10:00 to 12:00; violated: the mean from 10:20 to 10:25, the p99.9 from 10:24 to 10:26, the rest met.
  for (int point = 0; point < 3; ++point) {
    const int from = point == 0 ? 120 : point == 1 ? 144 : 720;
    const int length = point == 0 ? 30 : point == 1 ? 12 : 0;
    x.verdicts("oltp-gold", point, ten, from, "met");
    if (length > 0) {
      x.verdicts("oltp-gold", point, after(ten, from * 10'000'000), length, "violated", "stream", "gw1/batch/c");
      x.verdicts("oltp-gold", point, after(ten, (from + length) * 10'000'000), 720 - from - length, "met");
    }
  }
  past::count_hours();
  const auto all = x.ask(about(question_kind::compliance, "oltp-gold", ten, after(ten, 2 * hour_us)));
  REQUIRE(all);
  REQUIRE(all->accounts.size() == 1);
  // 10:20 to 10:26 is violated by one or the other: 36 intervals.
  CHECK(all->accounts[0].whole == interval_counts{.met = 684, .violated = 36});
  REQUIRE(all->accounts[0].objectives.size() == 3);
  CHECK(all->accounts[0].objectives[0].counts == interval_counts{.met = 690, .violated = 30});
  CHECK(all->accounts[0].objectives[1].counts == interval_counts{.met = 708, .violated = 12});
  CHECK(all->accounts[0].objectives[2].counts == interval_counts{.met = 720});
  // 10:22 to 11:10, no whole hour: the verdicts themselves are counted. 18 violated of the mean, 12, together 24.
  const auto part =
      x.ask(about(question_kind::compliance, "oltp-gold", after(ten, 22 * minute_us), after(ten, 70 * minute_us)));
  REQUIRE(part);
  CHECK(part->accounts[0].whole == interval_counts{.met = 264, .violated = 24});
  CHECK(part->accounts[0].objectives[0].counts == interval_counts{.met = 270, .violated = 18});
}

TEST_CASE("an exclusion takes out what it touches, and nothing else") {
  past x;
  established_gold(x);
  for (int point = 0; point < 3; ++point) {
    x.verdicts("oltp-gold", point, ten, 60, "met");
    x.verdicts("oltp-gold", point, after(ten, 10 * minute_us), 60, "violated", "backend");
    x.verdicts("oltp-gold", point, after(ten, 20 * minute_us), 600, "met");
  }
  past::count_hours();
  // 10:14:55 to 11:00:05: touches the interval that begins at 10:14:50 and the one that begins at 11:00:00.
  server().sql("INSERT INTO exclusions (agreement_pattern, starts, length_ns, recurrence, time_zone, author, reason, "
               "correction, entered) VALUES ('oltp-*', to_timestamp("
               + std::to_string(ten.unix_us / 1'000'000 + 895)
               + "), 2710000000000, '', 'UTC', 'jo', 'firmware', false, to_timestamp(" + std::to_string(noon_s) + "))");
  const auto found = x.ask(about(question_kind::compliance, "oltp-gold", ten, after(ten, 2 * hour_us)));
  REQUIRE(found);
  // Excluded: 10:14:50 to 11:00:10, 272 intervals; of the violated ones 29 remain.
  CHECK(found->accounts[0].whole == interval_counts{.met = 60 + 359, .violated = 29, .excluded = 272});
  REQUIRE(found->excluded.size() == 1);
  CHECK(found->excluded[0].exclusion == 1);
  const auto broken = x.ask(about(question_kind::violations, "oltp-gold", ten, after(ten, 2 * hour_us)));
  REQUIRE(broken);
  REQUIRE(broken->violations.size() == 3);
  CHECK(broken->violations[0].length == std::chrono::seconds{290});
  // Withdrawn, everything counts again.
  server().sql(
      "INSERT INTO exclusions (agreement_pattern, starts, length_ns, recurrence, time_zone, author, reason, "
      "correction, withdraws, entered) SELECT agreement_pattern, starts, length_ns, recurrence, time_zone, 'jo', "
      "'by mistake', false, id, entered FROM exclusions");
  const auto again = x.ask(about(question_kind::compliance, "oltp-gold", ten, after(ten, 2 * hour_us)));
  REQUIRE(again);
  CHECK(again->accounts[0].whole == interval_counts{.met = 660, .violated = 60});
}

TEST_CASE("a month that is over stays as it was, but for corrections") {
  past x;
  established_gold(x); // in Berlin, where November ends an hour before it does in UTC
  for (int point = 0; point < 3; ++point)
    x.verdicts("oltp-gold", point, ten, 720, "met");
  past::count_hours();
  exclusion entry;
  entry.agreements = "oltp-*";
  entry.starts = ten;
  entry.length = std::chrono::minutes{10};
  entry.time_zone = "Europe/Berlin";
  entry.author = "jo";
  entry.reason = "firmware";
  const auto enter = [&](const exclusion& what, wall_time now) {
    const auto berlin = calendar::zone::find("Europe/Berlin").value();
    const auto closed = calendar::closed_until(berlin, now);
    const auto stored = what.withdraws == 0 ? x.filled.database.enter(what, closed, now)
                                            : x.filled.database.withdraw(what, closed, now);
    REQUIRE_MESSAGE(stored, (stored ? "" : stored.why().text));
    return stored->id;
  };
  const auto taking_back = [&](std::int64_t id, bool correction) {
    auto what = entry;
    what.withdraws = id;
    what.correction = correction;
    return what;
  };
  auto question = about(question_kind::report, "oltp-gold", {}, {});
  question.period = "2026-11";
  const auto counted = [&] {
    const auto found = x.ask(question);
    REQUIRE(found);
    return *found;
  };
  // Two windows of ten minutes: the second one recurs.
  enter(entry, ten);
  auto weekly = entry;
  weekly.starts = after(ten, hour_us);
  weekly.recurrence = "FREQ=WEEKLY";
  const auto second = enter(weekly, ten);
  CHECK(counted().accounts[0].whole == interval_counts{.met = 600, .excluded = 120});
  const wall_time december{1'796'079'600'000'000}; // in Berlin
  // Taken back in November, and in force again; then for good in December, which November does not see.
  enter(taking_back(second, false), noon);
  CHECK(counted().accounts[0].whole == interval_counts{.met = 660, .excluded = 60});
  const auto third = enter(weekly, noon);
  enter(taking_back(third, false), december);
  const auto closed = counted();
  CHECK(closed.accounts[0].whole == interval_counts{.met = 600, .excluded = 120});
  CHECK(report::make_document(closed, "2026-11").corrections.empty());
  // What was forgotten can only be entered as a correction, and one takes everything back.
  auto forgotten = entry;
  forgotten.starts = after(ten, 20 * minute_us);
  forgotten.correction = true;
  enter(forgotten, after(december, 1));
  CHECK(counted().accounts[0].whole == interval_counts{.met = 540, .excluded = 180});
  enter(taking_back(1, true), after(december, 2));
  const auto corrected = counted();
  CHECK(corrected.accounts[0].whole == interval_counts{.met = 600, .excluded = 120});
  const auto shown = report::make_document(corrected, "2026-11");
  REQUIRE(shown.corrections.size() == 2);
  CHECK(shown.corrections[0].entry.entered == after(december, 1));
  CHECK(shown.corrections[1].entry.withdraws == 1);
  CHECK(shown.corrections[1].after_end);
}

TEST_CASE("violated neighbours are one violation, and pages go on where the one before ended") {
  past x;
  established_gold(x);
  x.verdicts("oltp-gold", 0, ten, 30, "violated", "stream", "gw1/batch/c");
  x.verdicts("oltp-gold", 0, after(ten, 300'000'000), 6, "violated", "backend");
  x.verdicts("oltp-gold", 0, after(ten, 400'000'000), 3, "violated", "backend");
  auto question = about(question_kind::violations, "oltp-gold", ten, after(ten, hour_us));
  const auto all = x.ask(question);
  REQUIRE(all);
  REQUIRE(all->violations.size() == 3);
  const auto& first = all->violations[0];
  CHECK(first.from == ten);
  CHECK(first.length == std::chrono::seconds{300});
  CHECK(first.intervals == 30);
  CHECK(first.cause == violation_cause::stream);
  CHECK(first.culprit == "gw1/batch/c");
  CHECK(first.worst == duration{8'000'029});
  CHECK(first.requests == 30'000);
  CHECK(all->next.empty());
  question.limit = 2;
  const auto page = x.ask(question);
  REQUIRE(page);
  CHECK(page->violations.size() == 2);
  question.after = page->next;
  const auto rest = x.ask(question);
  REQUIRE(rest);
  REQUIRE(rest->violations.size() == 1);
  CHECK(rest->violations[0] == all->violations[2]);
  CHECK(rest->next.empty());
}

TEST_CASE("the ranking counts each interval of an agreement once") {
  past x;
  established_gold(x);
  auto silver = gold("oltp-silver");
  silver.tenant = "bolt";
  REQUIRE(x.filled.database.create(silver, after(ten, -hour_us)));
  x.verdicts("oltp-gold", 0, ten, 30, "violated", "stream", "gw1/batch/c");
  x.verdicts("oltp-gold", 1, ten, 20, "violated", "stream", "gw1/batch/c");
  x.verdicts("oltp-silver", 0, ten, 5, "violated", "stream", "gw1/scan/d");
  x.verdicts("oltp-silver", 1, after(ten, 50'000'000), 5, "violated", "backend");
  auto question = about(question_kind::top, "", ten, after(ten, hour_us));
  const auto culprits = x.ask(question);
  REQUIRE(culprits);
  using std::chrono::seconds;
  CHECK(culprits->ranking
        == std::vector<ranked>{{"gw1/batch/c", seconds{300}, 30, 1}, {"gw1/scan/d", seconds{50}, 5, 1}});
  question.by = ranking::tenant;
  const auto tenants = x.ask(question);
  REQUIRE(tenants);
  CHECK(tenants->ranking == std::vector<ranked>{{"acme", seconds{300}, 30, 1}, {"bolt", seconds{100}, 10, 1}});
  question.by = ranking::agreement;
  question.tenant = "bolt";
  const auto one = x.ask(question);
  REQUIRE(one);
  CHECK(one->ranking == std::vector<ranked>{{"oltp-silver", seconds{100}, 10, 1}});
}

TEST_CASE("a series reads what is rolled up and, beyond it, the samples; percentiles are those of all requests") {
  past x;
  // Two hours of seconds; hours are rolled up to 11:00, minutes to 11:50.
  server().sql("INSERT INTO streams (gateway, volume, client) VALUES ('gw1', 'oltp', 'a')");
  const auto cells = std::to_string(40 * (1 << 23) + 9) + "," + std::to_string(80 * (1 << 23) + 1);
  const auto begin = std::to_string(ten.unix_us / 1'000'000);
  server().sql(
      "INSERT INTO samples (stream, second, incarnation, first_sequence, last_sequence, samples, interval_ns, "
      "arrivals, completions, errors, reads, writes, read_bytes, write_bytes, backlog, in_flight, mean_in_flight, "
      "limited_by_rate_ns, limited_by_depth_ns, backend_latency_sum_ns, total_latency_sum_ns, generation, control, "
      "backend, backend_latency, total_latency) SELECT 1, to_timestamp("
      + begin
      + " + i), 1, i * 10, i * 10 + 9, 10, 1000000000, 10, 10, 0, 6, 4, 60, 40, 0, 0, 0, 5, 0, 1000, 2000, "
        "0, 0, 'disk', '{"
      + cells + "}', '{" + cells + "}' FROM generate_series(0, 7199) i");
  const auto roll_up = [&](const std::string& table, const std::string& unit, std::int64_t seconds) {
    server().sql(
        "INSERT INTO " + table + " SELECT 1, date_trunc('" + unit
        + "', second), count(*), sum(interval_ns), "
          "sum(arrivals), sum(completions), 0, sum(reads), sum(writes), sum(read_bytes), sum(write_bytes), 10, "
          "sum(limited_by_rate_ns), 0, sum(backend_latency_sum_ns), sum(total_latency_sum_ns), 'disk', ARRAY["
        + std::to_string(40 * (1 << 23)) + " + 9 * count(*), " + std::to_string(80 * (1 << 23))
        + " + count(*)], "
          "ARRAY["
        + std::to_string(40 * (1 << 23)) + " + 9 * count(*), " + std::to_string(80 * (1 << 23))
        + " + count(*)] FROM samples WHERE second < to_timestamp(" + begin + " + " + std::to_string(seconds)
        + ") GROUP BY 2");
    server().sql("INSERT INTO progress VALUES ('" + table + "', to_timestamp(" + begin + " + " + std::to_string(seconds)
                 + "))");
  };
  roll_up("hours", "hour", 3600);
  roll_up("minutes", "minute", 6600);
  history_question question;
  question.what = question_kind::series;
  question.stream = {"gw1", "oltp", "a"};
  question.from = ten;
  question.to = after(ten, 2 * hour_us);
  for (const auto& [points, source, parts] :
       {std::tuple{10'000U, "samples", std::size_t{7200}}, {200U, "minutes", 120}, {2U, "hours", 2}}) {
    CAPTURE(points);
    question.points = points;
    const auto found = x.ask(question);
    REQUIRE(found);
    CHECK(found->source == source);
    REQUIRE(found->series.size() == parts);
    const auto seconds = 7200 / parts;
    for (const auto& p : found->series) {
      REQUIRE(p.seconds == seconds);
      REQUIRE(p.completions == 10 * seconds);
      REQUIRE(p.mean == duration{200});
      REQUIRE(p.p50 == latency_histogram::upper_edge(40));
      REQUIRE(p.p90 == latency_histogram::upper_edge(40));
      REQUIRE(p.p95 == latency_histogram::upper_edge(80));
    }
  }
}

TEST_CASE("a report holds all of it, from one snapshot") {
  past x;
  const auto stored = established_gold(x);
  for (int point = 0; point < 3; ++point) {
    x.verdicts("oltp-gold", point, ten, 690, "met");
    x.verdicts("oltp-gold", point, after(ten, 6'900'000'000), 30, "no-data");
  }
  past::count_hours();
  server().sql("UPDATE compliance_hours SET met = 330, no_data = 30, idle = 30 WHERE point = -1 AND since >= "
               "to_timestamp("
               + std::to_string(noon_s - 3600) + ")");
  auto question = about(question_kind::report, "oltp-gold", {}, {});
  question.period = "2026-11-22";
  const auto found = x.ask(question);
  REQUIRE(found);
  REQUIRE(found->accounts.size() == 1);
  CHECK(found->accounts[0].terms == stored);
  CHECK(found->accounts[0].whole == interval_counts{.met = 690, .no_data = 30, .idle = 30});
  CHECK(found->accounts[0].to_come == 11 * 360); // in Berlin the day ends at 23:00 UTC
  CHECK(found->judged_until == noon);
  CHECK(found->hours.size() == 2);
  CHECK(found->versions.size() == 1);
  CHECK(found->windows.size() == 6);
  CHECK(found->windows[0].whole == interval_counts{.met = 330, .no_data = 30, .idle = 30});
  CHECK(found->windows[1].whole == interval_counts{.no_data = 30, .idle = 30}); // the last five minutes
  CHECK(found->proof.position == 2160);
  CHECK(found->proof.hash == "ab");
  CHECK(found->proof.root_day.empty());
}

TEST_CASE("pages of accounts join to the whole, whatever the order of the database") {
  past x;
  std::vector<std::string> names{"B", "a", "a-b", "a.b", "aa"};
  for (const auto& name : names) {
    auto one = gold();
    one.name = name;
    one.tenant = name == "aa" ? "umbrella" : "acme";
    REQUIRE(x.filled.database.create(one, after(ten, -hour_us)));
    x.verdicts(name, 0, ten, static_cast<int>(&name - names.data()) + 1, "met");
  }
  past::count_hours();
  auto page = about(question_kind::compliance, "", ten, after(ten, 2 * hour_us));
  const auto whole = x.ask(page);
  REQUIRE(whole);
  REQUIRE(whole->accounts.size() == names.size());
  CHECK(whole->next.empty());
  for (const std::uint32_t limit : {1u, 2u, 4u}) {
    CAPTURE(limit);
    page.limit = limit;
    page.after.clear();
    std::vector<agreement_account> joined;
    do {
      const auto found = x.ask(page);
      REQUIRE(found);
      CHECK(found->accounts.size() <= limit);
      CHECK(found->from == whole->from);
      CHECK(found->to == whole->to);
      joined.insert(joined.end(), found->accounts.begin(), found->accounts.end());
      page.after = found->next;
    } while (!page.after.empty() && joined.size() < 10);
    CHECK(joined == whole->accounts);
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    CHECK(whole->accounts[i].terms.name == names[i]);
  page.tenant = "acme";
  page.limit = 10;
  page.after = "a-b";
  CHECK(x.ask(page)->accounts.size() == 1);
  page.after = "zzz";
  CHECK(x.ask(page)->accounts.empty());
}

TEST_CASE("decisions stand newest first, page by page, also within one moment") {
  past x;
  int position = 0;
  for (const auto& [minute, rule] :
       {std::pair{1, "capacity"}, {3, "share"}, {3, "protection"}, {3, "none"}, {2, "limit"}, {90, "share"}})
    server().sql("INSERT INTO decisions VALUES (to_timestamp(" + std::to_string(ten.unix_us / 1'000'000 + 60 * minute)
                 + "), 'gw1', 'batch', 'c', 1, '" + rule + "', '', '', 'disk', 0, 0, 0, 0, 0, 1, 2, 3, false, now(), "
                 + std::to_string(++position) + ", '\\xab')");
  auto page = about(question_kind::decisions, "", ten, after(ten, hour_us));
  page.stream = {"gw1", "batch", "c"};
  const auto rules = [&] {
    std::string out;
    const auto found = x.ask(page);
    REQUIRE(found);
    for (const auto& one : found->decisions)
      out += std::string{to_string(one.what.why.rule)} + ' ';
    page.after = found->next;
    return out;
  };
  CHECK(rules() == "none protection share limit capacity ");
  CHECK(page.after.empty());
  std::string seen;
  for (const std::uint32_t limit : {2u, 1u, 1u, 1u}) {
    page.limit = limit;
    seen += rules() + "| ";
  }
  CHECK(seen == "none protection | share | limit | capacity | ");
  CHECK(page.after.empty());
  page.after = "x";
  CHECK(rules().empty());
}

TEST_CASE("what is not there is said in one sentence") {
  past x;
  const auto none = x.ask(about(question_kind::compliance, "nobody", ten, noon));
  REQUIRE_FALSE(none);
  CHECK(none.why().kind == store::failure_kind::not_found);
  CHECK(none.why().text == "the agreement nobody was not in force in this period");
  auto question = about(question_kind::compliance, "", {}, {});
  question.period = "2026-13";
  const auto wrong = x.ask(question);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.why().kind == store::failure_kind::refused);
  CHECK(wrong.why().text.find("2026-13") != std::string::npos);
}
