// A connection's bytes, with TLS or without, behind one interface that Asio and Beast can read and write. For
// session.cpp alone.
#pragma once

#include "actors/application_server/http/tls_files.hpp"

#include <optional>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace sluice::http {

/// Models AsyncReadStream and AsyncWriteStream for handlers, not for other completion tokens. Deadlines are those of
/// socket().
class wire_stream {
public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  /// @param tls empty = plain
  wire_stream(boost::asio::ip::tcp::socket socket, tls_context tls) : tls_(std::move(tls)), socket_(std::move(socket)) {
    if (tls_)
      secure_.emplace(socket_, *tls_);
  }

  [[nodiscard]] executor_type get_executor() noexcept {
    return socket_.get_executor();
  }
  [[nodiscard]] boost::beast::tcp_stream& socket() noexcept {
    return socket_;
  }
  [[nodiscard]] bool secure() const noexcept {
    return secure_.has_value();
  }

  template<class Buffers, class Handler>
  void async_read_some(const Buffers& to, Handler&& handler) {
    if (secure_)
      secure_->async_read_some(to, std::forward<Handler>(handler));
    else
      socket_.async_read_some(to, std::forward<Handler>(handler));
  }

  template<class Buffers, class Handler>
  void async_write_some(const Buffers& from, Handler&& handler) {
    if (secure_)
      secure_->async_write_some(from, std::forward<Handler>(handler));
    else
      socket_.async_write_some(from, std::forward<Handler>(handler));
  }

  /// @pre secure()
  template<class Handler>
  void async_handshake(Handler&& handler) {
    secure_->async_handshake(boost::asio::ssl::stream_base::server, std::forward<Handler>(handler));
  }

  /// Says that nothing more comes. @pre secure()
  template<class Handler>
  void async_shutdown(Handler&& handler) {
    secure_->async_shutdown(std::forward<Handler>(handler));
  }

private:
  tls_context tls_; // outlives the stream: certificates may be replaced meanwhile
  boost::beast::tcp_stream socket_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> secure_;
};

} // namespace sluice::http
