// The HTTP server over real sockets on loopback: what a client may send, what it may not, and who waits for whom.
#include "actors/application_server/entrance.hpp"
#include "actors/application_server/http/call.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/server.hpp"
#include "tests/process/http_client.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace sluice;
using namespace sluice::http;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

const std::string secret(64, 'a');
const std::string authorized = "Authorization: Bearer " + secret + "\r\n";

/// A server that judges requests as the real one does and answers good ones with the path, except /metrics, whose
/// answers are kept until let_go().
class served {
public:
  explicit served(server_options options = {})
      : server_(with_free_port(std::move(options)), [this](request x, reply to) {
          answer(std::move(x), std::move(to));
        }) {
    REQUIRE(server_.start() == "");
  }

  [[nodiscard]] std::uint16_t port() const {
    return server_.port();
  }
  [[nodiscard]] traffic count() const {
    return server_.served();
  }
  void stop() {
    server_.stop();
  }

  std::size_t kept() {
    const std::lock_guard lock{mutex_};
    return kept_.size();
  }

  void let_go() {
    const std::lock_guard lock{mutex_};
    for (const auto& to : kept_)
      to({200, "late"});
    kept_.clear();
  }

private:
  static server_options with_free_port(server_options x) {
    x.port = 0;
    return x;
  }

  void answer(request x, reply to) {
    if (x.target == "/metrics") {
      const std::lock_guard lock{mutex_};
      kept_.push_back(std::move(to));
      return;
    }
    if (x.target == "/bug")
      throw std::runtime_error{"found one"};
    auto judged = door_.judge(x, wall_time{1'700'000'000'000'000}, 1s);
    if (auto* said = std::get_if<response>(&judged))
      return to(std::move(*said));
    to({200, "\"" + x.target + "\""});
  }

  /// The clock of these tests stands still, hence nobody's allowance fills up again.
  static entrance_settings without_rates() {
    entrance_settings x;
    x.visits.per_second = x.visits.at_once = 1e6;
    return x;
  }

  entrance door_{secret, without_rates()};
  std::mutex mutex_;
  std::deque<reply> kept_;
  server server_; // last: its thread uses the others
};

std::string post(const std::string& type, const std::string& body) {
  return "POST /api/v1/agreements HTTP/1.1\r\nHost: x\r\n" + authorized + "Content-Type: " + type
         + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Polls until `holds`, at most `patience`.
template<class Condition>
bool eventually(Condition holds, std::chrono::milliseconds patience = 5s) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

} // namespace

TEST_CASE("requests get the status they deserve") {
  served server;
  const auto port = server.port();
  CHECK(ask(port, get("/healthz")).status == 200);
  CHECK(ask(port, get("/api/v1/agreements")).status == 401);
  CHECK(ask(port, get("/api/v1/agreements", "Authorization: Bearer wrong\r\n")).status == 401);
  CHECK(ask(port, get("/api/v1/agreements", authorized)).status == 200);
  CHECK(ask(port, get("/api/v1/nothing", authorized)).status == 404);
  CHECK(ask(port, post("text/plain", "{}")).status == 415);
  CHECK(ask(port, post("application/json", "{")).status == 400);
  const auto wrong = ask(port, post("application/json", "{}"));
  CHECK(wrong.status == 422);
  CHECK(wrong.header.find("Content-Type: application/problem+json") != std::string::npos);
  CHECK(wrong.body.find("\"path\":\"apiVersion\"") != std::string::npos);
  const auto method = ask(port, "DELETE /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(method.status == 405);
  CHECK(method.header.find("Allow: GET") != std::string::npos);
  CHECK(ask(port, get("/api/v1/agreements")).header.find("WWW-Authenticate: Bearer") != std::string::npos);
  CHECK(server.count().client_errors == 8);
}

TEST_CASE("what a client has is not sent again, and what is long is compressed for who takes it") {
  served server;
  const auto port = server.port();
  const auto first = ask(port, get("/api/v1/streams", authorized));
  const auto at = first.header.find("ETag: ");
  REQUIRE(at != std::string::npos);
  const auto tag = first.header.substr(at + 6, first.header.find('\r', at) - at - 6);
  http_client again{port};
  again.send(get("/api/v1/streams", authorized + "If-None-Match: " + tag + "\r\n"));
  const auto unchanged = again.receive(5s, false);
  CHECK(unchanged.status == 304);
  CHECK(unchanged.header.find("Content-Length") == std::string::npos);
  again.send(get("/api/v1/streams", authorized + "If-None-Match: \"other\"\r\n")); // the same connection
  CHECK(again.receive().body == first.body);
  const auto long_target = "/api/v1/streams?after=" + std::string(2'000, 'x');
  const auto packed = ask(port, get(long_target, authorized + "Accept-Encoding: gzip\r\n"));
  CHECK(packed.header.find("Content-Encoding: gzip") != std::string::npos);
  CHECK(packed.body.size() < 200);
  CHECK(ask(port, get(long_target, authorized)).body == '"' + long_target + '"');
}

TEST_CASE("a connection serves one request after the other, also when they come at once") {
  served server;
  http_client client{server.port()};
  for (int i = 0; i < 100; ++i) {
    client.send(get("/healthz?i=" + std::to_string(i)));
    REQUIRE(client.receive().status == 422); // a query that the path does not know
  }
  std::string many;
  for (int i = 0; i < 50; ++i)
    many += get("/healthz");
  client.send(many);
  for (int i = 0; i < 50; ++i)
    REQUIRE(client.receive().status == 200);
  CHECK(server.count().connections == 1);
}

TEST_CASE("HEAD has no body, HTTP/1.0 and Connection: close end the connection") {
  served server;
  http_client client{server.port()};
  client.send("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = client.receive(5s, false);
  CHECK(head.status == 200);
  CHECK(head.header.find("Content-Length: 10") != std::string::npos);
  client.send(get("/healthz", "Connection: close\r\n"));
  CHECK(client.receive().status == 200); // what came before was no body
  CHECK(client.closed_within(5s));
  http_client old{server.port()};
  old.send("GET /healthz HTTP/1.0\r\n\r\n");
  CHECK(old.receive().status == 200);
  CHECK(old.closed_within(5s));
}

TEST_CASE("what is too large is refused and the client hears why") {
  served server;
  const auto port = server.port();
  const auto large = ask(port, post("application/json", std::string(200'000, ' ')));
  CHECK(large.status == 413);
  CHECK(large.body.find("64 KiB") != std::string::npos);
  http_client liar{port}; // says it will send a terabyte
  liar.send("POST /api/v1/agreements HTTP/1.1\r\nHost: x\r\nContent-Length: 1099511627776\r\n\r\n");
  CHECK(liar.receive().status == 413);
  CHECK(ask(port, get("/healthz", "X: " + std::string(20'000, 'x') + "\r\n")).status == 431);
  http_client chunks{port}; // says nothing, sends more than allowed
  chunks.send("POST /api/v1/agreements HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 10 && chunks.send("4000\r\n" + std::string(0x4000, 'x') + "\r\n"); ++i) {
  }
  CHECK(chunks.receive().status == 413);
  CHECK(ask(port, get("/healthz")).status == 200);
}

TEST_CASE("garbage is refused or dropped, and nobody else notices") {
  served server;
  const auto port = server.port();
  http_client witness{port};
  for (const std::string& garbage :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), std::string(1000, '\0'),
        std::string{"GET\r\n\r\n"}, std::string{"GET /healthz HTTP/9.9\r\n\r\n"}, std::string{"\r\n\r\n\r\n\r\n"},
        std::string{"GET /healthz HTTP/1.1\r\nContent-Length: -1\r\n\r\n"},
        std::string{"GET /healthz HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
        std::string{"GET /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"},
        std::string{"GET /healthz HTTP/1.1\r\nA\x01: b\r\n\r\n"}}) {
    const auto got = ask(port, garbage);
    CHECK_MESSAGE((got.status == 400 || got.closed), garbage, " ", got.status);
    witness.send(get("/healthz"));
    CHECK(witness.receive().status == 200);
  }
  unsigned state = 1;
  for (int round = 0; round < 200; ++round) { // noise, reproducible
    std::string noise;
    for (int i = 0; i < 300; ++i)
      noise += static_cast<char>((state = state * 1103515245u + 12345u) >> 16);
    http_client client{port};
    client.send(noise);
  }
  witness.send(get("/healthz"));
  CHECK(witness.receive().status == 200);
}

TEST_CASE("a slow client is cut off, an idle one too, others are served meanwhile") {
  server_options options;
  options.read_timeout = 200ms;
  options.idle_timeout = 400ms;
  served server{options};
  http_client slow{server.port()};
  slow.send("GET /heal");
  http_client idle{server.port()};
  http_client slow_body{server.port()};
  slow_body.send("POST /api/v1/agreements HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1");
  CHECK(ask(server.port(), get("/healthz")).status == 200);
  CHECK(slow.closed_within(2s));
  CHECK(slow_body.closed_within(2s));
  CHECK(idle.closed_within(2s));
  CHECK(eventually([&] {
    return server.count().open == 0;
  }));
}

TEST_CASE("a request that nobody answers gets 503, and its late answer goes nowhere") {
  server_options options;
  options.answer_timeout = 100ms;
  served server{options};
  http_client client{server.port()};
  client.send(get("/metrics"));
  const auto got = client.receive();
  CHECK(got.status == 503);
  CHECK(got.header.find("Retry-After: ") != std::string::npos);
  server.let_go();
  client.send(get("/healthz"));
  CHECK(client.receive().body == "\"/healthz\"");
  CHECK(server.count().timed_out == 1);
}

TEST_CASE("an answer may come from any thread, after other requests were served") {
  served server;
  http_client waits{server.port()};
  waits.send(get("/metrics"));
  REQUIRE(eventually([&] {
    return server.kept() == 1;
  }));
  CHECK(ask(server.port(), get("/healthz")).status == 200);
  std::thread other{[&] {
    server.let_go();
  }};
  CHECK(waits.receive().body == "late");
  other.join();
}

TEST_CASE("connections beyond the bound are closed, and there is room again when others leave") {
  server_options options;
  options.max_connections = 20;
  served server{options};
  std::deque<http_client> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back(server.port());
    clients.back().send(get("/healthz"));
    REQUIRE(clients.back().receive().status == 200);
  }
  http_client beyond{server.port()};
  CHECK(beyond.closed_within(2s));
  CHECK(server.count().turned_away == 1);
  clients.clear();
  REQUIRE(eventually([&] {
    return server.count().open == 0;
  }));
  CHECK(ask(server.port(), get("/healthz")).status == 200);
}

TEST_CASE("many clients at once all get their answers") {
  served server;
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&] {
      http_client client{server.port()};
      for (int k = 0; k < 200; ++k) {
        client.send(get("/api/v1/agreements/a" + std::to_string(k), authorized));
        if (client.receive().body == "\"/api/v1/agreements/a" + std::to_string(k) + "\"")
          ++good;
      }
    });
  for (auto& x : threads)
    x.join();
  CHECK(good == 16 * 200);
}

TEST_CASE("a request that meets a bug is answered 500, and the next one is served") {
  served server;
  http_client client{server.port()};
  client.send(get("/bug") + get("/healthz"));
  CHECK(client.receive().status == 500);
  CHECK(client.receive().status == 200);
}

TEST_CASE("a client that waits for leave to send its body gets it") {
  served server;
  http_client client{server.port()};
  client.send("POST /api/v1/agreements HTTP/1.1\r\nHost: x\r\n" + authorized
              + "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.receive(5s, false).status == 100);
  client.send("{}");
  CHECK(client.receive().status == 422);
}

TEST_CASE("a port in use or a foreign address is one sentence") {
  served first;
  server_options options;
  options.port = first.port();
  server second{options, [](request, reply) {}};
  CHECK(second.start()
        == "cannot listen on 127.0.0.1 port " + std::to_string(first.port()) + ": Address already in use");
  options.address = "192.0.2.1";
  server third{options, [](request, reply) {}};
  CHECK(third.start().find("cannot listen on 192.0.2.1") == 0);
}

TEST_CASE("a stop closes everything; answers and requests that come later do no harm") {
  served server;
  http_client waits{server.port()};
  waits.send(get("/metrics"));
  REQUIRE(eventually([&] {
    return server.kept() == 1;
  }));
  http_client idle{server.port()};
  server.stop();
  CHECK(waits.closed_within(2s));
  CHECK(idle.closed_within(2s));
  server.let_go();
  server.stop();
  CHECK(!http_client{server.port()}.connected());
}
