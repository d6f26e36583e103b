// Streams of groups on one shard, between a test that plays connections and a backend that answers when told: no
// socket, no thread, no clock.
#pragma once

#include "gateways/engine/group_table.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace sluice::gateway::test {

using namespace std::chrono_literals;

struct held_backend final : backend {
  std::string open() override {
    return {};
  }
  void close() override {}
  const backend_traits& traits() const override {
    return traits_;
  }
  bool submit(io_request& x) override {
    submitted.push_back(&static_cast<pending_request&>(x));
    return false;
  }
  backend_traits traits_;
  std::deque<pending_request*> submitted;
};

struct client final : request_owner {
  void done(pending_request&) override {
    ++answered;
  }
  int answered = 0;
};

struct world {
  held_backend storage;
  volume target{{}, &storage, {}};
  request_queue answers;
  wake_queue wakes;
  std::vector<std::unique_ptr<stream_group>> groups;
  std::vector<std::unique_ptr<stream>> streams;
  std::deque<pending_request> requests;
  client somebody;

  world() {
    target.config.size_bytes = 1u << 20;
  }
  stream_group& group(const io_limits& x, stream_group* above = nullptr) {
    group_config config;
    config.limits = x;
    return *groups.emplace_back(std::make_unique<stream_group>(config, above, 0, wakes, 0s));
  }
  stream& add(stream_group* reads, stream_group* writes) {
    return *streams.emplace_back(std::make_unique<stream>(target, answers, wakes, membership{reads, writes}));
  }
  stream& add(stream_group& all) {
    return add(&all, &all);
  }
  pending_request& arrive(stream& at, instant now, nbd::command what = nbd::command::read, std::uint16_t flags = 0) {
    auto& x = requests.emplace_back();
    x.wire.type = static_cast<std::uint16_t>(what);
    x.wire.flags = flags;
    x.wire.length = 4096;
    x.owner = &somebody;
    x.received = now;
    at.arrive(x, now);
    return x;
  }
  /// The shard's timer, until `now`.
  void wake_until(instant now) {
    while (wakes.first() != nullptr && wakes.first()->due() <= now)
      wakes.first()->wake(wakes.first()->due());
  }
  /// Whose requests are at the backend, in order.
  std::string order() const {
    std::string result;
    for (const auto* x : storage.submitted)
      for (std::size_t i = 0; i < streams.size(); ++i)
        if (x->stream == streams[i].get())
          result += static_cast<char>('a' + i);
    return result;
  }
};

inline io_limits with_iops(std::uint64_t x) {
  io_limits result;
  result.iops = rate{x};
  return result;
}

} // namespace sluice::gateway::test
