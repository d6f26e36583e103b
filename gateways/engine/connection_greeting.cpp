// A connection's handshake, up to the volume and the shard it belongs to.
#include "gateways/engine/connection.hpp"
#include "gateways/engine/shard.hpp"

#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

namespace sluice::gateway {

void connection::take_handshake() {
  while (state_ == state::handshaking && !leaving && greeting_.size() < max_greeting_bytes) {
    std::size_t consumed = 0;
    auto step = handshake_->receive({input_.get() + input_begin_, input_end_ - input_begin_}, consumed, greeting_);
    input_begin_ += consumed;
    if (handshake_->tls_missed() && !std::exchange(tls_missed_, true))
      refused("TLS is required");
    if (step == nbd::handshake_step::secure) {
      securing_ = true;
      break;
    }
    if (step == nbd::handshake_step::chosen)
      step = chosen();
    if (step == nbd::handshake_step::ended) {
      send_greeting();
      return drop(handshake_->why().c_str());
    }
    if (step == nbd::handshake_step::more && consumed == 0)
      break;
  }
  send_greeting();
}

nbd::handshake_step connection::chosen() {
  std::string why;
  stream_ = shard_->core().streams->attach(handshake_->chosen_export(), client_, shard_->now(), why);
  if (stream_ == nullptr) {
    refused(why);
    return handshake_->refuse(why, greeting_);
  }
  handshake_->admit(greeting_);
  export_ = handshake_->chosen_export();
  agreed_ = handshake_->agreed();
  leaving = true; // also if the stream lives here: join() is the one way into service
  return nbd::handshake_step::chosen;
}

void connection::send_greeting() {
  if (state_ == state::gone)
    return;
  if (!push_out())
    return;
  while (!greeting_.empty()) {
    iovec all{greeting_.data(), greeting_.size()};
    const auto n = transmit(&all, 1);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      break;
    if (n < 0)
      return lost();
    greeting_.erase(greeting_.begin(), greeting_.begin() + n);
  }
  if (leaving && greeting_.empty())
    return shard_->hand_over_later(*this);
  if (securing_ && greeting_.empty())
    return begin_tls();
  watch();
}

void connection::go_on_greeting() {
  if (securing_ && tls_ != nullptr)
    return shake_hands();
  send_greeting();
  if (state_ == state::handshaking && !leaving && !securing_ && input_begin_ < input_end_)
    take_handshake(); // stopped at max_greeting_bytes
}

void connection::enter_service() {
  leaving = false;
  state_ = state::serving;
  handshake_.reset();
  directory_.reset();
  greeting_.shrink_to_fit();
  shard_->core().report({engine_event::kind::client_connected, to_string(stream_->id),
                         "peer=" + peer_ + " shard=" + std::to_string(stream_->shard)
                             + (tls_ != nullptr ? ' ' + tls_->description() : std::string{})});
  take_input(); // what came together with the last option
  read_on();
}

} // namespace sluice::gateway
