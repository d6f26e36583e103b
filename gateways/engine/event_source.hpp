// What a shard's epoll instance can report about.
#pragma once

#include <cstdint>

namespace sluice::gateway {

class event_source {
public:
  virtual ~event_source() = default;
  /// @param events as epoll reports them
  virtual void on_event(std::uint32_t events) = 0;
};

} // namespace sluice::gateway
