// How connections come to a shard and leave it.
#include "gateways/engine/shard.hpp"

#include <sys/epoll.h>
#include <utility>

namespace sluice::gateway {

namespace {

/// Accepted by one event, so that a storm of clients does not stop the streams. Chosen.
constexpr int max_accepts = 16;

} // namespace

void shard::accept_from(const listener& from) {
  for (int i = 0; i < max_accepts && !stopping_; ++i) {
    bool exhausted = false;
    auto who = from.accept(exhausted);
    if (exhausted) {
      core_.report({engine_event::kind::client_refused, from.endpoint(), "why=\"out of descriptors or memory\""});
      watch_listeners(false);
      next_chore_ = std::min(next_chore_, now_ + std::chrono::milliseconds{250});
    }
    if (!who)
      return;
    auto x = std::make_unique<connection>(who->fd, who->client, who->peer, now_);
    if (core_.connections.fetch_add(1, std::memory_order_relaxed) >= core_.config.max_connections) {
      core_.connections.fetch_sub(1, std::memory_order_relaxed);
      core_.report({engine_event::kind::client_refused, who->peer, "why=\"too many connections\""});
      continue; // the destructor closes it
    }
    next_chore_ = std::min(next_chore_, now_ + core_.config.handshake_time);
    adopt(std::move(x));
  }
}

void shard::adopt(std::unique_ptr<connection> x) {
  auto& it = *x;
  it.place = connections_.size();
  connections_.push_back(std::move(x));
  it.join(*this);
  if (stopping_)
    it.finish("the gateway stops");
}

void shard::hand_over(connection& x) {
  if (x.over())
    return; // it went away in the same round
  if (x.stream()->shard == index_)
    return x.enter_service();
  ::epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, x.descriptor(), nullptr);
  core_.shards[x.stream()->shard]->post(adopt_connection{take_out(x)});
}

std::unique_ptr<connection> shard::take_out(connection& x) {
  auto result = std::move(connections_[x.place]);
  if (x.place + 1 != connections_.size()) {
    connections_[x.place] = std::move(connections_.back());
    connections_[x.place]->place = x.place;
  }
  connections_.pop_back();
  return result;
}

void shard::bury() {
  bury_ = false;
  for (std::size_t i = connections_.size(); i-- > 0;) {
    auto& x = *connections_[i];
    if (!x.over())
      continue;
    if (x.stream() != nullptr) {
      core_.report({engine_event::kind::client_disconnected, to_string(x.stream()->id),
                    "peer=" + x.peer() + " why=\"" + x.why_gone() + '"'});
      core_.streams->detach(*x.stream(), now_);
    }
    std::erase(starved_, &x);
    std::erase(to_resume_, &x);
    std::erase(to_flush_, &x);
    core_.connections.fetch_sub(1, std::memory_order_relaxed);
    take_out(x);
  }
}

void shard::release(pending_request& x) {
  buffers_.release(x.memory);
  x.memory = {};
  requests_.release(x);
  released_ = true;
}

void shard::flush_later(connection& x) {
  if (!std::exchange(x.to_flush, true))
    to_flush_.push_back(&x);
}

void shard::resume_later(connection& x) {
  if (!std::exchange(x.to_resume, true))
    to_resume_.push_back(&x);
}

void shard::starved_until_release(connection& x) {
  if (!std::exchange(x.starved, true))
    starved_.push_back(&x);
}

void shard::begin_stopping(instant deadline) {
  if (stopping_)
    return;
  stopping_ = true;
  stop_deadline_ = deadline;
  watch_listeners(false);
  for (std::size_t i = 0; i < connections_.size(); ++i)
    connections_[i]->finish("the gateway stops");
}

} // namespace sluice::gateway
