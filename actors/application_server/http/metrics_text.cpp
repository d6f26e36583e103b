// Fills prometheus-cpp's families from the observatory. No registry: the figures live where they are made.
#include "actors/application_server/http/metrics_text.hpp"

#include "actors/application_server/http/metric_family.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice::http {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

double seconds(duration x) {
  return static_cast<double>(x.count()) / 1e9;
}

labels with(labels base, const char* name, const char* value) {
  base.push_back({name, value});
  return base;
}

void about_processes(const standing& x, std::vector<MetricFamily>& out) {
  out.push_back(gauge("sluice_process_up", "1 if the application server has found the process.")
                    .add(x.database_manager, {{"process", "database-manager"}})
                    .add(x.sla_core, {{"process", "sla-core"}})
                    .add(x.performance_monitor, {{"process", "performance-monitor"}})
                    .take());
  out.push_back(
      gauge("sluice_postgresql_up", "1 if the database manager is connected to PostgreSQL.").add(x.postgresql).take());
  out.push_back(counter("sluice_rows_late_total", "Rows that came after their second was closed, kept apart.")
                    .add(x.rows_late)
                    .take());
  out.push_back(gauge("sluice_spool_bytes", "Waiting on the database manager's disk.").add(x.spool_bytes).take());
  out.push_back(gauge("sluice_spool_bound_bytes", "How much may wait there.").add(x.spool_bound).take());
  out.push_back(
      counter("sluice_spool_rows_dropped_total", "Sample rows that a full spool dropped.").add(x.spool_dropped).take());
  out.push_back(gauge("sluice_database_behind_seconds", "How long the oldest line waits in the database manager.")
                    .add(seconds(x.database_behind))
                    .take());
  out.push_back(gauge("sluice_closed_until_seconds", "Rows of before this time come late; 0 while it is not known.")
                    .add(static_cast<double>(x.closed_until.unix_us) / 1e6)
                    .take());
  const auto& t = x.served;
  out.push_back(counter("sluice_http_requests_total", "HTTP requests answered, by class of status.")
                    .add(t.good, {{"status", "2xx"}})
                    .add(t.redirected, {{"status", "3xx"}})
                    .add(t.client_errors, {{"status", "4xx"}})
                    .add(t.server_errors, {{"status", "5xx"}})
                    .take());
  out.push_back(gauge("sluice_http_connections", "HTTP connections now open.").add(t.open).take());
  out.push_back(counter("sluice_http_connections_turned_away_total", "HTTP connections closed at the bound.")
                    .add(t.turned_away)
                    .take());
  out.push_back(counter("sluice_http_requests_timed_out_total", "HTTP requests that no process answered in time.")
                    .add(t.timed_out)
                    .take());
}

void about_collecting(const observatory& x, std::vector<MetricFamily>& out) {
  const auto& c = x.counters;
  out.push_back(counter("sluice_samples_total", "Samples received, by what became of them.")
                    .add(c.samples_taken, {{"outcome", "taken"}})
                    .add(c.samples_refused, {{"outcome", "refused"}})
                    .add(c.samples_repeated, {{"outcome", "repeated"}})
                    .add(c.samples_without_room, {{"outcome", "no_room"}})
                    .take());
  out.push_back(counter("sluice_sample_batches_total", "Sample batches received.").add(c.batches).take());
  auto lost = counter("sluice_sample_batches_lost_total", "Sample batches missing in a gateway's sequence.");
  auto connected = gauge("sluice_gateway_connected", "1 if the gateway is connected.");
  for (const auto& [name, gateway] : x.gateways.gateways()) {
    lost.add(gateway.batches_lost(), {{"gateway", name}});
    connected.add(gateway.connected, {{"gateway", name}});
  }
  out.push_back(lost.take());
  out.push_back(connected.take());
  out.push_back(gauge("sluice_rows_waiting", "Rows, verdicts and events not confirmed by the database manager.")
                    .add(x.rows_waiting)
                    .take());
  out.push_back(counter("sluice_rows_stored_total", "Rows, verdicts and events confirmed.").add(x.rows_stored).take());
  out.push_back(counter("sluice_rows_dropped_total", "Rows, verdicts and events dropped at the bound.")
                    .add(x.rows_dropped)
                    .take());
}

void about_agreements(const observatory& x, std::vector<MetricFamily>& out) {
  auto intervals = counter("sluice_agreement_intervals_total", "Intervals by what the core found, per agreement.");
  auto target = gauge("sluice_agreement_target_ratio", "Share of the intervals that are to be met.");
  auto violated = gauge("sluice_agreement_violated", "1 if a promise was violated in the newest interval judged.");
  std::size_t shown = 0;
  for (const auto& agreed : x.agreements) {
    if (++shown > max_agreements_in_metrics)
      break;
    const labels base{{"agreement", agreed.name}, {"tenant", agreed.tenant}};
    const auto* found = x.intervals.find(agreed.name);
    const auto counts = found == nullptr ? interval_tally::counts{} : *found;
    intervals.add(counts.met, with(base, "outcome", "met"));
    intervals.add(counts.violated, with(base, "outcome", "violated"));
    intervals.add(counts.exempt, with(base, "outcome", "exempt"));
    intervals.add(counts.no_data, with(base, "outcome", "no_data"));
    target.add(static_cast<double>(agreed.objective.compliance.target_ppm) / 1e6, base);
    if (const auto* record = x.promises.find(agreed.name); record != nullptr && !record->last.empty())
      violated.add(record->worst().outcome == verdict_outcome::violated, base);
  }
  for (auto* one : {&intervals, &target, &violated})
    out.push_back(one->take());
  const auto all = x.agreements.size();
  const auto suspended = std::count_if(x.agreements.begin(), x.agreements.end(), [](const agreement& one) {
    return one.suspended;
  });
  out.push_back(
      gauge("sluice_agreements", "Agreements in force.").add(all - static_cast<std::size_t>(suspended)).take());
  out.push_back(gauge("sluice_agreements_not_shown", "Agreements without time series of their own, at the bound.")
                    .add(all > max_agreements_in_metrics ? all - max_agreements_in_metrics : 0)
                    .take());
}

void about_backends(const observatory& x, std::vector<MetricFamily>& out) {
  auto capacity = gauge("sluice_backend_capacity_iops", "I/O per second the backend was measured to give.");
  auto delivered = gauge("sluice_backend_delivered_iops", "I/O per second the backend gives now.");
  auto promised = gauge("sluice_backend_promised_iops", "Sum of the reservations on the backend.");
  auto latency = gauge("sluice_backend_latency_seconds", "Mean latency of the backend now.");
  auto throttled = gauge("sluice_backend_throttled_streams", "Streams held back on the backend.");
  auto deficit = gauge("sluice_backend_deficit", "1 if the backend gives less than was promised.");
  for (const auto& [name, b] : x.decisions.backends()) {
    const labels with{{"backend", name}};
    capacity.add(b.capacity, with);
    delivered.add(b.delivered, with);
    promised.add(b.promised, with);
    latency.add(seconds(b.latency), with);
    throttled.add(b.throttled, with);
    deficit.add(b.deficit, with);
  }
  for (auto* one : {&capacity, &delivered, &promised, &latency, &throttled, &deficit})
    out.push_back(one->take());
}

void about_streams(const observatory& x, std::vector<MetricFamily>& out) {
  auto operations = counter("sluice_stream_operations_total", "I/O completed per stream.");
  auto bytes = counter("sluice_stream_bytes_total", "Bytes moved per stream.");
  auto errors = counter("sluice_stream_errors_total", "I/O that failed per stream.");
  family latency{"sluice_stream_latency_seconds", "Total latency per stream; quantiles of the last full second.",
                 MetricType::Summary};
  auto backlog = gauge("sluice_stream_backlog", "Requests waiting for the stream's throttle.");
  auto limit = gauge("sluice_stream_limit_iops", "I/O per second the stream's throttle lets through.");
  std::size_t shown = 0;
  for (const auto& [id, s] : x.streams.streams()) {
    if (++shown > max_streams_in_metrics)
      break;
    const labels base{{"gateway", id.gateway}, {"volume", id.volume}, {"client", id.client}};
    operations.add(s.totals.reads, with(base, "operation", "read"));
    operations.add(s.totals.writes, with(base, "operation", "write"));
    bytes.add(s.totals.read_bytes, with(base, "direction", "read"));
    bytes.add(s.totals.write_bytes, with(base, "direction", "write"));
    errors.add(s.totals.errors, base);
    backlog.add(s.backlog, base);
    auto& summary = latency.add_summary(base).summary;
    summary.sample_count = s.totals.completions;
    summary.sample_sum = s.totals.latency_seconds;
    summary.quantile = {{0.5, seconds(s.last_second.p50)}, {0.99, seconds(s.last_second.p99)}};
    if (const auto* held = x.decisions.find(id); held != nullptr && !held->now.iops.unlimited())
      limit.add(held->now.iops.per_second, base);
  }
  for (auto* one : {&operations, &bytes, &errors, &latency, &backlog, &limit})
    out.push_back(one->take());
  const auto all = x.streams.streams().size();
  out.push_back(gauge("sluice_streams", "Streams seen in the last ten minutes.").add(all).take());
  out.push_back(gauge("sluice_streams_not_shown", "Streams without time series of their own, at the bound.")
                    .add(all > max_streams_in_metrics ? all - max_streams_in_metrics : 0)
                    .take());
  std::size_t held_back = 0;
  for (const auto& [id, decided] : x.decisions.throttles())
    held_back += decided.now.unlimited() ? 0 : 1;
  out.push_back(gauge("sluice_throttles", "Throttles in force that hold a stream back.").add(held_back).take());
}

} // namespace

response metrics(const observatory& known, const standing& around) {
  std::vector<MetricFamily> families;
  about_processes(around, families);
  about_collecting(known, families);
  about_agreements(known, families);
  about_backends(known, families);
  about_streams(known, families);
  return {200, text_of(std::move(families)), metrics_content_type, 0, {}};
}

} // namespace sluice::http
