// Moves bytes between a socket and GnuTLS.
#include "gateways/tls/session.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <gnutls/gnutls.h>
#include <sys/socket.h>
#include <utility>

namespace sluice::tls {

/// A place in the parts of a message.
struct session::cursor {
  const iovec* part;
  const iovec* end;
  std::size_t at = 0;

  [[nodiscard]] bool over() {
    while (part != end && at == part->iov_len) {
      ++part;
      at = 0;
    }
    return part == end;
  }
  [[nodiscard]] std::byte* place() const {
    return static_cast<std::byte*>(part->iov_base) + at;
  }
  [[nodiscard]] std::size_t left() const {
    return part->iov_len - at;
  }
};

session::session(std::shared_ptr<const credentials> with, int socket)
    : with_(std::move(with)),
      socket_(socket),
      memory_(std::make_unique_for_overwrite<std::byte[]>(input_bytes + output_bytes + max_record_bytes)),
      in_(memory_.get()),
      out_(in_ + input_bytes),
      staging_(out_ + output_bytes) {
  // No tickets: each session proves its client anew, also after the authority or the keys were replaced.
  if (gnutls_init(&it_, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS) != 0) {
    it_ = nullptr;
    return;
  }
  gnutls_transport_set_ptr(it_, this);
  gnutls_transport_set_pull_function(it_, &session::pull);
  gnutls_transport_set_push_function(it_, &session::push);
  gnutls_handshake_set_timeout(it_, GNUTLS_INDEFINITE_TIMEOUT); // the owner's clock decides
  if (!with_->equip(it_))
    gnutls_deinit(std::exchange(it_, nullptr));
}

session::~session() {
  if (it_ != nullptr)
    gnutls_deinit(it_);
}

ssize_t session::pull(void* me, void* to, std::size_t size) {
  auto& self = *static_cast<session*>(me);
  if (self.in_begin_ == self.in_end_) {
    auto error = EAGAIN;
    if (!std::exchange(self.socket_empty_, false)) {
      ssize_t n = -1;
      do
        n = ::recv(self.socket_, self.in_, input_bytes, MSG_DONTWAIT);
      while (n < 0 && errno == EINTR);
      if (n == 0)
        return 0;
      if (n > 0) {
        error = 0;
        self.in_begin_ = 0;
        self.in_end_ = static_cast<std::size_t>(n);
        self.socket_empty_ = self.in_end_ < input_bytes;
      } else {
        error = errno == EWOULDBLOCK ? EAGAIN : errno;
      }
    }
    if (error != 0) {
      gnutls_transport_set_errno(self.it_, error);
      return -1;
    }
  }
  const auto n = std::min(size, self.in_end_ - self.in_begin_);
  std::memcpy(to, self.in_ + self.in_begin_, n);
  self.in_begin_ += n;
  return static_cast<ssize_t>(n);
}

ssize_t session::push(void* me, const void* from, std::size_t size) {
  auto& self = *static_cast<session*>(me);
  const auto n = std::min(size, self.room());
  if (n == 0 && size != 0) {
    // In the handshake it goes on when there is room. After it only a client gets here that provokes answers and does
    // not read them.
    gnutls_transport_set_errno(self.it_, self.established_ ? EIO : EAGAIN);
    return -1;
  }
  std::memcpy(self.out_ + self.out_end_, from, n);
  self.out_end_ += n;
  return static_cast<ssize_t>(n);
}

bool session::push_out() {
  while (output_waiting()) {
    const auto n = ::send(socket_, out_ + out_begin_, out_end_ - out_begin_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      break;
    if (n < 0) {
      static_cast<void>(fail("the client closed the connection"));
      return false;
    }
    out_begin_ += static_cast<std::size_t>(n);
  }
  std::memmove(out_, out_ + out_begin_, out_end_ - out_begin_);
  out_end_ -= std::exchange(out_begin_, 0);
  return true;
}

progress session::fail(std::string why) {
  failed_ = true;
  if (why_.empty())
    why_ = std::move(why);
  return progress::failed;
}

progress session::fail(int gnutls_error) {
  if (gnutls_error == GNUTLS_E_PREMATURE_TERMINATION || gnutls_error == GNUTLS_E_PULL_ERROR)
    return fail("the client closed the connection");
  if (gnutls_error == GNUTLS_E_FATAL_ALERT_RECEIVED) {
    const auto* const alert = gnutls_alert_get_name(gnutls_alert_get(it_));
    return fail(std::string{"TLS: the client gave up: "} + (alert != nullptr ? alert : "unknown alert"));
  }
  gnutls_alert_send_appropriate(it_, gnutls_error);
  static_cast<void>(push_out());
  return fail(std::string{"TLS: "} + gnutls_strerror(gnutls_error));
}

progress session::shake_hands() {
  if (it_ == nullptr)
    return fail("TLS: out of memory");
  for (;;) {
    const auto result = gnutls_handshake(it_);
    const auto full = room() == 0;
    if (!push_out())
      return progress::failed;
    if (result == GNUTLS_E_SUCCESS)
      break;
    if (result == GNUTLS_E_AGAIN) {
      if (full && room() > 0)
        continue;
      return progress::waiting;
    }
    if (gnutls_error_is_fatal(result) != 0 || ++warnings_ > max_warnings)
      return fail(result);
  }
  established_ = true;
  record_bytes_ = std::min(max_record_bytes, gnutls_record_get_max_size(it_));
  return identify();
}

ssize_t session::receive(const iovec* parts, std::size_t count) {
  cursor to{parts, parts + count};
  std::size_t got = 0;
  drained_ = false; // also if it ends now: behind bytes the end is still to be told
  for (int i = 0; i < max_records && got < enough_bytes && !failed_ && !ended_ && !drained_ && !to.over(); ++i) {
    const auto n = gnutls_record_recv(it_, to.place(), to.left());
    if (n > 0) {
      to.at += static_cast<std::size_t>(n);
      got += static_cast<std::size_t>(n);
    } else if (n == GNUTLS_E_AGAIN) {
      drained_ = true;
    } else if (n == 0 || n == GNUTLS_E_PREMATURE_TERMINATION) {
      // Without a farewell, too: NBD's requests say themselves where they end, so that nothing is taken for whole.
      ended_ = true;
    } else if (n == GNUTLS_E_REHANDSHAKE) {
      // GnuTLS cannot pass over a ClientHello that it has begun to take.
      gnutls_alert_send(it_, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
      static_cast<void>(fail("TLS: the client wanted to negotiate anew"));
    } else if (gnutls_error_is_fatal(static_cast<int>(n)) != 0) {
      static_cast<void>(fail(static_cast<int>(n)));
    }
  }
  static_cast<void>(push_out()); // what GnuTLS had to say meanwhile
  if (got > 0)
    return static_cast<ssize_t>(got);
  if (ended_ && !failed_)
    return 0;
  errno = failed_ ? EPROTO : EAGAIN;
  return -1;
}

ssize_t session::send(const iovec* parts, std::size_t count) {
  cursor from{parts, parts + count};
  std::size_t taken = 0;
  while (!failed_ && !from.over()) {
    if (room() < room_for_record && (!push_out() || room() < room_for_record))
      break;
    const std::byte* record = from.place();
    auto size = std::min(from.left(), record_bytes_);
    auto next = from;
    next.at += size;
    if (size < record_bytes_ && !next.over()) { // what follows goes into the same record
      std::memcpy(staging_, record, size);
      record = staging_;
      while (size < record_bytes_ && !next.over()) {
        const auto n = std::min(next.left(), record_bytes_ - size);
        std::memcpy(staging_ + size, next.place(), n);
        next.at += n;
        size += n;
      }
    }
    const auto n = gnutls_record_send(it_, record, size);
    if (n != static_cast<ssize_t>(size)) {
      static_cast<void>(fail(n < 0 ? static_cast<int>(n) : GNUTLS_E_INTERNAL_ERROR));
      break;
    }
    taken += size;
    from = next;
  }
  if (!failed_)
    static_cast<void>(push_out());
  if (taken > 0)
    return static_cast<ssize_t>(taken);
  errno = failed_ ? EPROTO : EAGAIN;
  return -1;
}

void session::say_goodbye() {
  if (!established_ || failed_ || std::exchange(farewell_, true))
    return;
  gnutls_bye(it_, GNUTLS_SHUT_WR);
  static_cast<void>(push_out());
}

std::string session::description() const {
  const auto version = gnutls_protocol_get_version(it_) == GNUTLS_TLS1_3 ? "1.3" : "1.2"; // nothing else is offered
  return std::string{"tls="} + version + " cipher=" + gnutls_cipher_get_name(gnutls_cipher_get(it_));
}

} // namespace sluice::tls
