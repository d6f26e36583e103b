// A connection's way to its socket: directly, or through a TLS session.
#include "gateways/engine/connection.hpp"
#include "gateways/engine/shard.hpp"

#include <sys/socket.h>

namespace sluice::gateway {

void connection::refused(const std::string& why) {
  shard_->core().report({engine_event::kind::client_refused, peer_, "why=\"" + why + '"'});
}

/// Once STARTTLS is acknowledged. The session keeps its credentials, also if others are loaded meanwhile.
void connection::begin_tls() {
  if (tls_ == nullptr)
    tls_ = std::make_unique<tls::session>(shard_->core().credentials.get(), fd_);
  shake_hands();
}

void connection::shake_hands() {
  switch (tls_->shake_hands()) {
  case tls::progress::waiting:
    return watch();
  case tls::progress::failed:
    refused(tls_->why());
    return lost();
  case tls::progress::ready:
    break;
  }
  securing_ = false;
  if (!tls_->client().empty())
    client_ = tls_->client();
  read_on(); // options may have come with the end of the handshake
}

ssize_t connection::receive(const iovec* parts, int count) {
  return tls_ == nullptr ? ::readv(fd_, parts, count) : tls_->receive(parts, static_cast<std::size_t>(count));
}

ssize_t connection::transmit(iovec* parts, std::size_t count) {
  if (tls_ != nullptr)
    return tls_->send(parts, count);
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  return ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// What TLS has encrypted and the socket has not taken. False if the connection is gone.
bool connection::push_out() {
  if (tls_ == nullptr || securing_ || tls_->push_out())
    return true;
  lost();
  return false;
}

/// Takes what epoll cannot report, because the TLS session has it already; then waits for the socket.
void connection::read_on() {
  if (tls_ != nullptr && !securing_ && tls_->input_waiting() && may_read())
    read_socket();
  else
    watch();
}

} // namespace sluice::gateway
