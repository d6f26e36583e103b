// A client that speaks HTTP byte by byte over a real socket, for tests: it sends what it is told, also what no client
// should, and waits with a deadline. No HTTP library, so that nothing corrects what is sent.
#pragma once

#include <arpa/inet.h>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::test {

struct heard {
  unsigned status = 0; ///< 0 = the connection was closed or the deadline passed before a whole answer came
  std::string header;
  std::string body;
  bool closed = false; ///< by the server, after the answer or instead of it
};

class http_client {
public:
  explicit http_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~http_client() {
    ::close(socket_);
  }
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  [[nodiscard]] bool connected() const noexcept {
    return connected_;
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Reads one answer.
  heard receive(std::chrono::milliseconds patience = std::chrono::seconds{5}, bool has_body = true) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    heard x;
    auto end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
      if (!read_more(deadline, x))
        return x;
    x.header = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    const auto length = has_body ? length_in(x.header) : 0;
    while (buffer_.size() < length)
      if (!read_more(deadline, x))
        return x;
    x.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    x.status = static_cast<unsigned>(std::atoi(x.header.c_str() + 9));
    return x;
  }

  /// Reads what comes without an end until `wanted` is in it; everything up to there, empty if it does not come.
  std::string receive_until(std::string_view wanted, std::chrono::milliseconds patience = std::chrono::seconds{10}) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    heard x;
    auto at = std::string::npos;
    while ((at = buffer_.find(wanted)) == std::string::npos)
      if (!read_more(deadline, x))
        return {};
    auto text = buffer_.substr(0, at + wanted.size());
    buffer_.erase(0, at + wanted.size());
    return text;
  }

  /// Whether the server closes the connection within the time.
  bool closed_within(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    heard x;
    while (read_more(deadline, x)) {
    }
    return x.closed;
  }

private:
  bool read_more(std::chrono::steady_clock::time_point deadline, heard& x) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waits{socket_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waits, 1, static_cast<int>(left.count())) <= 0)
      return false;
    char bytes[4096];
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    x.closed = got <= 0;
    if (got > 0)
      buffer_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }

  static std::size_t length_in(const std::string& header) {
    constexpr std::string_view name = "Content-Length: ";
    const auto at = header.find(name);
    return at == std::string::npos ? 0 : static_cast<std::size_t>(std::atoll(header.c_str() + at + name.size()));
  }

  int socket_;
  bool connected_ = false;
  std::string buffer_;
};

/// One request on a connection of its own.
inline heard ask(std::uint16_t port, const std::string& bytes) {
  http_client client{port};
  client.send(bytes);
  return client.receive();
}

inline std::string get(const std::string& path, const std::string& more = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}

} // namespace sluice::test
