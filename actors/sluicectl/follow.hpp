// Listens to topics of the server for as long as it takes: a lost connection is taken up where it broke. Shows nothing.
#pragma once

#include "actors/sluicectl/commands.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace sluice::ctl {

/// Between two attempts: the server's wish at first, then twice as long each time. Chosen.
inline constexpr std::chrono::milliseconds least_pause{100};
inline constexpr std::chrono::milliseconds first_pause{1'000};
inline constexpr std::chrono::milliseconds longest_pause{30'000};
/// After a restart the server knows no token but its file's until it has read them: so long 401 is no refusal. Chosen.
inline constexpr std::chrono::seconds forgotten_time{60};

/// What comes to whoever follows; each says whether to go on.
struct follower {
  /// A connection is there. @param anew nothing of before is known there: what was shown may be old
  std::function<bool(bool anew)> connected;
  /// @param data one line of JSON
  std::function<bool(const std::string& topic, const std::string& id, const std::string& data)> event;
  /// Between two attempts; empty = the thread sleeps.
  std::function<void(std::chrono::milliseconds)> pause{};
};

/// Ends when the follower wants no more. Says on `err` when a connection was lost, and when it is there again.
/// @throws failure: unreachable if the first attempt fails, refused as the server says it
void follow(server_link& server, const std::vector<std::string>& topics, const follower& to, const console& io);

/// Twice as long, at most longest_pause.
[[nodiscard]] std::chrono::milliseconds longer(std::chrono::milliseconds pause) noexcept;

} // namespace sluice::ctl
