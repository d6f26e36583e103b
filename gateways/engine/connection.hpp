// One client's connection: socket to requests, answers to socket. Decides nothing about rates and does no storage I/O.
#pragma once

#include "gateways/engine/event_source.hpp"
#include "gateways/engine/pending_request.hpp"
#include "gateways/engine/registry.hpp"
#include "gateways/nbd/handshake.hpp"
#include "gateways/tls/session.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <sys/uio.h>
#include <vector>

namespace sluice::gateway {

class shard;

///   handshaking ──chosen──▶ serving ──DISC, end of input, stop──▶ finishing ──all answered──▶ gone
///        └── refused, time-out ──┴── garbage, socket error ────────────┴──────────────────────▶ gone
///
/// `finishing` reads nothing more but answers what was asked. `gone` has no socket; the object lives until the backend
/// has answered all its requests. Everything happens on its shard; between shards it moves as a whole, once, at
/// `chosen`.
class connection final : public event_source, public request_owner {
public:
  /// Requests received and not yet answered. Beyond it the socket is not read. Chosen: twice what the deepest clients
  /// of gateway.md keep outstanding.
  static constexpr std::size_t max_outstanding = 512;

  /// Payload bytes of those. Chosen: a request of the largest size arrives while another one is answered.
  static constexpr std::size_t max_outstanding_bytes = 2 * std::size_t{max_request_bytes};

  /// Extents in the answer to one BLOCK_STATUS; the client asks on from where they end. Chosen: they fill the smallest
  /// buffer.
  static constexpr std::uint32_t max_extents = 512;

  /// Requests read by one system call: 2,340 without payload. Chosen.
  static constexpr std::size_t input_bytes = 64u << 10;

  /// What a client in handshake may leave unread of our answers. Chosen.
  static constexpr std::size_t max_greeting_bytes = 1u << 20;

  /// Encrypted in one turn; then other connections have theirs. Chosen: a millisecond on
  /// a processor without instructions for it.
  static constexpr std::size_t max_sealed_bytes = 256u << 10;

  connection(int fd, std::string client, std::string peer, instant now);
  ~connection() override;

  /// It belongs to this shard from now on.
  void join(shard& to);

  void on_event(std::uint32_t events) override;
  void done(pending_request& x) override;

  /// From the handshake to requests, on the stream's shard.
  void enter_service();

  /// Goes on with what stopped at a bound.
  void resume();

  /// Sends the answers that are ready.
  void flush();

  /// Reads nothing more; ends when everything is answered.
  void finish(const char* why);

  /// Ends now; unanswered requests are dropped.
  void drop(const char* why);

  /// True when nothing refers to it any more.
  [[nodiscard]] bool over() const {
    return state_ == state::gone && outstanding_ == 0;
  }
  [[nodiscard]] bool handshaking() const {
    return state_ == state::handshaking;
  }
  [[nodiscard]] int descriptor() const {
    return fd_;
  }
  [[nodiscard]] instant since() const {
    return since_;
  }
  [[nodiscard]] const std::string& peer() const {
    return peer_;
  }
  [[nodiscard]] const std::shared_ptr<registered_stream>& stream() const {
    return stream_;
  }
  [[nodiscard]] const std::string& why_gone() const {
    return why_gone_;
  }

  std::size_t place = 0;  ///< in the shard's table
  bool to_flush = false;  ///< in the shard's list of those with answers
  bool to_resume = false; ///< in the shard's list of those to go on with
  bool starved = false;   ///< stopped because the shard's pools are empty
  bool leaving = false;   ///< to be handed to its stream's shard

private:
  enum class state : std::uint8_t { handshaking, serving, finishing, gone };

  // connection_input.cpp
  void read_socket();
  void take_input();
  [[nodiscard]] bool take_one();
  [[nodiscard]] bool begin_request(const nbd::request& x);
  void continue_payload();
  void received(pending_request& x);
  [[nodiscard]] bool window_open() const;

  // connection_greeting.cpp
  void take_handshake();
  [[nodiscard]] nbd::handshake_step chosen();
  void send_greeting();
  void go_on_greeting();

  // connection_tls.cpp
  void begin_tls();
  void shake_hands();
  [[nodiscard]] ssize_t receive(const iovec* parts, int count);
  [[nodiscard]] ssize_t transmit(iovec* parts, std::size_t count);
  [[nodiscard]] bool push_out();
  void read_on();

  // connection.cpp
  void watch();
  [[nodiscard]] bool may_read() const;
  void refused(const std::string& why);
  void lost();
  [[nodiscard]] nbd::outcome outcome_of(pending_request& x) const;
  void release(pending_request& x);
  void finish_if_idle();
  [[nodiscard]] std::size_t gather(iovec* parts) const;
  void sent(std::size_t bytes);

  shard* shard_ = nullptr;
  int fd_;
  state state_ = state::handshaking;
  std::uint32_t watched_ = 0; ///< epoll events now asked for
  std::string client_;
  std::string peer_;
  instant since_;
  std::string why_gone_;

  std::unique_ptr<tls::session> tls_; ///< nullptr: in clear
  bool tls_missed_ = false;           ///< it was told that TLS is required
  bool securing_ = false;             ///< STARTTLS was acknowledged, TLS is not there yet

  std::shared_ptr<const volume_directory> directory_; ///< what the handshake may offer
  std::unique_ptr<nbd::handshake> handshake_;
  std::vector<std::byte> greeting_; ///< handshake bytes not yet sent
  std::shared_ptr<registered_stream> stream_;
  nbd::export_info export_;
  nbd::negotiated agreed_;

  std::unique_ptr<std::byte[]> input_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  pending_request* filling_ = nullptr; ///< a write whose payload is on its way
  std::size_t filled_ = 0;
  std::uint64_t skip_bytes_ = 0; ///< payload of a refused write
  bool blocked_ = false;         ///< stopped at a bound with input left

  request_line answers_;
  std::size_t answer_sent_ = 0; ///< bytes of the first answer
  std::size_t outstanding_ = 0;
  std::size_t outstanding_bytes_ = 0;
};

} // namespace sluice::gateway
