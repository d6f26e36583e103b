// What is asked once for many, and what never is.
#include "actors/application_server/http/answer_cache.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace sluice;
using namespace sluice::http;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.answer_cache");

namespace {

struct heard {
  std::vector<std::string> texts;
  reply ear() {
    return [this](response x) {
      texts.push_back(x.body);
    };
  }
};

response saying(std::string body, unsigned status = 200) {
  response x;
  x.status = status;
  x.body = std::move(body);
  return x;
}

} // namespace

TEST_CASE("an answer is given again for a moment, and then no more") {
  answer_cache cache;
  heard a, b, c;
  const auto asked = cache.look("k", 0ms, a.ear());
  REQUIRE(asked);
  cache.keep("k", *asked, saying("one"), 1ms);
  CHECK(a.texts.empty()); // whoever asked answers for itself
  CHECK_FALSE(cache.look("k", 250ms, b.ear()));
  CHECK(b.texts == std::vector<std::string>{"one"});
  CHECK(cache.look("k", 251ms, c.ear()));
  CHECK(c.texts.empty());
}

TEST_CASE("who asks the same meanwhile gets the same answer, who asks something else does not") {
  answer_cache cache;
  heard a, b, c;
  const auto asked = cache.look("k", 0ms, a.ear());
  CHECK_FALSE(cache.look("k", 1ms, b.ear()));
  CHECK(cache.look("other", 1ms, c.ear()));
  cache.keep("k", *asked, saying("one"), 2ms);
  CHECK(b.texts == std::vector<std::string>{"one"});
  CHECK(c.texts.empty());
}

TEST_CASE("what is no success is told to those who wait, and not kept") {
  answer_cache cache;
  heard a, b, c;
  const auto asked = cache.look("k", 0ms, a.ear());
  CHECK_FALSE(cache.look("k", 0ms, b.ear()));
  cache.keep("k", *asked, saying("no", 503), 1ms);
  CHECK(b.texts == std::vector<std::string>{"no"});
  CHECK(cache.look("k", 1ms, c.ear()));
}

TEST_CASE("after a change nobody hears what was known before, but those who asked before it") {
  answer_cache cache;
  heard a, b, c, d;
  const auto kept = cache.look("kept", 0ms, a.ear());
  cache.keep("kept", *kept, saying("old"), 0ms);
  const auto before = cache.look("k", 0ms, a.ear());
  CHECK_FALSE(cache.look("k", 0ms, b.ear()));
  cache.forget();
  CHECK(cache.look("kept", 1ms, c.ear()));
  const auto after = cache.look("k", 1ms, c.ear());
  REQUIRE(after);
  cache.keep("k", *before, saying("old"), 2ms);
  CHECK(b.texts == std::vector<std::string>{"old"});
  CHECK_FALSE(cache.look("k", 3ms, d.ear())); // waits for the one that was asked after the change
  cache.keep("k", *after, saying("new"), 4ms);
  CHECK(d.texts == std::vector<std::string>{"new"});
  CHECK(c.texts.empty());
}

TEST_CASE("a question that is lost is asked anew") {
  answer_cache cache;
  heard a, b;
  const auto lost = cache.look("k", 0s, a.ear());
  CHECK_FALSE(cache.look("k", 9s, b.ear()));
  const auto again = cache.look("k", 10s, b.ear());
  REQUIRE(again);
  CHECK(*again != *lost);
  cache.keep("k", *lost, saying("late"), 11s); // nobody's any more
  CHECK(b.texts.empty());
  CHECK_FALSE(cache.look("k", 11s, b.ear()));
}

TEST_CASE("answers, their bytes and open questions are bounded") {
  answer_cache cache{{.answers = 2, .bytes = 10, .questions = 3}};
  heard x;
  const auto keeps = [&](const std::string& key, const std::string& body) {
    cache.keep(key, *cache.look(key, 0ms, x.ear()), saying(body), 0ms);
    heard again;
    const auto asked = cache.look(key, 0ms, again.ear());
    if (asked)
      cache.keep(key, *asked, saying("", 404), 0ms);
    return !asked;
  };
  CHECK(keeps("a", "12345678"));
  CHECK_FALSE(keeps("b", "123"));
  CHECK(keeps("c", "12"));
  CHECK_FALSE(keeps("d", ""));
  for (const auto* key : {"x", "y", "z"})
    CHECK(cache.look(key, 1ms, x.ear()).value_or(0) != 0);
  CHECK(cache.look("beyond", 1ms, x.ear()) == answer_cache::ticket{0});
  CHECK(cache.look("beyond", 1ms, x.ear()) == answer_cache::ticket{0}); // nobody waits for somebody else's
  CHECK(cache.look("beyond", 10'001ms, x.ear()).value_or(0) != 0);      // those before are lost by now
  CHECK(keeps("later", "1234567890"));
}

TEST_CASE("each of many threads hears one answer to each question") {
  answer_cache cache;
  std::atomic<int> heard_now{0}, asked_now{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2'000; ++i) {
        const auto key = std::to_string(i % 7);
        const auto count = [&](const response&) {
          ++heard_now;
        };
        if (const auto asked = cache.look(key, i * 1ms, count)) {
          ++asked_now;
          if (i % 50 == 0)
            cache.forget();
          cache.keep(key, *asked, saying("x"), i * 1ms);
          ++heard_now;
        }
      }
    });
  for (auto& x : threads)
    x.join();
  CHECK(heard_now == 8'000);
  CHECK(asked_now < 8'000);
}
