// Rows as they wait to be stored: packed, checked, bounded, in order.
#include "actors/database_manager/row_queue.hpp"
#include "actors/database_manager/store/session.hpp"
#include "actors/database_manager/store/storable.hpp"

#include <limits>
#include <map>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::store;
using namespace std::chrono_literals;

namespace {

sample_row good_row() {
  sample x;
  x.stream = {"gw1", "oltp", "10.0.0.7"};
  x.backend = "disk";
  x.sequence = 7;
  x.taken = wall_time{1'795'000'000'300'000};
  x.interval = 100ms;
  x.completions = 3;
  x.reads = 3;
  x.total_latency.record(1ms);
  x.total_latency.record(1ms);
  x.total_latency.record(9ms);
  return make_row(x, 0xffff'ffff'ffff'fff0);
}

verdict good_verdict() {
  verdict x;
  x.agreement = "oltp-gold";
  x.version = 1;
  return x;
}

event good_event() {
  event x;
  x.subject = "gw1";
  x.text = "gw1 is back after 3 s";
  return x;
}

override_order good_order() {
  override_order x;
  x.stream = {"gw1", "oltp", "10.0.0.7"};
  x.who = "ann";
  x.why = "tests";
  return x;
}

std::shared_ptr<const packed_batch> batch_of(std::size_t rows) {
  auto x = std::make_shared<packed_batch>();
  x->rows.resize(rows);
  return x;
}

} // namespace

TEST_CASE("a packed row has the figures of its row and only the buckets that are not empty") {
  const auto row = good_row();
  const auto x = pack(row);
  CHECK(x.stream == row.total.stream);
  CHECK(x.second == 1'795'000'000);
  CHECK(x.incarnation == row.incarnation);
  CHECK(x.completions == 3);
  CHECK(x.total_latency_sum == 11ms);
  REQUIRE(x.total_latency.size() == 2);
  CHECK(x.total_latency[0] % 8'388'608 == 2);
  CHECK(x.total_latency[1] % 8'388'608 == 1);
  CHECK(x.total_latency[0] / 8'388'608 == static_cast<int>(latency_histogram::bucket_of(1ms)));
  CHECK(x.total_latency[1] / 8'388'608 == static_cast<int>(latency_histogram::bucket_of(9ms)));
}

TEST_CASE("the cells of any histogram give back its buckets, however many requests they hold") {
  constexpr auto last = static_cast<std::uint32_t>(latency_histogram::bucket_count - 1);
  constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  const std::vector<std::uint32_t> pairs{0, 1, 7, 8'388'607, 8, 8'388'608, last, most};
  std::uint64_t count = 0;
  for (std::size_t i = 1; i < pairs.size(); i += 2)
    count += pairs[i];
  latency_histogram x;
  REQUIRE(x.unpack(pairs, duration{static_cast<std::int64_t>(count) * 1'000'000}));
  std::map<std::int64_t, std::uint64_t> buckets;
  for (const auto cell : cells_of(x)) {
    REQUIRE(cell > 0);
    buckets[cell / 8'388'608] += static_cast<std::uint64_t>(cell % 8'388'608);
  }
  CHECK(buckets == std::map<std::int64_t, std::uint64_t>{{0, 1}, {7, 8'388'607}, {8, 8'388'608}, {last, most}});
}

TEST_CASE("a good row, verdict, event and order can be stored") {
  CHECK(problem_with(good_row()) == "");
  CHECK(problem_with(good_verdict()) == "");
  CHECK(problem_with(good_event()) == "");
  CHECK(problem_with(good_order()) == "");
}

TEST_CASE("each figure that PostgreSQL would not take makes a row be refused") {
  const auto refused = [](auto change) {
    auto row = good_row();
    change(row);
    return !problem_with(row).empty();
  };
  constexpr auto huge = std::numeric_limits<std::uint64_t>::max();
  CHECK(refused([](auto& x) {
    x.total.stream.client.clear();
  }));
  CHECK(refused([](auto& x) {
    x.total.backend = "a b";
  }));
  CHECK(refused([](auto& x) {
    x.last_sequence = x.first_sequence - 1;
  }));
  CHECK(refused([](auto& x) {
    x.total.arrivals = huge;
  }));
  CHECK(refused([](auto& x) {
    x.total.write_bytes = huge;
  }));
  CHECK(refused([](auto& x) {
    x.total.generation = huge;
  }));
  CHECK(refused([](auto& x) {
    x.total.mean_in_flight = std::numeric_limits<double>::quiet_NaN();
  }));
  CHECK(refused([](auto& x) {
    x.total.mean_in_flight = 1e300;
  }));
  CHECK(refused([](auto& x) {
    x.total.taken.unix_us = std::numeric_limits<std::int64_t>::max();
  }));
  CHECK(refused([](auto& x) {
    x.total.taken.unix_us = std::numeric_limits<std::int64_t>::min();
  }));
  CHECK(refused([](auto& x) {
    x.total.control = static_cast<control_state>(9);
  }));
}

TEST_CASE("each thing that PostgreSQL would not take makes a verdict, an event or an order be refused") {
  const auto refused = [](auto line, auto change) {
    change(line);
    return !problem_with(line).empty();
  };
  CHECK(refused(good_verdict(), [](auto& x) {
    x.agreement = "a b";
  }));
  CHECK(refused(good_verdict(), [](auto& x) {
    x.version = 1u << 31;
  }));
  CHECK(refused(good_verdict(), [](auto& x) {
    x.outcome = static_cast<verdict_outcome>(7);
  }));
  CHECK(refused(good_verdict(), [](auto& x) {
    x.culprit = "\xff";
  }));
  CHECK(refused(good_event(), [](auto& x) {
    x.kind = static_cast<event_kind>(99);
  }));
  CHECK(refused(good_event(), [](auto& x) {
    x.text = std::string{"a\0b", 3};
  }));
  CHECK(refused(good_event(), [](auto& x) {
    x.text = std::string(max_text_size + 1, 'x');
  }));
  CHECK(refused(good_order(), [](auto& x) {
    x.stream.client.clear();
  }));
  CHECK(refused(good_order(), [](auto& x) {
    x.who = "\xff";
  }));
}

TEST_CASE("text is well-formed UTF-8") {
  for (const std::string_view good : {"", "plain", "é", "日本", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"})
    CHECK(storable(good));
  for (const std::string_view bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                                     "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "a\xe2\x82"})
    CHECK_FALSE(storable(bad));
}

TEST_CASE("rows wait up to the bound and not beyond") {
  row_queue<int> queue{10};
  CHECK(queue.push(batch_of(4), 1));
  CHECK(queue.push(batch_of(6), 2));
  CHECK_FALSE(queue.push(batch_of(1), 3));
  CHECK(queue.lines() == 10);
  CHECK(queue.pop().second == 1);
  CHECK(queue.push(batch_of(4), 4));
  CHECK_FALSE(queue.push(batch_of(11), 5));
}

TEST_CASE("rows leave in the order they came, in groups that are as large as allowed") {
  row_queue<int> queue{100};
  for (const int size : {3, 3, 3, 50})
    REQUIRE(queue.push(batch_of(static_cast<std::size_t>(size)), size));
  CHECK(queue.oldest(6).size() == 2);
  CHECK(queue.oldest(8).size() == 2);
  CHECK(queue.oldest(9).size() == 3);
  CHECK(queue.oldest(1).size() == 1); // a batch that is larger than a group still leaves
  CHECK(queue.lines() == 59);         // looking takes nothing away
  for (const int size : {3, 3, 3, 50})
    CHECK(queue.pop().second == size);
  CHECK(queue.empty());
  CHECK(queue.oldest(9).empty());
}

TEST_CASE("an SQLSTATE says whether to repeat, to reconnect or to give up") {
  CHECK(kind_of("57P01") == failure_kind::away);    // terminated by an administrator
  CHECK(kind_of("08006") == failure_kind::away);    // connection failure
  CHECK(kind_of("57014") == failure_kind::busy);    // statement time-out
  CHECK(kind_of("40P01") == failure_kind::busy);    // deadlock
  CHECK(kind_of("53100") == failure_kind::busy);    // disk full
  CHECK(kind_of("55P03") == failure_kind::busy);    // lock not available
  CHECK(kind_of("22003") == failure_kind::refused); // number out of range
  CHECK(kind_of("42501") == failure_kind::refused); // no privilege
  CHECK(kind_of("") == failure_kind::refused);
}
