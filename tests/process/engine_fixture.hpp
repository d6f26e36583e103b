// An engine of one test on a Unix socket of its own, and a client that speaks raw NBD to it. Every wait has a deadline.
#pragma once

#include "gateways/engine/engine.hpp"
#include "tests/unit/nbd_bytes.hpp"

#include <cstring>
#include <dirent.h>
#include <doctest/doctest.h>
#include <filesystem>
#include <functional>
#include <mutex>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace engine_test {

using namespace sluice;
using namespace sluice::gateway;
using namespace std::chrono_literals;
using nbd_bytes::bytes;

/// How long anything may take before a test fails. Chosen: far above what a loaded machine needs.
inline constexpr int deadline_ms = 20'000;

/// A directory that vanishes with the test.
class scratch {
public:
  scratch() {
    char name[] = "/tmp/sluice-engine-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~scratch() {
    std::filesystem::remove_all(path_);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  std::string operator/(const std::string& name) const {
    return path_ + '/' + name;
  }

private:
  std::string path_;
};

/// True as soon as `x` is, false at the deadline.
inline bool eventually(const std::function<bool()>& x) {
  for (int i = 0; i < deadline_ms; ++i) {
    if (x())
      return true;
    std::this_thread::sleep_for(1ms);
  }
  return x();
}

inline std::size_t open_descriptors() {
  std::size_t n = 0;
  auto* const all = ::opendir("/proc/self/fd");
  while (::readdir(all) != nullptr)
    ++n;
  ::closedir(all);
  return n;
}

/// Two volumes on one memory backend of 128 MiB: `v` has all of it, `slice` the MiB at 1 MiB. Listens on `socket`.
struct world {
  scratch directory;
  std::mutex mutex;
  std::vector<std::string> events;
  engine_config config;
  std::unique_ptr<engine> it;

  world() {
    config.name = "g";
    config.shards = 2;
    config.listeners.emplace_back().unix_path = directory / "socket";
    auto& disk = config.backends.emplace_back();
    disk.name = "disk";
    disk.size_bytes = 128u << 20;
    auto& v = config.volumes.emplace_back();
    v.name = "v";
    v.backend = "disk";
    auto& slice = config.volumes.emplace_back();
    slice.name = "slice";
    slice.backend = "disk";
    slice.offset_bytes = 1u << 20;
    slice.size_bytes = 1u << 20;
    config.observe = [this](const engine_event& x) {
      const std::lock_guard lock{mutex};
      events.push_back(std::string{to_string(x.what)} + ' ' + x.subject + ' ' + x.detail);
    };
  }

  void start() {
    it = std::make_unique<engine>(config);
    REQUIRE(it->start() == "");
  }
  std::string socket() const {
    return config.listeners.front().unix_path;
  }
  bool happened(const std::string& what) {
    const std::lock_guard lock{mutex};
    for (const auto& x : events)
      if (x.find(what) != std::string::npos)
        return true;
    return false;
  }
  std::uint32_t connections() const {
    std::uint32_t n = 0;
    for (const auto& x : it->streams())
      n += x.connections;
    return n;
  }
};

/// An answer to a request.
struct answer {
  std::uint32_t error = 0;
  std::uint64_t cookie = 0;
};

class raw_client {
public:
  explicit raw_client(const std::string& socket) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket.c_str(), socket.size() + 1);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~raw_client() {
    close();
  }
  raw_client(raw_client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  void close() {
    if (fd_ >= 0)
      ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] int descriptor() const {
    return fd_;
  }
  void half_close() const {
    ::shutdown(fd_, SHUT_WR);
  }

  /// Sends everything; false if the server has closed the connection.
  bool send(const bytes& x) const {
    for (std::size_t done = 0; done < x.size();) {
      const auto n = ::send(fd_, x.data() + done, x.size() - done, MSG_NOSIGNAL);
      if (n <= 0)
        return false;
      done += static_cast<std::size_t>(n);
    }
    return true;
  }

  /// `size` bytes, or fewer if the server closes or the deadline passes.
  [[nodiscard]] bytes receive(std::size_t size) const {
    bytes x(size);
    std::size_t got = 0;
    while (got < size) {
      pollfd wait{fd_, POLLIN, 0};
      if (::poll(&wait, 1, deadline_ms) != 1)
        break;
      const auto n = ::recv(fd_, x.data() + got, size - got, 0);
      if (n <= 0)
        break;
      got += static_cast<std::size_t>(n);
    }
    x.resize(got);
    return x;
  }

  /// True if the server closes without another byte before the deadline.
  [[nodiscard]] bool closed() const {
    pollfd wait{fd_, POLLIN, 0};
    std::byte one;
    return ::poll(&wait, 1, deadline_ms) == 1 && ::recv(fd_, &one, 1, 0) <= 0;
  }

  /// Through the handshake into the transmission phase.
  void go(std::string_view name, bool structured = false) const {
    bytes x;
    nbd_bytes::put(x, 3, 4);
    if (structured)
      nbd_bytes::put(x, nbd_bytes::option_message(8));
    nbd_bytes::put(x, nbd_bytes::option_message(7, nbd_bytes::export_query(name)));
    REQUIRE(send(x));
    const std::size_t size = 18u + (structured ? 20u : 0u) + 32u + 20u;
    REQUIRE(receive(size).size() == size);
  }

  [[nodiscard]] answer simple_reply() const {
    const auto x = receive(16);
    REQUIRE(x.size() == 16);
    REQUIRE(number(x, 0, 4) == 0x67446698);
    return {static_cast<std::uint32_t>(number(x, 4, 4)), number(x, 8, 8)};
  }

  /// Sends a request and takes its answer's error.
  [[nodiscard]] std::uint32_t ask(std::uint16_t type, std::uint64_t offset, std::uint32_t length,
                                  std::uint16_t flags = 0, const bytes& payload = {}) const {
    auto x = nbd_bytes::request_message(type, 77, offset, length, flags);
    REQUIRE(send(nbd_bytes::put(x, payload)));
    const auto reply = simple_reply();
    CHECK(reply.cookie == 77);
    return reply.error;
  }

  static std::uint64_t number(const bytes& from, std::size_t at, std::size_t size) {
    std::uint64_t x = 0;
    for (std::size_t i = 0; i < size; ++i)
      x = x << 8 | std::to_integer<std::uint64_t>(from[at + i]);
    return x;
  }

private:
  int fd_;
};

} // namespace engine_test
