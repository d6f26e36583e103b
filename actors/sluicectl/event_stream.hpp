// Server-sent events (WHATWG HTML, "Server-sent events") out of the pieces of a text. Pure; knows no topic.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::ctl {

/// The largest event [bytes]. Chosen: the largest answer that the server gives, a page of 1,000 streams, takes 1 MB.
inline constexpr std::size_t max_event_bytes = 16u << 20;

struct server_event {
  std::string name; ///< the topic
  std::string id;
  std::string data;
};

/// Reads the lines; wherever the pieces end, the events are the same.
class event_reader {
public:
  using event_taker = std::function<void(const server_event&)>;

  /// Hands each event that is whole to `take`. False if a line or an event has more than max_event_bytes.
  [[nodiscard]] bool read(std::string_view piece, const event_taker& take);

  /// What the server wants to be waited before one tries again.
  [[nodiscard]] std::optional<std::chrono::milliseconds> pause() const noexcept {
    return pause_;
  }

private:
  void end_line(const event_taker& take);

  std::string line_;
  bool after_return_ = false; ///< a line feed that follows belongs to the line before
  bool has_data_ = false;
  server_event event_;
  std::optional<std::chrono::milliseconds> pause_;
};

} // namespace sluice::ctl
