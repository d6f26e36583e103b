// Fills the families of webhooks.
#include "actors/application_server/webhooks/figures_text.hpp"

#include "actors/application_server/http/metric_family.hpp"

namespace sluice::webhooks {

std::string text_of(const std::vector<webhook_figures>& all) {
  using http::counter;
  using http::gauge;
  auto deliveries = counter("sluice_webhook_deliveries_total", "Deliveries by what became of them, per webhook.");
  auto failed = counter("sluice_webhook_attempts_failed_total", "Attempts that the receiver did not take.");
  auto waiting = gauge("sluice_webhook_waiting", "Deliveries that the receiver has not taken yet.");
  auto oldest = gauge("sluice_webhook_oldest_waiting_seconds", "How long the oldest delivery waits; 0 if none does.");
  auto stopped = gauge("sluice_webhook_stopped", "1 after the receiver said 410: it is told nothing until a restart.");
  for (const auto& x : all) {
    const auto named = [&](const char* outcome) {
      return http::labels{{"webhook", x.name}, {"outcome", outcome}};
    };
    deliveries.add(x.counters.delivered, named("delivered"));
    deliveries.add(x.counters.given_up, named("given_up"));
    deliveries.add(x.counters.dropped, named("dropped"));
    const http::labels name{{"webhook", x.name}};
    failed.add(x.counters.failed_attempts, name);
    waiting.add(x.waiting, name);
    oldest.add(std::chrono::duration<double>(x.oldest).count(), name);
    stopped.add(x.stopped, name);
  }
  std::vector<prometheus::MetricFamily> families;
  for (auto* one : {&deliveries, &failed, &waiting, &oldest, &stopped})
    families.push_back(one->take());
  return http::text_of(std::move(families));
}

} // namespace sluice::webhooks
