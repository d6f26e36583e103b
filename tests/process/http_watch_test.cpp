// Server-sent events over real sockets: who listens gets what is published, who cannot follow is let go, and nobody
// waits for anybody else.
#include "actors/application_server/entrance.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/server.hpp"
#include "actors/application_server/http/watch_hub.hpp"
#include "tests/process/http_client.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace sluice;
using namespace sluice::http;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

const std::string secret(64, 'a');
const std::string authorized = "Authorization: Bearer " + secret + "\r\n";
constexpr auto patience = 20s;

entrance_settings generous() {
  entrance_settings x;
  x.visits = {1e6, 1e6, 1e6};
  return x;
}

/// A server that answers GET /api/v1/watch and 404 to all else.
struct watched {
  entrance door{secret, generous()};
  std::atomic<bool> welcome{true}; ///< who listens may go on
  server home;

  watched()
      : home(with_free_port(), [this](const request& x, const reply& to) {
          auto judged = door.judge(x, wall_time{1'700'000'000'000'000}, 1s);
          auto* said = std::get_if<response>(&judged);
          if (said != nullptr && said->events)
            said->events->welcome = [this] {
              return welcome.load();
            };
          to(said != nullptr ? std::move(*said) : problem(404, "nothing"));
        }) {
    REQUIRE(home.start() == "");
  }
  ~watched() {
    home.stop();
  }

  static server_options with_free_port() {
    server_options x;
    x.port = 0;
    x.max_connections = 2'000;
    return x;
  }

  bool wants(const std::string& topic) const {
    const auto now = home.wanted();
    return std::find(now->begin(), now->end(), topic) != now->end();
  }

  /// Waits until somebody listens to the topic, so that what is published is not lost.
  void await(const std::string& topic) const {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!wants(topic)) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      std::this_thread::sleep_for(2ms);
    }
  }
};

std::string watch(const std::string& topics, const std::string& more = {}) {
  return get("/api/v1/watch?topics=" + topics, authorized + more);
}

} // namespace

TEST_CASE("a listener hears what is published, until it goes") {
  watched x;
  http_client client{x.home.port()};
  client.send(watch("streams,events"));
  const auto header = client.receive_until("\r\n\r\n", patience);
  CHECK(header.find("200 OK") != std::string::npos);
  CHECK(header.find("Content-Type: text/event-stream") != std::string::npos);
  x.await("all/streams");
  x.home.publish("all/streams", "streams", R"({"items":[]})");
  x.home.publish("all/events", "events", R"({"kind":"a"})", true);
  CHECK(client.receive_until("data: {\"items\":[]}\n\n", patience).find("event: streams\nid: ") != std::string::npos);
  CHECK(client.receive_until("data: {\"kind\":\"a\"}\n\n", patience).find("event: events\n") != std::string::npos);
  CHECK(x.home.served().open == 1);
}

TEST_CASE("who comes back is told what it missed") {
  watched x;
  std::string id;
  {
    http_client client{x.home.port()};
    client.send(watch("events"));
    x.await("all/events");
    x.home.publish("all/events", "events", "1", true);
    const auto text = client.receive_until("data: 1\n\n", patience);
    const auto from = text.rfind("id: ") + 4;
    id = text.substr(from, text.find('\n', from) - from);
  }
  x.home.publish("all/events", "events", "2", true);
  x.home.publish("all/events", "events", "3", true);
  http_client again{x.home.port()};
  again.send(watch("events", "Last-Event-ID: " + id + "\r\n"));
  CHECK(again.receive_until("data: 2\n\n", patience).find("event: reset") == std::string::npos);
  CHECK(again.receive_until("data: 3\n\n", patience) != "");
  http_client stranger{x.home.port()};
  stranger.send(watch("events", "Last-Event-ID: 5-1\r\n"));
  CHECK(stranger.receive_until("event: reset\n", patience) != "");
}

TEST_CASE("a listener that reads nothing is let go and delays nobody") {
  watched x;
  http_client lazy{x.home.port()};
  lazy.send(watch("streams"));
  http_client eager{x.home.port()};
  eager.send(watch("streams"));
  x.await("all/streams");
  CHECK(eager.receive_until("\r\n\r\n", patience) != "");
  const std::string much(256 * 1024, 'x');
  // What the kernel keeps for a connection is a few MB; what we keep is max_unread_bytes.
  for (int i = 0; i < 64; ++i) {
    const auto mark = "<" + std::to_string(i) + ">";
    x.home.publish("all/streams", "streams", '"' + much + mark + '"');
    REQUIRE(eager.receive_until(mark, patience) != "");
  }
  CHECK(lazy.closed_within(patience));
  CHECK(eager.connected());
}

TEST_CASE("an event may be larger than what may stay unread") {
  watched x;
  http_client client{x.home.port()};
  client.send(watch("streams"));
  x.await("all/streams");
  x.home.publish("all/streams", "streams", '"' + std::string(3 * max_unread_bytes, 'x') + "<end>\"");
  CHECK(client.receive_until("<end>", patience) != "");
  http_client later{x.home.port()}; // it begins with the newest, as large as that is
  later.send(watch("streams"));
  CHECK(later.receive_until("<end>", patience) != "");
  x.home.publish("all/streams", "streams", "8");
  CHECK(later.receive_until("data: 8\n\n", patience) != "");
}

TEST_CASE("who is no longer welcome is sent away") {
  watched x;
  http_client client{x.home.port()};
  client.send(watch("streams"));
  x.await("all/streams");
  x.home.look_again();
  x.home.publish("all/streams", "streams", "7");
  CHECK(client.receive_until("data: 7\n\n", patience) != "");
  x.welcome = false;
  x.home.look_again();
  CHECK(client.closed_within(patience));
}

TEST_CASE("many listen, one text is made") {
  watched x;
  std::vector<std::unique_ptr<http_client>> many;
  for (int i = 0; i < 200; ++i) {
    many.push_back(std::make_unique<http_client>(x.home.port()));
    many.back()->send(watch("streams"));
  }
  for (auto& one : many)
    CHECK(one->receive_until("retry: 1000\n\n", patience) != "");
  x.home.publish("all/streams", "streams", "7");
  for (auto& one : many)
    CHECK(one->receive_until("data: 7\n\n", patience) != "");
}

TEST_CASE("what cannot be watched is refused") {
  watched x;
  CHECK(ask(x.home.port(), get("/api/v1/watch?topics=streams")).status == 401);
  CHECK(ask(x.home.port(), watch("nonsense")).status == 422);
  CHECK(ask(x.home.port(), watch("agreements%2Fa%2Freport")).status == 422);
  CHECK(ask(x.home.port(), get("/api/v1/watch", authorized)).status == 422);
  std::string topics = "streams";
  for (std::size_t i = 0; i < max_topics_of_listener; ++i)
    topics += ",streams%3Flimit=" + std::to_string(i + 1);
  CHECK(ask(x.home.port(), watch(topics)).status == 422);
}

TEST_CASE("the server ends although somebody listens") {
  auto x = std::make_unique<watched>();
  http_client client{x->home.port()};
  client.send(watch("streams"));
  x->await("all/streams");
  x.reset();
  CHECK(client.closed_within(patience));
}
