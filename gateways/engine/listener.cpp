// Opens listening sockets and names who connects.
#include "gateways/engine/listener.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace sluice::gateway {

namespace {

std::string error_text() {
  return std::strerror(errno); // start-up only
}

bool fill(sockaddr_un& to, const std::string& path) {
  to.sun_family = AF_UNIX;
  if (path.size() >= sizeof to.sun_path)
    return false;
  std::memcpy(to.sun_path, path.c_str(), path.size() + 1);
  return true;
}

/// True if nobody listens at this socket any more.
bool stale(const sockaddr_un& address) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0)
    return false;
  const auto refused =
      ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return refused;
}

/// The numeric address and the port of a TCP peer.
std::pair<std::string, std::string> numeric(const sockaddr_storage& from, socklen_t size) {
  sockaddr_storage address = from;
  // A client over IPv4 has one name, whichever socket it came through.
  if (address.ss_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(from);
    if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
      sockaddr_in four{};
      four.sin_family = AF_INET;
      four.sin_port = six.sin6_port;
      std::memcpy(&four.sin_addr, six.sin6_addr.s6_addr + 12, 4);
      std::memcpy(&address, &four, sizeof four);
      size = sizeof four;
    }
  }
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV)
      != 0)
    return {"unknown", "0"};
  std::string name = host;
  return {name.substr(0, name.find('%')), port}; // without the interface of a link-local address
}

} // namespace

listener::listener(listener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      unix_path_(std::move(other.unix_path_)),
      endpoint_(std::move(other.endpoint_)) {
  other.unix_path_.clear();
}

listener::~listener() {
  close();
}

void listener::close() {
  if (fd_ >= 0)
    ::close(std::exchange(fd_, -1));
  if (!unix_path_.empty())
    ::unlink(std::exchange(unix_path_, {}).c_str());
}

std::string listener::open(const listener_config& config) {
  return config.unix_path.empty() ? open_tcp(config) : open_unix(config.unix_path);
}

std::string listener::open_tcp(const listener_config& config) {
  const auto where = config.address + ":" + std::to_string(config.port);
  addrinfo wanted{};
  wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(config.address.c_str(), std::to_string(config.port).c_str(), &wanted, &found) != 0)
    return "cannot listen on " + where + ": not a numeric address";
  fd_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  const auto listening = fd_ >= 0 && ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0
                         && ::bind(fd_, found->ai_addr, found->ai_addrlen) == 0 && ::listen(fd_, backlog) == 0;
  const auto problem = listening ? std::string{} : "cannot listen on " + where + ": " + error_text();
  ::freeaddrinfo(found);
  if (!problem.empty())
    return problem;
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &size);
  const auto host = bound.ss_family == AF_INET6 ? '[' + config.address + ']' : config.address;
  endpoint_ = "nbd://" + host + ':' + numeric(bound, size).second;
  return {};
}

std::string listener::open_unix(const std::string& path) {
  const auto problem = [&path](const std::string& why) {
    return "cannot listen on " + path + ": " + why;
  };
  sockaddr_un address{};
  if (!fill(address, path))
    return problem("the path is longer than " + std::to_string(sizeof address.sun_path - 1) + " characters");
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode))
      return problem("there is a file that is no socket");
    if (!stale(address))
      return problem("somebody listens there already");
    ::unlink(path.c_str());
  }
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0 || ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return problem(error_text());
  unix_path_ = path;
  if (::listen(fd_, backlog) != 0)
    return problem(error_text());
  endpoint_ = "nbd+unix:///?socket=" + path;
  return {};
}

std::optional<accepted_client> listener::accept(bool& exhausted) const {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  const int fd = ::accept4(fd_, reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
  exhausted = fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM);
  if (fd < 0)
    return std::nullopt;
  accepted_client result;
  result.fd = fd;
  if (!unix_path_.empty()) {
    ucred who{};
    socklen_t who_size = sizeof who;
    const auto known = ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &who_size) == 0;
    result.client = known ? "unix-" + std::to_string(who.uid) : "unix-unknown";
    result.peer = result.client;
    return result;
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  auto [host, port] = numeric(from, size);
  result.client = host;
  result.peer = host + ':' + port;
  return result;
}

} // namespace sluice::gateway
