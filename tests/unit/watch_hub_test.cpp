// Who watches what gets which events, without sockets.
#include "actors/application_server/http/watch_hub.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <string>

using namespace sluice;
using namespace sluice::http;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.watch_hub");

namespace {

struct ear : listener {
  std::vector<std::string> heard;
  void take(const shared_text& event) override {
    heard.push_back(*event);
  }
  std::string last_id() const {
    const auto from = heard.back().find("id: ") + 4;
    return heard.back().substr(from, heard.back().find('\n', from) - from);
  }
};

} // namespace

TEST_CASE("an event stands on the wire as the standard says") {
  watch_hub hub{"7"};
  ear x;
  REQUIRE(hub.join(x, {"all/streams"}, "") == watch_hub::joined::yes);
  hub.publish("all/streams", "streams", R"({"items":[]})");
  REQUIRE(x.heard.size() == 1);
  CHECK(x.heard[0] == "event: streams\nid: 7-1\ndata: {\"items\":[]}\n\n");
}

TEST_CASE("the same text is told once, each event every time") {
  watch_hub hub{"7"};
  ear x;
  static_cast<void>(hub.join(x, {"a", "e"}, ""));
  hub.publish("a", "a", "1");
  hub.publish("a", "a", "1");
  hub.publish("a", "a", "2");
  hub.publish("e", "e", "1", true);
  hub.publish("e", "e", "1", true);
  CHECK(x.heard.size() == 4);
}

TEST_CASE("who comes later gets the newest of each topic, and not the events of before") {
  watch_hub hub{"7"};
  ear first, second;
  static_cast<void>(hub.join(first, {"a", "e"}, ""));
  hub.publish("a", "a", "1");
  hub.publish("a", "a", "2");
  hub.publish("e", "e", "x", true);
  static_cast<void>(hub.join(second, {"a", "e"}, ""));
  REQUIRE(second.heard.size() == 1);
  CHECK(second.heard[0].find("data: 2\n") != std::string::npos);
}

TEST_CASE("a topic of another scope is another topic") {
  watch_hub hub{"7"};
  ear x, y;
  static_cast<void>(hub.join(x, {"tenant/acme/streams"}, ""));
  static_cast<void>(hub.join(y, {"all/streams"}, ""));
  hub.publish("all/streams", "streams", "1");
  CHECK(x.heard.empty());
  CHECK(y.heard.size() == 1);
  CHECK(hub.wanted() == std::vector<std::string>{"all/streams", "tenant/acme/streams"});
}

TEST_CASE("who was cut off goes on where it was") {
  watch_hub hub{"7"};
  ear x;
  static_cast<void>(hub.join(x, {"e"}, ""));
  hub.publish("e", "e", "1", true);
  const auto id = x.last_id();
  hub.leave(x, 0s);
  hub.publish("e", "e", "2", true);
  hub.expire(59s);
  hub.publish("e", "e", "3", true);
  ear again;
  static_cast<void>(hub.join(again, {"e"}, id));
  REQUIRE(again.heard.size() == 2);
  CHECK(again.heard[0].find("data: 2\n") != std::string::npos);
  CHECK(again.heard[1].find("data: 3\n") != std::string::npos);
}

TEST_CASE("who cannot go on is told so") {
  watch_hub hub{"7"};
  ear x;
  static_cast<void>(hub.join(x, {"a"}, ""));
  hub.publish("a", "a", "1");
  const auto id = x.last_id();
  hub.leave(x, 0s);
  SUBCASE("because nobody watched meanwhile") {
    hub.expire(60s);
    hub.publish("a", "a", "2"); // nobody wants it
    ear other;
    static_cast<void>(hub.join(other, {"b"}, ""));
    hub.publish("b", "b", "1");
    ear again;
    static_cast<void>(hub.join(again, {"a"}, id));
    REQUIRE(again.heard.size() == 1);
    CHECK(again.heard[0].starts_with("event: reset\n"));
  }
  SUBCASE("because too much happened") {
    for (std::size_t i = 0; i <= max_kept_events; ++i)
      hub.publish("a", "a", std::to_string(i + 2));
    ear again;
    static_cast<void>(hub.join(again, {"a"}, id));
    REQUIRE(again.heard.size() == 2);
    CHECK(again.heard[0].starts_with("event: reset\n"));
    CHECK(again.heard[1].find("data: " + std::to_string(max_kept_events + 2)) != std::string::npos);
  }
  SUBCASE("because the server is another one") {
    for (const auto* wrong : {"8-1", "7-", "7-x", "7-99999", "7", "-", "7-18446744073709551616"}) {
      ear again;
      static_cast<void>(hub.join(again, {"a"}, wrong));
      REQUIRE(!again.heard.empty());
      CHECK(again.heard[0].starts_with("event: reset\n"));
      hub.leave(again, 1s);
    }
  }
}

TEST_CASE("there are bounds") {
  watch_hub hub{"7"};
  std::vector<ear> many(max_listeners + 1);
  for (std::size_t i = 0; i < max_listeners; ++i)
    CHECK(hub.join(many[i], {"a"}, "") == watch_hub::joined::yes);
  CHECK(hub.join(many.back(), {"a"}, "") == watch_hub::joined::too_many_listeners);
  for (std::size_t i = 0; i < max_listeners; ++i)
    hub.leave(many[i], 0s);
  CHECK(hub.listeners() == 0);
  hub.expire(60s);
  CHECK(hub.wanted().empty());
  std::vector<std::string> topics;
  for (std::size_t i = 0; i <= max_topics_of_listener; ++i)
    topics.push_back("t" + std::to_string(i));
  CHECK(hub.join(many[0], topics, "") == watch_hub::joined::too_many_topics);
}

TEST_SUITE_END();

TEST_CASE("one owner cannot take everybody's place") {
  watch_hub hub{"boot"};
  std::deque<ear> many(max_listeners_of_owner);
  for (auto& x : many)
    REQUIRE(hub.join(x, {"all/streams"}, "", "greedy") == watch_hub::joined::yes);
  ear more;
  CHECK(hub.join(more, {"all/streams"}, "", "greedy") == watch_hub::joined::too_many_listeners);
  CHECK(hub.join(more, {"all/streams"}, "", "modest") == watch_hub::joined::yes);

  watch_hub other{"boot"};
  ear one;
  for (std::size_t i = 0; i < max_topics_of_owner; ++i) {
    REQUIRE(other.join(one, {"all/streams?limit=" + std::to_string(i + 1)}, "", "greedy") == watch_hub::joined::yes);
    other.leave(one, 1s); // what was left a moment ago counts on
  }
  CHECK(other.join(one, {"all/gateways"}, "", "greedy") == watch_hub::joined::too_many_topics);
  CHECK(other.join(one, {"all/streams?limit=1"}, "", "greedy") == watch_hub::joined::yes);
  ear two;
  CHECK(other.join(two, {"all/gateways"}, "", "modest") == watch_hub::joined::yes);
}

TEST_CASE("who missed more than it may leave unread begins anew") {
  watch_hub hub{"boot"};
  ear first;
  REQUIRE(hub.join(first, {"e"}, "") == watch_hub::joined::yes);
  for (int i = 0; i < 5; ++i)
    hub.publish("e", "e", std::string(max_unread_bytes / 4, static_cast<char>('a' + i)));
  ear late;
  REQUIRE(hub.join(late, {"e"}, "boot-1") == watch_hub::joined::yes); // missed four of them, all they hold
  CHECK(late.heard.front().starts_with("event: reset"));
  ear soon;
  REQUIRE(hub.join(soon, {"e"}, "boot-3") == watch_hub::joined::yes);
  CHECK(soon.heard.size() == 2);
}
