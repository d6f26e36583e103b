// One TLS session of a server over a non-blocking socket: bytes of a client on one side, records on the other. Closes
// no socket and knows nothing of NBD.
#pragma once

#include "gateways/tls/credentials.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <sys/uio.h>

namespace sluice::tls {

/// How far a handshake is.
enum class progress {
  waiting, ///< for the socket: to be read, and to be written if output_waiting()
  ready,   ///< bytes can be exchanged
  failed,  ///< why() says why; the client was told by an alert if it still listens
};

///   socket ─▶ input buffer ─▶ GnuTLS ─▶ receive()        send() ─▶ staging ─▶ GnuTLS ─▶ output buffer ─▶ socket
///
/// Both buffers are ours so that many small records cost one system call, and GnuTLS never meets a socket that is full.
/// Nothing blocks; what is here allocates when a session begins and not again. Thread safety: none; it may move from
/// one thread to another as a whole.
class session {
public:
  /// Read by one system call; three of the largest records. Chosen.
  static constexpr std::size_t input_bytes = 64u << 10;

  /// Written by one system call, likewise.
  static constexpr std::size_t output_bytes = 64u << 10;

  /// The most that one record carries [bytes]. Source: RFC 8446, 5.1.
  static constexpr std::size_t max_record_bytes = 16u << 10;

  /// What must be free before a record is made: the record, its header and tag, and some short messages of GnuTLS's own
  /// (alerts, answers to key updates) in between. Source for 256: RFC 8446, 5.2. The rest is chosen.
  static constexpr std::size_t room_for_record = max_record_bytes + 256 + 1024;

  /// After so many records or bytes a receive() returns, so that one client with much to say does not keep the others
  /// waiting. Chosen: one large record, or many small ones.
  static constexpr int max_records = 64;
  static constexpr std::size_t enough_bytes = max_record_bytes;

  /// What a client may send that is neither a step of the handshake nor an end of it (warnings). Chosen.
  static constexpr int max_warnings = 16;

  session(std::shared_ptr<const credentials> with, int socket);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// Goes on with the handshake. To be called at once, and then whenever the socket is readable or writable.
  [[nodiscard]] progress shake_hands();

  /// As readv(): bytes, 0 at the end of input, or -1 and errno: EAGAIN, or EPROTO after which why() says why. A client
  /// that wants to negotiate anew (TLS 1.2) is told no, and that is the end. @pre the handshake is `ready`
  [[nodiscard]] ssize_t receive(const iovec* parts, std::size_t count);

  /// True if receive() may have something, or an end to tell, although the socket has nothing: the last one stopped
  /// early.
  [[nodiscard]] bool input_waiting() const {
    return established_ && !drained_;
  }

  /// As writev(): how many bytes were taken, or -1 and errno: EAGAIN, or EPROTO. What was taken goes out by itself as
  /// far as the socket takes it; the rest by push_out(). @pre the handshake is `ready`
  [[nodiscard]] ssize_t send(const iovec* parts, std::size_t count);

  [[nodiscard]] bool output_waiting() const {
    return out_begin_ != out_end_;
  }

  /// Writes to the socket what it takes. False if the socket is dead.
  [[nodiscard]] bool push_out();

  /// Tells the client that nothing follows, once. What the socket does not take is output_waiting().
  void say_goodbye();

  /// Who the client has proved to be: the common name of its certificate, else its first DNS name, or the user of its
  /// key. A valid_name(); empty if it has proved nothing. @pre the handshake is `ready`
  [[nodiscard]] const std::string& client() const {
    return client_;
  }
  /// For a log line: `tls=1.3 cipher=AES-256-GCM`. @pre the handshake is `ready`
  [[nodiscard]] std::string description() const;

  [[nodiscard]] const std::string& why() const {
    return why_;
  }

private:
  struct cursor;

  static ssize_t pull(void* me, void* to, std::size_t size);
  static ssize_t push(void* me, const void* from, std::size_t size);
  [[nodiscard]] std::size_t room() const {
    return output_bytes - out_end_;
  }
  progress fail(int gnutls_error);
  progress fail(std::string why);
  [[nodiscard]] progress identify();

  std::shared_ptr<const credentials> with_;
  int socket_;
  gnutls_session_int* it_ = nullptr;
  bool established_ = false;
  bool failed_ = false;
  bool ended_ = false;    ///< the client says nothing more
  bool farewell_ = false; ///< we say nothing more
  bool drained_ = false;
  bool socket_empty_ = false; ///< the last read took everything
  int warnings_ = 0;
  std::size_t record_bytes_ = max_record_bytes; ///< what the client agreed to
  std::string client_;
  std::string why_;

  std::unique_ptr<std::byte[]> memory_; ///< input, output, staging
  std::byte* in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  std::byte* out_;
  std::size_t out_begin_ = 0;
  std::size_t out_end_ = 0;
  std::byte* staging_; ///< where a record is put together from several parts
};

} // namespace sluice::tls
