// The sender's thread beside others that hand events in and look: for the thread sanitizer. What receivers are told is
// webhook_test.py's business.
#include "actors/application_server/webhook_sender.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

/// Listens on a port of its own; takes every delivery, or none.
class receiver {
public:
  explicit receiver(bool answers) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(socket_, 16) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    if (answers)
      thread_ = std::thread{[this] {
        serve();
      }};
  }
  ~receiver() {
    ending_ = true;
    if (thread_.joinable())
      thread_.join();
    ::close(socket_);
  }
  receiver(const receiver&) = delete;
  receiver& operator=(const receiver&) = delete;

  [[nodiscard]] const std::string& url() const {
    return url_;
  }
  [[nodiscard]] int taken() const {
    return taken_;
  }

private:
  void serve() {
    while (!ending_) {
      pollfd waiting{socket_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0)
        continue;
      const int link = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      std::string seen;
      std::array<char, 4096> piece{};
      while (seen.find("\"text\":\"end\"}") == std::string::npos) {
        const auto size = ::recv(link, piece.data(), piece.size(), 0);
        if (size <= 0)
          break;
        seen.append(piece.data(), static_cast<std::size_t>(size));
      }
      ++taken_;
      constexpr std::string_view answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
      static_cast<void>(::send(link, answer.data(), answer.size(), MSG_NOSIGNAL));
      ::close(link);
    }
  }

  int socket_;
  std::string url_;
  std::atomic<bool> ending_{false};
  std::atomic<int> taken_{0};
  std::thread thread_;
};

webhook to(const receiver& x, std::string name) {
  webhook out;
  out.what.name = std::move(name);
  out.what.url = x.url();
  out.what.kinds = webhooks::default_kinds();
  out.what.time_out = 60s;
  out.secret = std::make_shared<const webhooks::signing_secret>(std::string(32, 's'));
  return out;
}

event some_event(event_kind kind = event_kind::gateway_lost) {
  return {wall_time{}, kind, "gw1", "end"};
}

} // namespace

TEST_CASE("events from several threads are delivered once each to who wants them, while others look") {
  receiver first{true};
  receiver second{true};
  std::atomic<int> news{0};
  webhook_settings settings;
  settings.run = "run";
  settings.tell = [&](const webhook_news& x) {
    news += x.what == webhook_news::kind::delivered ? 1 : 0;
  };
  webhook_sender sender{{to(first, "first"), to(second, "second")}, std::move(settings)};
  const auto hand_in = [&] {
    for (int i = 0; i < 40; ++i) {
      sender.take(some_event());
      sender.take(some_event(event_kind::would_throttle)); // nobody's
    }
  };
  std::thread one{hand_in};
  std::thread other{hand_in};
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  const auto delivered = [&] {
    const auto all = sender.figures();
    return all.at(0).counters.delivered + all.at(1).counters.delivered;
  };
  while (delivered() < 160 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(1ms);
  one.join();
  other.join();
  CHECK(delivered() == 160);
  sender.stop(10s);
  CHECK(news == 160);
  CHECK(first.taken() == 80);
  CHECK(second.taken() == 80);
  sender.take(some_event()); // too late
  CHECK(sender.figures().at(0).waiting == 0);
}

TEST_CASE("a receiver that does not answer does not hold up the end") {
  receiver silent{false};
  std::atomic<std::uint64_t> unsent{0};
  webhook_settings settings;
  settings.tell = [&](const webhook_news& x) {
    if (x.what == webhook_news::kind::unsent)
      unsent = x.deliveries;
  };
  webhook_sender sender{{to(silent, "silent")}, std::move(settings)};
  sender.take(some_event());
  sender.take(some_event());
  sender.stop(0s); // well before the time-out of a minute
  CHECK(unsent == 2);
}
