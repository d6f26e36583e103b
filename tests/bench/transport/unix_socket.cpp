// A Unix socket that keeps the borders of messages (SOCK_SEQPACKET). Several senders share one end.
#include "tests/bench/transport/subjects.hpp"

#include <array>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace sluice::bench {

namespace {

class socket_endpoint final : public endpoint {
public:
  socket_endpoint(int fd, std::size_t size) : fd_(fd), buffer_(size) {}

  void send(std::span<const std::byte> message) override {
    if (::send(fd_, message.data(), message.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(message.size()))
      throw std::system_error{errno, std::generic_category(), "send"};
  }
  std::span<const std::byte> receive() override {
    const auto length = ::recv(fd_, buffer_.data(), buffer_.size(), 0);
    if (length < 0)
      throw std::system_error{errno, std::generic_category(), "recv"};
    return {buffer_.data(), static_cast<std::size_t>(length)};
  }

private:
  int fd_;
  std::vector<std::byte> buffer_;
};

class socket_subject final : public endpoint_subject {
public:
  [[nodiscard]] std::string name() const override {
    return "unix-socket";
  }
  void prepare(const run_plan&) override {
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends_.data()) != 0)
      throw std::system_error{errno, std::generic_category(), "socketpair"};
  }
  void clean_up(const run_plan&) override {
    for (auto& fd : ends_) {
      if (fd >= 0)
        ::close(fd);
      fd = -1;
    }
  }

protected:
  std::unique_ptr<endpoint> open(const run_plan& plan, unsigned node) override {
    return std::make_unique<socket_endpoint>(ends_[node == 0 ? 0 : 1], plan.size);
  }

private:
  std::array<int, 2> ends_{-1, -1};
};

} // namespace

subject_ptr unix_socket() {
  return std::make_unique<socket_subject>();
}

} // namespace sluice::bench
