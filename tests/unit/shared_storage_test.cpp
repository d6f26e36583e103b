// What the core keeps of very many: shared texts, names of streams, lists of slots, agreements, messages not yet made.
#include "actors/domain/kept_agreement.hpp"
#include "actors/domain/loop_output.hpp"
#include "actors/domain/recycled_list.hpp"
#include "actors/domain/shared_text.hpp"
#include "actors/domain/slot_list.hpp"
#include "actors/domain/stream_name.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace sluice;
using namespace std::chrono_literals;

TEST_CASE("a shared text is one block for all copies, and equal to another one that says the same") {
  const shared_text first{"agreement-000001-gold"};
  const auto second = first;
  CHECK(first.view().data() == second.view().data());
  const shared_text apart{std::string{"agreement-000001-"} + "gold"};
  CHECK(apart.view().data() != first.view().data());
  CHECK(apart == first);
  CHECK(apart == "agreement-000001-gold");
  CHECK(shared_text{"a"} < shared_text{"b"});
  CHECK(shared_text{}.empty());
  CHECK(shared_text{""} == shared_text{});
}

TEST_CASE("a shared text outlives whoever had it first, and survives being assigned to itself") {
  shared_text last;
  {
    const shared_text first{"kept by the last one that has it"};
    last = first;
    const borrowed_text borrowed = last;
    borrowed.share(last);
  }
  const auto& same = last;
  last = same;
  CHECK(last == "kept by the last one that has it");
  auto moved = std::move(last);
  CHECK(moved == "kept by the last one that has it");
  moved.clear();
  CHECK(moved.empty());
}

TEST_CASE("a borrowed text is the owner's, until it is shared") {
  const shared_text owner{"oltp-gold"};
  const borrowed_text borrowed = owner;
  CHECK(borrowed.view().data() == owner.view().data());
  shared_text kept;
  borrowed.share(kept);
  CHECK(kept.view().data() == owner.view().data());
  CHECK(borrowed == shared_text{"oltp-gold"});
  CHECK(!(borrowed == shared_text{"oltp"}));
  borrowed_text{}.share(kept);
  CHECK(kept.empty());
}

TEST_CASE("a stream's name gives back the parts it was made of, and orders as they do") {
  const std::vector<stream_id> ids{{"a", "b", "c"},  {"a", "b", "d"},  {"a", "b-c", "a"}, {"a.b", "a", "a"},
                                   {"a-", "a", "a"}, {"aa", "a", "a"}, {"b", "a", "a"}};
  for (const auto& x : ids) {
    const stream_name name{x};
    CHECK(name.id() == x);
    CHECK(name.text() == to_string(x));
    for (const auto& y : ids) {
      CHECK(name.names(y) == (x == y));
      CHECK((name == stream_name{y}) == (x == y));
      CHECK((name <=> stream_name{y}) == (x <=> y)); // not as the texts: '-' and '.' come before '/'
    }
  }
  CHECK(!stream_name{stream_id{"a", "bc", "d"}}.names({"ab", "c", "d"}));
  CHECK(stream_name{}.client().empty());
}

TEST_CASE("property: a list of slots is a vector of them") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice{seed};
    slot_list list;
    std::vector<stream_slot> expected;
    for (int step = 0; step < 40; ++step) {
      const auto kind = dice() % 5;
      const auto value = static_cast<stream_slot>(dice() % 7);
      if (kind == 0) {
        std::vector<stream_slot> more(dice() % 4, value);
        list.append(more.begin(), more.end());
        expected.insert(expected.end(), more.begin(), more.end());
      } else if (kind == 1) {
        list.push_back(value);
        expected.push_back(value);
      } else if (kind == 2) {
        const auto gone = [value](stream_slot x) {
          return x == value;
        };
        list.remove_if(gone);
        std::erase_if(expected, gone);
      } else if (kind == 3) {
        list.resize(dice() % 6);
        expected.resize(list.size(), 0);
      } else {
        auto copy = list;
        slot_list other;
        other.push_back(value);
        other = std::move(list);
        list = std::move(copy);
        copy = other;
        REQUIRE(std::equal(copy.begin(), copy.end(), list.begin(), list.end()));
      }
      REQUIRE(std::equal(list.begin(), list.end(), expected.begin(), expected.end()));
      REQUIRE(list.empty() == expected.empty());
    }
  }
}

TEST_CASE("agreements are kept as they were said, equal texts and terms once") {
  std::vector<agreement> all(3);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].name = "agreement-" + std::to_string(i);
    all[i].tenant = "a tenant whose name takes memory";
    all[i].streams.volume = "volume-" + std::to_string(i);
    all[i].objective.latency = {{latency_statistic::mean, 5ms, {1000}}};
    all[i].version = 1;
  }
  all[2].objective.weight = 7;
  const auto kept = keep(all);
  REQUIRE(kept.size() == 3);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(kept[i].says(all[i]));
    CHECK(kept_agreement{all[i]}.says(all[i]));
    CHECK(!kept[i].says(all[(i + 1) % 3]));
  }
  CHECK(kept[0].tenant.view().data() == kept[2].tenant.view().data());
  CHECK(kept[0].objective == kept[1].objective);
  CHECK(kept[0].objective != kept[2].objective);
  auto other = all[0];
  other.objective.latency[0].target = 6ms;
  CHECK(!kept[0].says(other));
  other = all[0];
  other.streams.client = "vm";
  CHECK(!kept[0].says(other));
}

TEST_CASE("messages are made when they are read, events from the throttle they are about") {
  stream_table streams;
  const auto slot = streams.add({"gw", "db", "vm"});
  auto& standing = streams[slot].standing;
  standing.generation = 4;
  standing.now.depth = 12;
  standing.why.rule = throttle_rule::share;
  standing.why.agreement = shared_text{"batch"};
  standing.why.backend = shared_text{"disk"};
  loop_output out;
  out.events.add().subject = "first";
  out.renewals.add(streams, {slot, 3});
  out.throttles.add(streams, {slot, 2s});
  out.events.add({7}, event_kind::stream_throttled, streams, {slot, 2s}, 0);
  out.events.add().subject = "last";

  REQUIRE(out.throttles.size() == 1);
  const auto told = out.throttles.front();
  CHECK(told.stream == stream_id{"gw", "db", "vm"});
  CHECK(told.generation == 4);
  CHECK(told.lease == 2s);
  CHECK(told.now.depth == 12);
  CHECK(told.why.agreement == "batch");
  CHECK(out.renewals.back() == renewal{{"gw", "db", "vm"}, 3});
  const std::vector<event> events(out.events.begin(), out.events.end());
  REQUIRE(events.size() == 3);
  CHECK(events[0].subject == "first");
  CHECK(events[1].subject == "gw/db/vm");
  CHECK(events[1].at.unix_us == 7);
  CHECK(events[1].text.find("12") != std::string::npos);
  CHECK(out.events.throttle_of(1) == 0);
  CHECK(out.events.throttle_of(2) == event_list::no_throttle);
  CHECK(events[2].subject == "last");
  out.clear();
  CHECK(out.throttles.empty());
  CHECK(out.events.empty());
}
