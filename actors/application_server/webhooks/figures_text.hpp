// How the webhooks fare, in Prometheus' text format. Pure.
#pragma once

#include "actors/application_server/webhooks/delivery_queue.hpp"
#include "actors/domain/units.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::webhooks {

struct webhook_figures {
  std::string name;
  delivery_counters counters;
  std::size_t waiting = 0;
  duration oldest{0}; ///< how long the oldest waits; zero if none does
  bool stopped = false;
};

/// Empty without webhooks.
[[nodiscard]] std::string text_of(const std::vector<webhook_figures>& all);

} // namespace sluice::webhooks
