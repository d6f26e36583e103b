// What the gateway measured, in Prometheus' text format 0.0.4. Opens no socket.
#pragma once

#include "gateways/engine/engine.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sluice::gateway {

inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// Everything there is to say, as plain values.
struct metrics_view {
  struct stream {
    stream_summary what;
    stream_totals totals;
  };
  std::string gateway;
  std::string version;
  bool server_connected = false; ///< registered with the performance monitor
  std::uint32_t connections = 0;
  std::array<std::uint64_t, engine_event::kinds> events{};
  std::vector<stream> streams;
  std::vector<group_summary> groups;
  std::vector<volume_summary> volumes;
  std::vector<backend_summary> backends;
};

/// Series of a stream exist while the engine knows it, and never fall meanwhile.
[[nodiscard]] std::string text_of(const metrics_view& x);

/// Looks at an engine. Thread safety: one caller at a time.
class metrics_reader {
public:
  metrics_reader(const engine& data, std::string gateway) : data_(data), gateway_(std::move(gateway)) {}

  [[nodiscard]] metrics_view look(bool server_connected);

private:
  const engine& data_;
  std::string gateway_;
  /// Times that were shown, by stream: the shard's clock may be a little behind ours, and what was shown is not taken
  /// back. Bounded by the streams of one look.
  std::map<stream_id, std::pair<std::int64_t, std::int64_t>> held_;
};

} // namespace sluice::gateway
