// An NBD server that shakes hands properly and then answers every request with the same bytes, whatever they are.
#pragma once

#include "tests/process/engine_fixture.hpp"

#include <atomic>

namespace engine_test {

class nonsense_server {
public:
  /// What it sends in place of an answer; `cookie_at`: where the request's cookie is put, if it is told at all.
  struct reply {
    bytes text;
    std::size_t cookie_at = SIZE_MAX;
  };

  /// @param greeting in place of the proper one, if not empty
  nonsense_server(const std::string& path, std::uint64_t size_bytes, reply to_requests, bytes greeting = {})
      : size_bytes_(size_bytes),
        reply_(std::move(to_requests)),
        greeting_(std::move(greeting)),
        listening_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    ::unlink(path.c_str());
    REQUIRE(::bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listening_, 16) == 0);
    thread_ = std::thread{[this] {
      run();
    }};
  }

  ~nonsense_server() {
    stopping_ = true;
    thread_.join();
    ::close(listening_);
  }

  [[nodiscard]] int requests() const {
    return requests_;
  }

private:
  void run() {
    while (!stopping_) {
      pollfd wait{listening_, POLLIN, 0};
      if (::poll(&wait, 1, 10) != 1)
        continue;
      const int fd = ::accept(listening_, nullptr, nullptr);
      serve(fd);
      ::close(fd);
    }
  }

  /// `size` bytes, or fewer at the end.
  bytes take(int fd, std::size_t size) const {
    bytes x;
    while (x.size() < size && !stopping_) {
      pollfd wait{fd, POLLIN, 0};
      std::byte one[4096];
      if (::poll(&wait, 1, 10) != 1)
        continue;
      const auto n = ::recv(fd, one, std::min(size - x.size(), sizeof one), 0);
      if (n <= 0)
        break;
      x.insert(x.end(), one, one + n);
    }
    return x;
  }

  static void send(int fd, const bytes& x) {
    [[maybe_unused]] const auto n = ::send(fd, x.data(), x.size(), MSG_NOSIGNAL);
  }

  void serve(int fd) {
    bytes hello;
    nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(hello, "NBDMAGIC"), "IHAVEOPT"), 3, 2);
    send(fd, greeting_.empty() ? hello : greeting_);
    if (take(fd, 4).size() != 4)
      return;
    for (;;) { // options, until one of them is GO
      const auto option = take(fd, 16);
      if (option.size() != 16)
        return;
      const auto code = static_cast<std::uint32_t>(raw_client::number(option, 8, 4));
      take(fd, raw_client::number(option, 12, 4));
      bytes info;
      nbd_bytes::put(nbd_bytes::put(nbd_bytes::put(info, 0, 2), size_bytes_, 8), 1 | 4, 2); // an export with flush
      if (code == 7) {
        send(fd, nbd_bytes::reply_message(7, 3, info));
        send(fd, nbd_bytes::reply_message(7, 1));
        break;
      }
      send(fd, code == 8 ? nbd_bytes::reply_message(8, 1) : nbd_bytes::reply_message(code, 0x80000001));
    }
    for (;;) {
      const auto request = take(fd, 28);
      if (request.size() != 28)
        return;
      ++requests_;
      auto x = reply_.text;
      if (reply_.cookie_at != SIZE_MAX)
        std::copy_n(request.begin() + 8, 8, x.begin() + static_cast<std::ptrdiff_t>(reply_.cookie_at));
      send(fd, x);
    }
  }

  std::uint64_t size_bytes_;
  reply reply_;
  bytes greeting_;
  int listening_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> requests_{0};
  std::thread thread_;
};

} // namespace engine_test
