// Refuses connections and messages above the bounds.
#include "actors/runtime/bounded_multiplexer.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/io/network/scribe_impl.hpp>

#include <sys/socket.h>

namespace sluice::tcp_link {

namespace {

class bounded_scribe final : public caf::io::network::scribe_impl {
public:
  /// RELAXED: a count for a bound, no other memory depends on it.
  bounded_scribe(caf::io::network::default_multiplexer& on, caf::io::network::native_socket fd,
                 std::shared_ptr<std::atomic<std::size_t>> open)
      : scribe_impl(on, fd), open_(std::move(open)) {
    if (open_->fetch_add(1, std::memory_order_relaxed) >= max_connections)
      ::shutdown(fd, SHUT_RDWR); // the first read ends it
  }
  ~bounded_scribe() override {
    open_->fetch_sub(1, std::memory_order_relaxed);
  }

  /// Called with the size that a header announces, before the buffer grows.
  void configure_read(caf::io::receive_policy::config wanted) override {
    if (wanted.second <= max_message_bytes)
      scribe_impl::configure_read(wanted);
    else
      ::shutdown(stream_.fd(), SHUT_RDWR); // the next read ends the connection
  }

private:
  std::shared_ptr<std::atomic<std::size_t>> open_;
};

} // namespace

caf::io::scribe_ptr bounded_multiplexer::new_scribe(caf::io::network::native_socket fd) {
  return caf::make_counted<bounded_scribe>(*this, fd, open_);
}

} // namespace sluice::tcp_link
