// Which throttles are decisions to be recorded: those whose rule or beneficiary is another than before. Pure; stores
// nothing.
#pragma once

#include "actors/domain/record.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace sluice {

class decision_log {
public:
  /// @param bound most streams that are remembered; of further ones each report is recorded, and recognised where it
  /// is stored already
  explicit decision_log(std::size_t bound) : bound_(bound) {}

  /// What is to be recorded of a throttle that was reported; nothing if its rule and beneficiary are known. The time is
  /// since when the rule holds, as the core says, so that a restarted server records the same again.
  /// @param now for a rule that ended, or without a time
  [[nodiscard]] std::optional<decision> note(const throttle& x, wall_time now) {
    const auto key = std::make_pair(x.stream, x.why.observed);
    const auto found = last_.find(key);
    const bool ended = x.why.rule == throttle_rule::none;
    if (found == last_.end() ? ended : found->second == std::make_pair(x.why.rule, x.why.beneficiary))
      return std::nullopt;
    if (ended)
      last_.erase(found);
    else if (found != last_.end())
      found->second = {x.why.rule, x.why.beneficiary};
    else if (last_.size() < bound_)
      last_.emplace(key, std::make_pair(x.why.rule, x.why.beneficiary));
    return decision{ended || x.why.since == wall_time{} ? now : x.why.since, x};
  }

  /// The stream is gone: so is what held it.
  void forget(const stream_id& x) {
    last_.erase({x, false});
    last_.erase({x, true});
  }

private:
  std::size_t bound_;
  std::map<std::pair<stream_id, bool>, std::pair<throttle_rule, std::string>> last_;
};

} // namespace sluice
