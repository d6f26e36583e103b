// What webhooks are sent, when, and what becomes of it: no socket, no thread, no clock.
#include "actors/application_server/webhooks/delivery_queue.hpp"
#include "actors/application_server/webhooks/event_body.hpp"
#include "actors/application_server/webhooks/figures_text.hpp"
#include "actors/application_server/webhooks/retry_schedule.hpp"
#include "actors/application_server/webhooks/signature.hpp"
#include "actors/application_server/webhooks/subscription.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;
using namespace sluice::webhooks;
using namespace std::chrono_literals;

namespace {

delivery numbered(int number, instant taken = 0s) {
  return {std::to_string(number), event_kind::gateway_lost, "{}", taken, 0};
}

/// A queue, and a time that goes on by what the queue asks for.
struct line {
  delivery_queue queue{4};
  instant now{0};

  void put(int number) {
    queue.put(numbered(number, now));
  }
  /// Waits until it is time and tries; the id of what was tried, empty if nothing waits.
  std::string attempt_is(attempt how, double chance = 0) {
    const auto next = queue.next();
    if (!next)
      return {};
    now = std::max(now, *next);
    const auto* x = queue.begin(now);
    REQUIRE(x != nullptr);
    auto id = x->id;
    static_cast<void>(queue.end(how, now, chance));
    return id;
  }
};

} // namespace

TEST_CASE("the signature is HMAC-SHA-256 over time, point and body") {
  // python3 -c 'import hmac; print(hmac.new(KEY, b"1795361830." + BODY, "sha256").hexdigest())'
  CHECK(signing_secret{"0123456789abcdef0123456789abcdef"}.sign(1'795'361'830, R"({"id":"5-1"})")
        == "v1=5548fb9d57b0b6eda53c69e0ec7d39b1a3148d21be42f41475921cfdba335fd0");
  CHECK(signing_secret{std::string(200, 'k')}.sign(1, "")
        == "v1=cc7208793f7f90b2924b7a894307d0cc8ed71b07c4966359a75ba322f1f2da36");
}

TEST_CASE("pauses double from a second to five minutes, between half and the whole of it by chance") {
  constexpr duration whole[] = {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s};
  for (unsigned i = 0; i < std::size(whole); ++i) {
    CHECK(pause_after(i + 1, 0) == whole[i] / 2);
    CHECK(pause_after(i + 1, 1) == whole[i]);
    CHECK(pause_after(i + 1, 0.5) == whole[i] * 3 / 4);
  }
  CHECK(pause_after(1'000'000'000, 1) == 5min);
  CHECK(pause_after(1, 7) == 1s); // no chance at all
  CHECK(pause_after(1, 0, 30s) == 30s);
  CHECK(pause_after(9, 0, 1s) == 128s);
  CHECK(pause_after(1, 0, 24h) == 5min);
}

TEST_CASE("what a status means") {
  CHECK(attempt_of(200) == attempt::delivered);
  CHECK(attempt_of(204) == attempt::delivered);
  CHECK(attempt_of(299) == attempt::delivered);
  CHECK(attempt_of(410) == attempt::stop);
  for (const auto status : {400L, 413L, 415L, 422L})
    CHECK(attempt_of(status) == attempt::refused);
  for (const auto status : {0L, 100L, 199L, 300L, 301L, 302L, 307L, 308L, 401L, 403L, 404L, 408L, 429L, 500L, 503L})
    CHECK(attempt_of(status) == attempt::failed);
}

TEST_CASE_FIXTURE(line, "deliveries go in order, one at a time, and again until they are taken") {
  put(1);
  put(2);
  const auto* first = queue.begin(now);
  REQUIRE(first != nullptr);
  CHECK(first->id == "1");
  CHECK(queue.begin(now) == nullptr); // that one is under way
  CHECK(!queue.next());
  CHECK(queue.end(attempt::failed, now, 1) == 0);
  CHECK(queue.failures() == 1);
  CHECK(queue.begin(now + 999ms) == nullptr);
  CHECK(queue.next() == now + 1s);
  CHECK(attempt_is(attempt::failed, 1) == "1");
  CHECK(queue.next() == now + 2s);
  CHECK(attempt_is(attempt::delivered) == "1");
  CHECK(queue.failures() == 0);
  CHECK(attempt_is(attempt::delivered) == "2");
  CHECK(!queue.next());
  CHECK(queue.counters().delivered == 2);
  CHECK(queue.counters().failed_attempts == 2);
  CHECK(queue.waiting() == 0);
}

TEST_CASE_FIXTURE(line, "at the bound the oldest is dropped, but not the one under way") {
  for (int i = 1; i <= 5; ++i)
    put(i);
  CHECK(queue.waiting() == 4);
  CHECK(queue.counters().dropped == 1);
  CHECK(queue.begin(now)->id == "2");
  put(6); // instead of 3
  static_cast<void>(queue.end(attempt::delivered, now, 0));
  CHECK(queue.counters().dropped == 2);
  for (const auto* id : {"4", "5", "6"})
    CHECK(attempt_is(attempt::delivered) == id);
  CHECK(queue.waiting() == 0);

  delivery_queue narrow{1};
  narrow.put(numbered(1));
  CHECK(narrow.begin(now)->id == "1");
  narrow.put(numbered(2)); // there is nothing to drop for it: one more than the bound, while one is under way
  narrow.put(numbered(3));
  CHECK(narrow.waiting() == 2);
  CHECK(narrow.counters().dropped == 1);
}

TEST_CASE_FIXTURE(line, "a receiver that is away for an hour loses what is older; what came later still reaches it") {
  put(1);
  while (now < 30min)
    CHECK(attempt_is(attempt::failed) == "1");
  const auto second_taken = now;
  put(2);
  while (queue.counters().given_up == 0)
    CHECK(attempt_is(attempt::failed) == "1");
  CHECK(now <= 1h);
  CHECK(now + longest_pause > 1h);
  CHECK(queue.waiting() == 1);
  CHECK(attempt_is(attempt::delivered) == "2");
  CHECK(now < second_taken + 1h);
  CHECK(queue.counters().given_up == 1);
}

TEST_CASE_FIXTURE(line, "a receiver that never comes back is left after an hour, and tried again with the next event") {
  for (int i = 1; i <= 3; ++i)
    put(i);
  int attempts = 0;
  while (!attempt_is(attempt::failed, 1).empty())
    ++attempts;
  CHECK(queue.counters().given_up == 3);
  CHECK(now <= 1h);
  // 1 + 2 + 4 + … + 256 s are 8 min 31 s for 9 pauses, the rest is in steps of 5 min: 9 + 10 pauses.
  CHECK(attempts == 20);
  put(4);
  CHECK(*queue.next() > now - 1s);
  CHECK(*queue.next() <= now + longest_pause);
  CHECK(attempt_is(attempt::delivered) == "4");
}

TEST_CASE_FIXTURE(line, "a delivery that the receiver does not want does not hold up the next for an hour") {
  put(1);
  put(2);
  for (unsigned i = 0; i < max_refusals; ++i)
    CHECK(attempt_is(attempt::refused, 1) == "1");
  CHECK(now <= 15s);
  CHECK(queue.counters().given_up == 1);
  CHECK(attempt_is(attempt::delivered) == "2");
}

TEST_CASE_FIXTURE(line, "410 ends it: what waits is dropped, what comes is not taken") {
  put(1);
  put(2);
  CHECK(attempt_is(attempt::stop) == "1");
  CHECK(queue.stopped());
  CHECK(queue.waiting() == 0);
  put(3);
  CHECK(queue.waiting() == 0);
  CHECK(!queue.next());
  CHECK(queue.begin(now + 1h) == nullptr);
  CHECK(queue.counters().dropped == 3);
}

TEST_CASE("an end without a beginning changes nothing") {
  delivery_queue queue;
  CHECK(queue.end(attempt::delivered, 0s, 0) == 0);
  queue.put(numbered(1));
  CHECK(queue.end(attempt::stop, 0s, 0) == 0);
  CHECK(queue.waiting() == 1);
  CHECK(queue.counters().delivered == 0);
}

TEST_CASE("the body says what happened to what, in the words of the API") {
  const event x{wall_time{1'795'361'830'250'000}, event_kind::gateway_lost, "gw1", "Gateway gw1 is gone."};
  CHECK(body_of(x, "9-1")
        == R"({"id":"9-1","time":"2026-11-22T15:37:10.250Z","kind":"gateway-lost","what":"gateway","subject":"gw1",)"
           R"("text":"Gateway gw1 is gone."})");
  const event strange{wall_time{}, event_kind::promise_violated, "a\"\n", "\xff" + std::string(100'000, 'x')};
  const auto body = body_of(strange, "1");
  CHECK(body.find(R"("subject":"a\"\n")") != std::string::npos);
  CHECK(body.find("\xef\xbf\xbdxxx") != std::string::npos); // U+FFFD
  CHECK(body.size() < 2 * max_text_size);
}

TEST_CASE("every kind of event has a name that is found again, and a subject") {
  for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(event_kind::evidence_broken); ++i) {
    const auto kind = static_cast<event_kind>(i);
    CHECK(parse_event_kind(to_string(kind)) == kind);
    CHECK(!subject_kind({{}, kind, {}, {}}).empty());
  }
  CHECK(!parse_event_kind("evidence-broken")); // never passes through the application server
  CHECK(!parse_event_kind("invalid"));
  CHECK(!parse_event_kind(""));
  CHECK(default_kinds().size() == 6);
  CHECK(subject_kind({{}, event_kind::capacity_deficit_began, {}, {}}) == "backend");
  CHECK(subject_kind({{}, event_kind::promise_recovered, {}, {}}) == "agreement");
}

TEST_CASE("a URL is judged without being repeated") {
  for (const auto* good : {"http://127.0.0.1:8000/hook", "https://hooks.example/a?b=c@d", "http://[::1]/", "https://x"})
    CHECK_MESSAGE(problem_with_url(good).empty(), good);
  for (const auto* bad :
       {"", "ftp://x/", "file:///etc/passwd", "x", "http://", "https:///x", "http://:80/", "HTTP://x/", "http://a b/",
        "http://user:word@host/", "http://host/\n", "http://h\xc3\xb6st/"})
    CHECK_MESSAGE(!problem_with_url(bad).empty(), bad);
  CHECK(problem_with_url("http://user:word@host/").find("word@") == std::string::npos);
  CHECK(!problem_with_url("https://x/" + std::string(max_url_size, 'a')).empty());
}

TEST_CASE("the metrics name each webhook and what became of its deliveries") {
  CHECK(text_of({}).empty());
  const auto text = text_of({{"ops", {1, 2, 3, 4}, 5, 1500ms, true}});
  for (const auto* line :
       {"sluice_webhook_deliveries_total{webhook=\"ops\",outcome=\"delivered\"} 1\n",
        "sluice_webhook_deliveries_total{webhook=\"ops\",outcome=\"given_up\"} 2\n",
        "sluice_webhook_deliveries_total{webhook=\"ops\",outcome=\"dropped\"} 3\n",
        "sluice_webhook_attempts_failed_total{webhook=\"ops\"} 4\n", "sluice_webhook_waiting{webhook=\"ops\"} 5\n",
        "sluice_webhook_oldest_waiting_seconds{webhook=\"ops\"} 1.5\n", "sluice_webhook_stopped{webhook=\"ops\"} 1\n"})
    CHECK_MESSAGE(text.find(line) != std::string::npos, line);
}
