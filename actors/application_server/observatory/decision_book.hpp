// What the SLA core last said: throttles in force, backends. Pure; decides nothing.
#pragma once

#include "actors/application_server/observatory/stream_book.hpp"
#include "actors/domain/event.hpp"
#include "actors/domain/throttle.hpp"

#include <map>
#include <span>
#include <string>

namespace sluice {

/// Most backends that are shown; further ones are ignored. Chosen.
inline constexpr std::size_t max_backends = 1'000;

class decision_book {
public:
  /// Takes what a report says. `complete`: these are all throttles and backends there are.
  void take(std::span<const throttle> throttles, std::span<const stream_id> forgotten,
            std::span<const backend_status> backends, bool complete);

  /// Takes what would hold on backends that are only observed; after take() of the same report.
  void take_observed(std::span<const throttle> x);

  [[nodiscard]] const throttle* find(const stream_id& x) const;
  /// What would hold it; nothing if nothing would, or its backend is not only observed.
  [[nodiscard]] const throttle* find_observed(const stream_id& x) const;
  [[nodiscard]] const backend_status* find_backend(const std::string& x) const;

  [[nodiscard]] const std::map<stream_id, throttle>& throttles() const noexcept {
    return throttles_;
  }
  [[nodiscard]] const std::map<stream_id, throttle>& observed() const noexcept {
    return observed_;
  }
  [[nodiscard]] const std::map<std::string, backend_status>& backends() const noexcept {
    return backends_;
  }

private:
  std::map<stream_id, throttle> throttles_; // at most max_streams
  std::map<stream_id, throttle> observed_;  // at most max_streams
  std::map<std::string, backend_status> backends_;
};

} // namespace sluice
