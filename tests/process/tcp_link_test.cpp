// Performance monitor and gateways as real processes over real TCP: samples, throttles, crashes, conflicts, garbage.
#include "actors/runtime/bounded_multiplexer.hpp"
#include "tests/process/tcp_link_fixture.hpp"

#include <algorithm>
#include <cerrno>
#include <libnbd.h>
#include <random>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// An NBD client of volume `v`.
class nbd_client {
public:
  explicit nbd_client(const std::string& socket) : nbd_(::nbd_create()) {
    eventually([&] {
      return std::filesystem::exists(socket);
    });
    ::nbd_set_export_name(nbd_, "v");
    connected_ = ::nbd_connect_unix(nbd_, socket.c_str()) == 0;
  }
  ~nbd_client() {
    ::nbd_close(nbd_);
  }
  nbd_client(const nbd_client&) = delete;
  nbd_client& operator=(const nbd_client&) = delete;

  bool read() {
    char block[512];
    return connected_ && ::nbd_pread(nbd_, block, sizeof block, 0, 0) == 0;
  }

private:
  nbd_handle* nbd_;
  bool connected_ = false;
};

/// Sends bytes that no gateway would and waits until the monitor closes, or a moment.
void send_garbage(std::uint16_t port, const std::string& bytes) {
  const int link = connect_to(port);
  REQUIRE(link >= 0);
  static_cast<void>(::send(link, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  timeval moment{0, 100'000};
  ::setsockopt(link, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
  char answer[4096];
  while (::recv(link, answer, sizeof answer, 0) > 0) {
  }
  ::close(link);
}

std::size_t resident_kib(pid_t process) {
  std::ifstream status{"/proc/" + std::to_string(process) + "/status"};
  std::string word;
  while (status >> word)
    if (word == "VmHWM:") {
      std::size_t kib = 0;
      status >> kib;
      return kib;
    }
  return 0;
}

throttle order_for(const stream_id& stream, std::uint64_t generation) {
  throttle x;
  x.stream = stream;
  x.generation = generation;
  x.lease = 2s;
  x.now.iops = rate{1000};
  x.envelope.depth = 16;
  return x;
}

} // namespace

TEST_SUITE_BEGIN("process.tcp_link");

TEST_CASE_FIXTURE(tcp_link_fixture, "samples go up, throttles come down, and lapse when the core is gone") {
  const auto daemon = monitor();
  const auto served = gateway("gw1");
  stand_in collector{"application-server", scratch.path().string()};
  std::optional<stand_in> core{std::in_place, "sla-core", scratch.path().string()};
  REQUIRE(eventually([&] {
    return collector.record.connected("gw1") && core->record.connected("gw1");
  }));
  nbd_client client{file("gw.sock")};
  REQUIRE(client.read());
  REQUIRE(eventually([&] {
    return collector.record.last_sample().completions > 0;
  }));
  const auto stream = collector.record.last_sample().stream;
  CHECK(stream.gateway == "gw1");
  CHECK(stream.volume == "v");

  auto nonsense = order_for(stream, 9);
  nonsense.lease = -1s;
  REQUIRE(eventually([&] { // the core hears of gateways as soon as the monitor knows it, and may know the monitor later
    return core->order({nonsense, order_for(stream, 5)});
  }));
  REQUIRE(eventually([&] {
    return collector.record.last_sample().generation == 5;
  }));
  CHECK(collector.record.last_sample().control == control_state::throttled);
  CHECK(eventually([&] {
    return text_of(file("monitor.log")).find("the lease is not between") != std::string::npos;
  }));

  // kept in force beyond its lease, though the core says nothing more
  const auto later = std::chrono::steady_clock::now() + 3s;
  while (std::chrono::steady_clock::now() < later) {
    CHECK(collector.record.last_sample().control == control_state::throttled);
    std::this_thread::sleep_for(100ms);
  }
  core.reset();
  CHECK(eventually([&] {
    return collector.record.last_sample().control == control_state::envelope;
  }));
  CHECK(client.read());
}

TEST_CASE_FIXTURE(tcp_link_fixture, "a killed and restarted monitor has its gateways back, and I/O goes on meanwhile") {
  auto daemon = monitor();
  const auto served = gateway("gw1");
  stand_in collector{"application-server", scratch.path().string()};
  REQUIRE(eventually([&] {
    return collector.record.batches() > 3;
  }));
  nbd_client client{file("gw.sock")};
  daemon.signal(SIGKILL);
  daemon.wait();
  CHECK(client.read());
  daemon = monitor();
  const auto before = collector.record.batches();
  CHECK(eventually(
      [&] {
        return collector.record.batches() > before;
      },
      3s));
  CHECK(client.read());
}

TEST_CASE_FIXTURE(tcp_link_fixture, "a second gateway of the same name waits until the first one is gone") {
  const auto daemon = monitor();
  auto first = gateway("gw1");
  stand_in collector{"application-server", scratch.path().string()};
  REQUIRE(eventually([&] {
    return collector.record.batches() > 3;
  }));
  const auto incarnation = collector.record.incarnation();
  const auto second = gateway("gw1", {}, "second.sock", "second.log");
  CHECK(eventually([&] {
    return text_of(file("second.log")).find("another gateway named gw1 is connected") != std::string::npos;
  }));
  CHECK(collector.record.incarnation() == incarnation);
  first.signal(SIGKILL);
  first.wait();
  CHECK(eventually(
      [&] {
        return collector.record.incarnation() != incarnation;
      },
      3s));
  CHECK(collector.record.connected("gw1"));
}

TEST_CASE_FIXTURE(tcp_link_fixture, "a stopped gateway is reported lost, and back when it goes on") {
  const auto daemon = monitor();
  const auto served = gateway("gw1");
  stand_in collector{"application-server", scratch.path().string()};
  REQUIRE(eventually([&] {
    return collector.record.connected("gw1");
  }));
  served.stop();
  CHECK(eventually(
      [&] {
        return !collector.record.connected("gw1");
      },
      2s));
  served.signal(SIGCONT);
  CHECK(eventually(
      [&] {
        return collector.record.connected("gw1");
      },
      3s));
}

TEST_CASE_FIXTURE(tcp_link_fixture, "a stopped monitor is noticed by the gateway and found again") {
  const auto daemon = monitor();
  const auto served = gateway("gw1");
  const auto log_has = [&](const char* what) {
    return text_of(file("gw.log")).find(what) != std::string::npos;
  };
  REQUIRE(eventually([&] {
    return log_has("peer-up");
  }));
  daemon.stop();
  CHECK(eventually([&] {
    return log_has("peer-down");
  }));
  daemon.signal(SIGCONT);
  CHECK(eventually([&] {
    const auto log = text_of(file("gw.log"));
    return log.rfind("peer-up") > log.rfind("peer-down");
  }));
}

TEST_CASE_FIXTURE(tcp_link_fixture, "garbage on the control port neither ends the monitor nor fills its memory") {
  const auto daemon = monitor();
  const auto served = gateway("gw1");
  stand_in collector{"application-server", scratch.path().string()};
  REQUIRE(eventually([&] {
    return collector.record.connected("gw1");
  }));
  const auto told = collector.record.gateways_told();
  std::mt19937 random{4747}; // the seed is part of the test
  for (int round = 0; round < 20; ++round) {
    std::string bytes(1 + random() % 5000, '\0');
    for (auto& x : bytes)
      x = static_cast<char>(random());
    send_garbage(control_port, bytes);
  }
  for (char operation = 0; operation < 8; ++operation) { // well-formed headers that announce 3 GiB
    std::string header(32, '\0');
    header[0] = operation;
    header[4] = static_cast<char>(0xc0);
    header[15] = header[31] = 1;
    send_garbage(control_port, header + std::string(100, 'x'));
  }
  const auto before = collector.record.batches();
  CHECK(eventually([&] {
    return collector.record.batches() > before + 5;
  }));
  CHECK(collector.record.gateways_told() == told); // the gateway was not lost meanwhile
  CHECK(resident_kib(daemon.pid()) < 200'000);
}

TEST_CASE_FIXTURE(tcp_link_fixture,
                  "connections beyond the bound are closed, and there is room again when others leave") {
  const auto daemon = monitor();
  const auto served = gateway("gw1");
  stand_in collector{"application-server", scratch.path().string()};
  REQUIRE(eventually([&] {
    return collector.record.connected("gw1");
  }));
  const auto told = collector.record.gateways_told();
  std::vector<int> silent;
  for (std::size_t i = 0; i < tcp_link::max_connections; ++i) {
    silent.push_back(connect_to(control_port));
    REQUIRE(silent.back() >= 0);
  }
  // With the gateway's there is one too many. Of the others nothing comes but CAF's greeting, if anything.
  const auto one_is_closed = [&] {
    return std::any_of(silent.begin(), silent.end(), [](int link) {
      char bytes[4096];
      ssize_t n = 0;
      while ((n = ::recv(link, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
      }
      return n == 0 || errno == ECONNRESET;
    });
  };
  CHECK(eventually(one_is_closed));
  const auto before = collector.record.batches();
  CHECK(eventually([&] {
    return collector.record.batches() > before + 5;
  }));
  CHECK(collector.record.gateways_told() == told); // the gateway was not lost meanwhile
  for (const int link : silent)
    ::close(link);
  const auto second = gateway("gw2", {}, "second.sock", "second.log");
  CHECK(eventually([&] {
    return collector.record.connected("gw2");
  }));
}

TEST_CASE_FIXTURE(tcp_link_fixture, "plain TCP off the loopback needs an order, and is warned of") {
  auto refused = monitor({"--performance-monitor.address=0.0.0.0"}, "refused.log");
  CHECK(refused.wait() == 2);
  CHECK(text_of(file("refused.log")).find("is not on the loopback") != std::string::npos);
  auto lonely = gateway("gw2", {"--control.server=192.0.2.1"}, "refused.sock", "lonely.log");
  CHECK(lonely.wait() == 2);
  CHECK(text_of(file("lonely.log")).find("control.server: 192.0.2.1 is not on the loopback") != std::string::npos);
  const auto warned = [&](const std::string& log) {
    return eventually([&] {
      return text_of(file(log)).find("WARN link link-insecure") != std::string::npos;
    });
  };
  const auto daemon = monitor({"--performance-monitor.address=0.0.0.0", "--performance-monitor.allow-insecure"});
  CHECK(warned("monitor.log"));
  const auto served = gateway("gw1", {"--control.server=192.0.2.1", "--control.allow-insecure"});
  CHECK(warned("gw.log"));
}

TEST_CASE_FIXTURE(tcp_link_fixture, "SIGHUP does not end a process that has nothing to reload") {
  auto daemon = monitor();
  REQUIRE(eventually([&] {
    return text_of(file("monitor.log")).find(" ready ") != std::string::npos;
  }));
  daemon.signal(SIGHUP);
  CHECK(eventually([&] {
    return text_of(file("monitor.log")).find("hangup-ignored") != std::string::npos;
  }));
  daemon.signal(SIGTERM);
  CHECK(daemon.wait() == 0);
}

TEST_CASE_FIXTURE(tcp_link_fixture, "SIGTERM ends both in order") {
  auto daemon = monitor();
  auto served = gateway("gw1");
  REQUIRE(eventually([&] {
    return text_of(file("gw.log")).find("peer-up") != std::string::npos;
  }));
  served.signal(SIGTERM);
  CHECK(served.wait() == 0);
  daemon.signal(SIGTERM);
  CHECK(daemon.wait() == 0);
}
