// Pages of exports out of a real PostgreSQL: cursors, exports that are kept between two pages, verdicts from elsewhere.
#include "actors/database_manager/query/export_pages.hpp"
#include "actors/database_manager/query/open_exports.hpp"
#include "actors/database_manager/store/imported_verdicts.hpp"
#include "actors/exchange/samples_csv.hpp"
#include "actors/exchange/verdicts_csv.hpp"
#include "tests/process/evidence_store_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("process.store_pages");

namespace {

struct pages {
  store::history history{settings_for(server().url()), 20s};

  query::snapshot_reader reader() {
    return [this](const auto& body) {
      return history.read_page(body);
    };
  }
  store::outcome<export_page> csv(const export_question& x) {
    return history.read_page([&](store::reading& from) {
      return query::csv_page(from, x, in_may(0));
    });
  }
  /// All pages, and how many there were.
  std::pair<std::string, int> whole(export_question x) {
    std::string text;
    for (int count = 1;; ++count) {
      auto page = csv(x);
      REQUIRE_MESSAGE(page, page.why().text);
      CHECK(page->text.size() < max_export_page_bytes + 10'000);
      text += page->text;
      if (page->next.empty())
        return {text, count};
      x.cursor = page->next;
    }
  }
};

export_question evidence_of(const std::string& agreement, std::int64_t days = 3) {
  export_question x;
  x.what = export_kind::evidence;
  x.agreement = agreement;
  x.from = in_may(0);
  x.to = in_may(days * a_day);
  return x;
}

export_question samples_of(const std::string& client) {
  export_question x;
  x.what = export_kind::samples;
  x.stream = {"gw1", "oltp", client};
  x.from = in_may(0);
  x.to = in_may(a_day);
  return x;
}

query::no_page::kind refusal(const std::variant<export_page, query::no_page>& x) {
  REQUIRE(std::holds_alternative<query::no_page>(x));
  return std::get<query::no_page>(x).what;
}

} // namespace

TEST_CASE("an export is kept between its pages, given up when idle, and read once more where an answer was lost") {
  proved_store filled{600};
  pages from;
  query::open_exports open{filled.key, 0x1f, 60s};
  const auto page = [&](const export_question& x, instant now) {
    return open.page(from.reader(), x, now, in_may(9 * a_day));
  };
  auto x = evidence_of("a", 6);
  std::string text;
  for (int i = 0;; ++i) {
    const auto found = page(x, instant{i * 59s});
    REQUIRE(std::holds_alternative<export_page>(found));
    const auto& given = std::get<export_page>(found);
    CHECK(given.text.size() <= max_export_page_bytes);
    CHECK(given.text.back() == '\n');
    if (i > 0)
      CHECK(std::get<export_page>(page(x, instant{i * 59s})) == given);
    text += given.text;
    if (given.next.empty())
      break;
    x.cursor = given.next;
    CHECK(x.cursor.starts_with("1f."));
  }
  CHECK(verified(text) == "right");
  CHECK(content(text).verdicts == 1'800);
  REQUIRE(!x.cursor.empty());
  auto other = x;
  other.agreement = "b";
  CHECK(refusal(page(other, instant{0})) == query::no_page::kind::gone);
  CHECK(open.size() == 1);
  CHECK(open.sweep(instant{1h}) == false);
  CHECK(refusal(page(x, instant{1h})) == query::no_page::kind::gone);
}

TEST_CASE("four exports at a time; one that was read to its end makes room") {
  proved_store filled{600};
  pages from;
  query::open_exports open{filled.key, 1, 60s};
  const auto page = [&](const export_question& x) {
    return open.page(from.reader(), x, instant{0}, in_may(9 * a_day));
  };
  CHECK(std::holds_alternative<export_page>(page(evidence_of("a", 0 + 1)))); // one page, hence ended
  for (std::size_t i = 0; i < query::max_open_exports; ++i)
    CHECK(std::holds_alternative<export_page>(page(evidence_of("a", 6))));
  CHECK(open.size() == query::max_open_exports);
  CHECK(refusal(page(evidence_of("a", 6))) == query::no_page::kind::too_many);
}

TEST_CASE("an export whose rows were changed under it, or whose connection was lost, is gone") {
  proved_store filled{1'200};
  pages from;
  query::open_exports open{filled.key, 1, 60s};
  auto x = evidence_of("a", 12);
  const auto first = open.page(from.reader(), x, instant{0}, in_may(20 * a_day));
  REQUIRE(std::holds_alternative<export_page>(first));
  x.cursor = std::get<export_page>(first).next;
  REQUIRE(!x.cursor.empty());
  const auto lost = [](const auto&) -> store::outcome<export_page> {
    return store::failure{store::failure_kind::away, "the connection was lost"};
  };
  bool gone = false;
  for (int i = 0; i < 100 && !gone; ++i) { // pages that were read ahead are given still
    const auto found = open.page(lost, x, instant{0}, {});
    gone = std::holds_alternative<query::no_page>(found);
    if (!gone)
      x.cursor = std::get<export_page>(found).next;
  }
  CHECK(gone);
  CHECK(open.size() == 0);
}

TEST_CASE("rows come by their key over page after page, those that came late between the others") {
  fresh_store filled;
  REQUIRE(filled.result);
  const auto second = may_first.unix_us / 1'000'000;
  std::vector<sample_row> in_time, late, all;
  for (std::int64_t i = 0; i < 2'100; ++i) {
    auto row = row_of("c1", second + i, static_cast<std::uint64_t>(10 * i + 1));
    row.incarnation = i % 3 == 0 ? ~std::uint64_t{0} : 7; // stored as -1
    (i % 4 == 0 ? late : in_time).push_back(row);
    all.push_back(row);
  }
  const auto first = batch_of(in_time);
  const auto then = batch_of(late);
  REQUIRE(filled.database.append({&first, 1}, in_may(3'000), kept));
  REQUIRE(filled.database.append({&then, 1}, in_may(3'000), kept, second + 10'000));
  CHECK(server().count("late_samples") == 525);
  pages from;
  const auto [text, count] = from.whole(samples_of("c1"));
  CHECK(count >= 3);
  CHECK(text == exchange::write_samples(all));
  auto none = samples_of("c1");
  none.to = in_may(0);
  none.from = in_may(-10);
  CHECK(from.whole(none).first == exchange::samples_header());
  CHECK(from.csv(samples_of("nobody")).why().kind == store::failure_kind::not_found);
  for (const auto* wrong : {"1", "1.2.3", "1.2.3.4.5", "1.2.3.2", "-1.2.3.0", "a.b.c.d", "1.2.3.", ".1.2.3"}) {
    auto x = samples_of("c1");
    x.cursor = wrong;
    CHECK(from.csv(x).why().kind == store::failure_kind::refused);
  }
}

TEST_CASE("verdicts come by their key; those from elsewhere are kept apart, once") {
  proved_store filled{800};
  pages from;
  export_question x;
  x.what = export_kind::verdicts;
  x.agreement = "a";
  x.from = in_may(0);
  x.to = in_may(30 * a_day);
  std::vector<final_verdict> all;
  for (std::int64_t i = 0; i < 800; ++i)
    for (std::uint32_t point = 0; point < 3; ++point)
      all.push_back(stored_verdict("a", point, in_may(i * 600)));
  const auto [text, count] = from.whole(x);
  CHECK(count == 2);
  CHECK(text == exchange::write_verdicts(all));
  x.imported = true;
  CHECK(from.whole(x).first == exchange::verdicts_header());
  verdict_import import{all, "ann"};
  REQUIRE(store::problem_with(import).empty());
  CHECK(*filled.database.import_verdicts(import, in_may(1)) == all.size());
  import.author = "bob";
  import.verdicts[0].what.iops = 1;
  CHECK(*filled.database.import_verdicts(import, in_may(2)) == 0);
  CHECK(from.whole(x).first == text);
  CHECK(server().sql("SELECT string_agg(DISTINCT author, ',') FROM imported_verdicts") == "ann");
  CHECK(!check_all().broken);
  import.author.clear();
  CHECK(!store::problem_with(import).empty());
  x.period = "2024-05";
  x.from = x.to = {};
  x.imported = false;
  CHECK(from.csv(x)->from == in_may(-2 * 3600)); // May begins two hours earlier in Berlin
  x.agreement = "nobody";
  CHECK(from.csv(x).why().kind == store::failure_kind::not_found);
}

TEST_CASE("late rows are in the history of seconds, and in nothing that was rolled up") {
  fresh_store filled;
  REQUIRE(filled.result);
  const auto second = may_first.unix_us / 1'000'000;
  const auto in_time = batch_of({row_of("c1", second)});
  const auto late = batch_of({row_of("c1", second + 1, 11)});
  REQUIRE(filled.database.append({&in_time, 1}, in_may(100), kept));
  REQUIRE(filled.database.append({&late, 1}, in_may(100), kept, second + 60));
  store::history history{settings_for(server().url()), 5s};
  const auto found = history.read([&](store::reading& from) -> store::outcome<history_answer> {
    store::series_sum sums{in_may(0), in_may(60), 1s};
    const auto stream = *from.stream_number({"gw1", "oltp", "c1"});
    from.add_rows(store::resolution::table::samples, {&stream, 1}, in_may(0), in_may(60), sums);
    history_answer out;
    out.series = sums.points();
    return out;
  });
  REQUIRE(found);
  CHECK(found->series.size() == 2);
  CHECK(server().count("minutes") == 0);
}

TEST_SUITE_END();
