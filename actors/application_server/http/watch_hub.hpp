// Server-sent events, without sockets: what was published lately, and which listener gets what. One thread.
//
// A topic is the target of a GET below /api/v1/, behind the scope of who may see it; its events are what that GET would
// answer. Each text is made once and shared by all who listen.
#pragma once

#include "actors/domain/units.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

/// Bounds. Chosen; see CLIENTS.md.
inline constexpr std::size_t max_topics_of_listener = 16;
inline constexpr std::size_t max_listeners = 512;
inline constexpr std::size_t max_topics = 1'000;
inline constexpr std::size_t max_listeners_of_owner = 256;
inline constexpr std::size_t max_topics_of_owner = 256;
inline constexpr std::size_t max_kept_events = 4'096;
inline constexpr std::size_t max_kept_bytes = 16 * 1024 * 1024;
inline constexpr std::size_t max_unread_bytes = 1024 * 1024;

/// So long events of a topic are made on for one whose connection broke. Chosen; above a restart of a proxy.
inline constexpr duration topic_linger = std::chrono::seconds{60};

using shared_text = std::shared_ptr<const std::string>;

/// Where a listener's events go. Called by the hub, in its thread.
class listener {
public:
  virtual ~listener() = default;
  /// One whole event, as it stands on the wire. Must not call the hub.
  virtual void take(const shared_text& event) = 0;
};

class watch_hub {
public:
  /// @param boot tells this process from the one before: numbers of events begin anew with it
  explicit watch_hub(std::string boot) : boot_(std::move(boot)) {}

  enum class joined { yes, too_many_listeners, too_many_topics };

  /// From now on `who` gets the events of these topics: first those after the event with the id `after`, if it is still
  /// known which these are; else `reset` and the newest of each topic.
  /// @param topics with their scope, each once @pre who did not join yet
  /// @param owner of the listener, who has bounds of its own: one cannot take everybody's place; empty = none
  joined join(listener& who, const std::vector<std::string>& topics, std::string_view after,
              const std::string& owner = {});

  /// Of one who did not join nothing changes.
  void leave(listener& who, instant now);

  /// Forgets topics that nobody listened to for topic_linger.
  void expire(instant now);

  /// An event for all who listen to the topic. The same text as last time is no event, unless `each` counts.
  /// @param name of the topic without its scope, as listeners know it
  /// @param data one line of JSON
  void publish(const std::string& topic, std::string_view name, std::string_view data, bool each = false);

  /// Topics that somebody listens to or listened to a moment ago, with their scopes, sorted.
  [[nodiscard]] std::vector<std::string> wanted() const;

  [[nodiscard]] std::size_t listeners() const noexcept {
    return listening_.size();
  }

private:
  struct kept_event {
    std::uint64_t number = 0;
    std::string topic;
    shared_text text;
  };
  struct topic_state {
    std::set<listener*> listeners;
    instant left{0};         ///< by the last of them
    std::uint64_t since = 0; ///< the last event of any topic before this one was wanted
    shared_text newest;      ///< null = nothing was published since somebody listens
    std::string data;        ///< of the newest
    std::string owner;       ///< who asked for it first
  };

  /// Whether it can be told in one piece what came after that event.
  [[nodiscard]] bool knows_all_after(std::uint64_t number, const std::vector<std::string>& topics) const;
  [[nodiscard]] bool is_too_much_for(const std::string& owner, std::size_t fresh) const;
  void keep(kept_event x);

  std::string boot_;
  std::map<std::string, topic_state> topics_;
  struct listening {
    std::vector<std::string> topics;
    std::string owner;
  };
  std::map<listener*, listening> listening_;
  std::deque<kept_event> kept_;
  std::size_t kept_bytes_ = 0;
  std::uint64_t last_number_ = 0;
};

} // namespace sluice::http
