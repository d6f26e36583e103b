// Samples become rows of one second, rows wait until they are confirmed: nothing lost, nothing twice, bounded.
#include "actors/application_server/observatory/observatory.hpp"
#include "actors/application_server/rows/packed_row.hpp"
#include "actors/application_server/rows/row_outbox.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t start_us = 1'795'361'830'000'000; // a full second

/// The sample number `sequence` of a stream that does 10 reads of 4 KiB in each 100 ms; the first one ends at 0.1 s.
sample nth(std::uint64_t sequence, const std::string& client = "c") {
  sample x;
  x.stream = {"g", "v", client};
  x.backend = "disk";
  x.sequence = sequence;
  x.taken = wall_time{start_us + static_cast<std::int64_t>(sequence) * 100'000};
  x.interval = 100ms;
  x.arrivals = x.completions = x.reads = 10;
  x.read_bytes = 40'960;
  x.backlog = static_cast<std::uint32_t>(sequence);
  x.in_flight = 2;
  x.mean_in_flight = 1.5;
  x.limited_by_rate = 3ms;
  for (int i = 0; i < 10; ++i) {
    x.total_latency.record(2ms);
    x.backend_latency.record(1ms);
  }
  x.generation = 7;
  x.control = control_state::throttled;
  return x;
}

instant at(std::uint64_t sequence) {
  return 100ms * static_cast<std::int64_t>(sequence);
}

sample_row row_of(std::uint64_t sequence) {
  return make_row(nth(sequence), 1);
}

/// The first sequences of the rows in a batch.
std::vector<std::uint64_t> numbers(const std::optional<row_outbox::batch>& x) {
  std::vector<std::uint64_t> out;
  if (x)
    for (const auto& row : x->rows)
      out.push_back(row.first_sequence);
  return out;
}

using list = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("a row is complete when a sample of a later second comes") {
  stream_book book;
  std::vector<sample_row> rows;
  for (std::uint64_t i = 1; i <= 9; ++i)
    CHECK(book.take(nth(i), 1, at(i), rows) == stream_book::taken::yes);
  CHECK(rows.empty());
  book.take(nth(10), 1, at(10), rows);
  REQUIRE(rows.size() == 1);
  const auto& row = rows.front();
  CHECK(row.samples == 9);
  CHECK(row.first_sequence == 1);
  CHECK(row.last_sequence == 9);
  CHECK(row.total.taken.unix_us == start_us);
  CHECK(row.total.completions == 90);
  CHECK(row.total.total_latency.count() == 90);
  const auto& record = *book.find(nth(1).stream);
  CHECK(record.last_second.iops == doctest::Approx(100));
  CHECK(record.last_second.bandwidth == doctest::Approx(409'600));
  CHECK(record.last_second.mean == 2ms);
  CHECK(record.last_second.backend_mean == 1ms);
  CHECK(record.totals.reads == 100);
}

TEST_CASE("a row is complete when its patience is over, not before") {
  stream_book book;
  std::vector<sample_row> rows;
  book.take(nth(1), 1, 0ms, rows);
  book.advance(1499ms, rows);
  CHECK(rows.empty());
  book.advance(1500ms, rows);
  CHECK(rows.size() == 1);
  book.advance(2000ms, rows);
  CHECK(rows.size() == 1);
}

TEST_CASE("a second in two parts is two rows that add up, and one point of history") {
  stream_book book;
  std::vector<sample_row> rows;
  book.take(nth(1), 1, 0ms, rows);
  book.advance(1500ms, rows);
  book.take(nth(5), 1, 1600ms, rows);
  book.advance(3100ms, rows);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].total.taken == rows[1].total.taken);
  CHECK(rows[0].first_sequence != rows[1].first_sequence); // the keys differ
  CHECK(rows[0].total.completions + rows[1].total.completions == 20);
  const auto points = book.find(nth(1).stream)->past.since(wall_time{0});
  REQUIRE(points.size() == 1);
  CHECK(points[0].iops == doctest::Approx(20));
  CHECK(points[0].mean_ms == doctest::Approx(2));
}

TEST_CASE("a sample that comes twice or late counts once") {
  stream_book book;
  std::vector<sample_row> rows;
  book.take(nth(1), 1, 0ms, rows);
  book.take(nth(2), 1, 0ms, rows);
  CHECK(book.take(nth(2), 1, 0ms, rows) == stream_book::taken::repeated);
  CHECK(book.take(nth(1), 1, 0ms, rows) == stream_book::taken::repeated);
  book.advance(2s, rows);
  CHECK(book.take(nth(2), 1, 2s, rows) == stream_book::taken::repeated); // after its row was completed, too
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].total.completions == 20);
}

TEST_CASE("a restarted gateway begins its own row") {
  stream_book book;
  std::vector<sample_row> rows;
  book.take(nth(5), 1, 0ms, rows);
  CHECK(book.take(nth(1), 2, 0ms, rows) == stream_book::taken::yes);
  book.close(0ms, rows);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].incarnation == 1);
  CHECK(rows[1].incarnation == 2);
}

TEST_CASE("streams beyond the bound are refused, those that are gone make room") {
  stream_book book{{}, 2};
  std::vector<sample_row> rows;
  CHECK(book.take(nth(1, "a"), 1, 0s, rows) == stream_book::taken::yes);
  CHECK(book.take(nth(1, "b"), 1, 5min, rows) == stream_book::taken::yes);
  CHECK(book.take(nth(1, "c"), 1, 5min, rows) == stream_book::taken::no_room);
  book.advance(10min, rows);
  CHECK(book.take(nth(2, "c"), 1, 10min, rows) == stream_book::taken::yes);
  CHECK(book.find({"g", "v", "a"}) == nullptr);
}

TEST_CASE("the history keeps ten minutes") {
  history x;
  for (int i = 0; i < 1500; ++i) {
    history_point point;
    point.at = wall_time{i * 1'000'000};
    point.iops = static_cast<float>(i);
    x.add(point);
  }
  const auto all = x.since(wall_time{0});
  REQUIRE(all.size() == 600);
  CHECK(all.front().iops == 900);
  CHECK(all.back().iops == 1499);
  CHECK(x.since(wall_time{1'490'000'000}).size() == 10);
}

TEST_CASE("the limit in force is noted in the history") {
  observatory known;
  throttle held;
  held.stream = {"g", "v", "c"};
  held.generation = 1;
  held.now.iops = rate{500};
  known.decisions.take({&held, 1}, {}, {}, false);
  std::vector<sample_row> rows;
  known.streams.take(nth(1), 1, 0s, rows);
  known.streams.close(0s, rows);
  CHECK(known.streams.find(held.stream)->past.since(wall_time{0}).at(0).limit_iops == 500);
  const auto gone = held.stream;
  known.decisions.take({}, {&gone, 1}, {}, false);
  CHECK(known.decisions.find(gone) == nullptr);
}

TEST_CASE("missing batches are counted per life of a gateway") {
  gateway_book book;
  CHECK(book.note_batch("g", 1, 5, {}) == 0); // the first one seen
  CHECK(book.note_batch("g", 1, 6, {}) == 0);
  CHECK(book.note_batch("g", 1, 9, {}) == 2);
  CHECK(book.note_batch("g", 1, 9, {}) == 0);
  CHECK(book.note_batch("g", 1, 8, {}) == 0);
  CHECK(book.note_batch("g", 2, 1, {}) == 0);
  CHECK(book.note_batch("g", 2, 3, {}) == 1);
  CHECK(book.gateways().at("g").batches_lost() == 3);
}

TEST_CASE("a row is the same after packing, and small") {
  auto row = row_of(3);
  row.incarnation = 0xfedc'ba98'7654'3210;
  row.total.mean_in_flight = 1234.5;
  const auto bytes = pack(row);
  CHECK(bytes.size() < 160);
  const auto again = unpack_row(bytes);
  CHECK(pack(again) == bytes);
  CHECK(again.incarnation == row.incarnation);
  CHECK(again.total.stream == row.total.stream);
  CHECK(again.total.taken == row.total.taken);
  CHECK(again.total.mean_in_flight == 1234.5);
  CHECK(again.total.limited_by_rate == 3ms);
  CHECK(again.total.total_latency == row.total.total_latency);
  CHECK(again.total.backend_latency == row.total.backend_latency);
  CHECK(again.total.control == control_state::throttled);
}

TEST_CASE("batches go out in order, one first, then twice as many with each confirmation") {
  row_outbox box{{.entries = 100, .batch = 2, .open_batches = 4}};
  for (std::uint64_t i = 1; i <= 20; ++i)
    box.put(row_of(i));
  const auto first = box.next();
  CHECK(numbers(first) == list{1, 2});
  CHECK(!box.next());
  box.confirmed(first->number, first->life);
  CHECK(numbers(box.next()) == list{3, 4});
  CHECK(numbers(box.next()) == list{5, 6});
  CHECK(!box.next());
  CHECK(box.unconfirmed() == 18);
  CHECK(box.confirmed_entries() == 2);
}

TEST_CASE("what failed is sent again word for word and before anything else") {
  row_outbox box{{.entries = 100, .batch = 2, .open_batches = 4}};
  for (std::uint64_t i = 1; i <= 3; ++i)
    box.put(row_of(i));
  const auto first = box.next();
  box.failed(first->number, first->life);
  box.put(row_of(4));
  const auto again = box.next();
  REQUIRE(again);
  CHECK(again->number == first->number);
  CHECK(numbers(again) == list{1, 2});
  CHECK(!box.next());
  box.confirmed(again->number, again->life);
  CHECK(numbers(box.next()) == list{3, 4});
}

TEST_CASE("a new database manager gets everything that the old one did not confirm, in order") {
  row_outbox box{{.entries = 100, .batch = 1, .open_batches = 4}};
  for (std::uint64_t i = 1; i <= 5; ++i)
    box.put(row_of(i));
  const auto first = box.next();
  box.confirmed(first->number, first->life);
  const auto second = box.next();
  const auto third = box.next();
  REQUIRE(third);
  box.peer_lost();
  box.confirmed(second->number, second->life); // an answer that comes too late to be believed
  box.failed(third->number, third->life);
  list sent;
  while (const auto x = box.next()) {
    sent.push_back(x->rows.at(0).first_sequence);
    box.confirmed(x->number, x->life);
  }
  CHECK(sent == list{2, 3, 4, 5});
  CHECK(box.unconfirmed() == 0);
  CHECK(box.dropped() == 0);
}

TEST_CASE("at the bound the oldest are dropped and counted") {
  row_outbox box{{.entries = 4, .batch = 2, .open_batches = 4}};
  for (std::uint64_t i = 1; i <= 4; ++i)
    box.put(row_of(i));
  const auto first = box.next(); // 1 and 2
  box.put(row_of(5));
  CHECK(box.dropped() == 2);
  CHECK(box.unconfirmed() == 3);
  box.confirmed(first->number, first->life);
  CHECK(box.unconfirmed() == 3); // it was dropped here before it was confirmed
  box.put(row_of(6));
  box.put(row_of(7));
  CHECK(box.dropped() == 3);
  CHECK(numbers(box.next()) == list{4, 5});
}

TEST_CASE("an entry that the database will never take is found and dropped, the others are stored") {
  for (std::uint64_t bad = 1; bad <= 8; ++bad) {
    CAPTURE(bad);
    row_outbox box{{.entries = 100, .batch = 8, .open_batches = 4}};
    for (std::uint64_t i = 1; i <= 8; ++i)
      box.put(row_of(i));
    list stored;
    int rounds = 0;
    while (const auto x = box.next()) {
      REQUIRE(++rounds < 20);
      const auto rows = numbers(x);
      if (std::find(rows.begin(), rows.end(), bad) != rows.end()) {
        box.refused(x->number, x->life);
      } else {
        stored.insert(stored.end(), rows.begin(), rows.end());
        box.confirmed(x->number, x->life);
      }
    }
    CHECK(stored.size() == 7);
    CHECK(std::find(stored.begin(), stored.end(), bad) == stored.end());
    CHECK(box.dropped() == 1);
    CHECK(box.unconfirmed() == 0);
  }
}

TEST_CASE("verdicts and events travel with the rows") {
  row_outbox box;
  box.put(row_of(1));
  verdict judged;
  judged.agreement = "gold";
  box.put(judged);
  event seen;
  seen.subject = "disk";
  box.put(seen);
  const auto x = box.next();
  REQUIRE(x);
  CHECK(x->rows.size() == 1);
  CHECK(x->verdicts == std::vector<verdict>{judged});
  CHECK(x->events == std::vector<event>{seen});
}

TEST_CASE("property: under failures and restarts each row is confirmed once, in order, as long as there is room") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    auto state = seed;
    const auto chance = [&state](std::uint64_t in) { // xorshift64
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      return state % in;
    };
    row_outbox box{{.entries = 10'000, .batch = 3, .open_batches = 8}};
    list stored;
    std::vector<row_outbox::batch> open; // at a database that recognises rows it has
    std::uint64_t put = 0;
    for (int step = 0; step < 2000; ++step) {
      const auto what = step < 1500 ? chance(10) : 4;
      if (what < 3)
        box.put(row_of(++put));
      else if (what < 6) {
        while (auto x = box.next())
          open.push_back(std::move(*x));
        if (step >= 1500)
          std::sort(open.begin(), open.end(), [](const auto& a, const auto& b) {
            return a.number < b.number;
          });
      }
      if (!open.empty() && (what >= 6 || step >= 1500)) {
        const auto x = open.front();
        open.erase(open.begin());
        if (what == 9) {
          box.failed(x.number, x.life);
        } else {
          for (const auto& row : x.rows)
            if (std::find(stored.begin(), stored.end(), row.first_sequence) == stored.end())
              stored.push_back(row.first_sequence);
          if (what == 8) { // stored, but the answer is lost with the database manager
            box.peer_lost();
            open.clear();
          } else {
            box.confirmed(x.number, x.life);
          }
        }
      }
    }
    CHECK(box.unconfirmed() == 0);
    CHECK(stored.size() == put);
    std::sort(stored.begin(), stored.end());
    CHECK(std::adjacent_find(stored.begin(), stored.end()) == stored.end());
  }
}
