// Refuses to read messages above the bound.
#include "actors/runtime/bounded_multiplexer.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/io/network/scribe_impl.hpp>

#include <sys/socket.h>

namespace sluice::tcp_link {

namespace {

class bounded_scribe final : public caf::io::network::scribe_impl {
public:
  using scribe_impl::scribe_impl;

  /// Called with the size that a header announces, before the buffer grows.
  void configure_read(caf::io::receive_policy::config wanted) override {
    if (wanted.second <= max_message_bytes)
      scribe_impl::configure_read(wanted);
    else
      ::shutdown(stream_.fd(), SHUT_RDWR); // the next read ends the connection
  }
};

} // namespace

caf::io::scribe_ptr bounded_multiplexer::new_scribe(caf::io::network::native_socket fd) {
  return caf::make_counted<bounded_scribe>(*this, fd);
}

} // namespace sluice::tcp_link
