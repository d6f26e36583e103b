// Fills prometheus-cpp's families. No registry of that library: the figures live where they are made.
#include "gateways/metrics/metrics_text.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>

namespace sluice::gateway {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using labels = std::vector<ClientMetric::Label>;

/// One family, filled one value after the other.
class family {
public:
  family(const char* name, const char* help, MetricType type) {
    out_.name = name;
    out_.help = help;
    out_.type = type;
  }

  template<class T>
  family& add(T value, const labels& with = {}) {
    auto& x = add(with);
    (out_.type == MetricType::Counter ? x.counter.value : x.gauge.value) = static_cast<double>(value);
    return *this;
  }
  ClientMetric& add(const labels& with) {
    auto& x = out_.metric.emplace_back();
    x.label = with;
    return x;
  }
  void move_to(std::vector<MetricFamily>& all) {
    if (!out_.metric.empty())
      all.push_back(std::move(out_));
  }

private:
  MetricFamily out_;
};

family counter(const char* name, const char* help) {
  return {name, help, MetricType::Counter};
}

family gauge(const char* name, const char* help) {
  return {name, help, MetricType::Gauge};
}

labels with(labels base, const char* name, std::string_view value) {
  base.push_back({name, std::string{value}});
  return base;
}

double seconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e9;
}

/// Every power of two from 4.1 us to 34 s: finer than 1.1 s matters to nobody who asks over HTTP, and the exact buckets
/// are in the samples. Chosen.
constexpr unsigned first_power = 12, last_power = 35;

void add_histogram(family& to, const labels& of, const histogram_totals& x) {
  auto& out = to.add(of).histogram;
  std::uint64_t sum = 0;
  std::size_t next = 0;
  for (auto power = first_power; power <= last_power; ++power) {
    const auto end = (power - latency_histogram::lowest_power) * latency_histogram::buckets_per_power;
    for (; next < end; ++next)
      sum += x.buckets[next];
    out.bucket.push_back({sum, seconds(latency_histogram::upper_edge(end - 1).count())});
  }
  for (; next < x.buckets.size(); ++next)
    sum += x.buckets[next];
  out.sample_count = sum;
  out.sample_sum = seconds(x.sum_ns);
}

void about_gateway(const metrics_view& x, std::vector<MetricFamily>& out) {
  gauge("sluice_gateway_info", "Always 1; who this is.")
      .add(1, {{"gateway", x.gateway}, {"version", x.version}})
      .move_to(out);
  gauge("sluice_gateway_server_connected", "1 while the gateway is registered with the performance monitor.")
      .add(x.server_connected)
      .move_to(out);
  gauge("sluice_gateway_connections", "Connections of NBD clients now open.").add(x.connections).move_to(out);
  gauge("sluice_gateway_streams", "Streams known, with and without a connection.").add(x.streams.size()).move_to(out);
  auto events = counter("sluice_gateway_events_total", "Events of the data path, as in the log.");
  for (std::size_t i = 0; i < x.events.size(); ++i)
    events.add(x.events[i], {{"event", std::string{to_string(static_cast<engine_event::kind>(i))}}});
  events.move_to(out);
}

void about_storage(const metrics_view& x, std::vector<MetricFamily>& out) {
  auto reachable = gauge("sluice_gateway_backend_reachable", "0 while an upstream server is lost.");
  auto size = gauge("sluice_gateway_backend_size_bytes", "Size of the backend.");
  for (const auto& b : x.backends) {
    reachable.add(b.reachable, {{"backend", b.name}, {"kind", b.kind}});
    size.add(b.size_bytes, {{"backend", b.name}, {"kind", b.kind}});
  }
  auto volumes = gauge("sluice_gateway_volume_size_bytes", "Size of the volume.");
  for (const auto& v : x.volumes)
    volumes.add(v.size_bytes, {{"volume", v.name}, {"backend", v.backend}, {"read_only", v.read_only ? "yes" : "no"}});
  for (auto* f : {&reachable, &size, &volumes})
    f->move_to(out);
}

void about_groups(const metrics_view& x, std::vector<MetricFamily>& out) {
  auto streams = gauge("sluice_gateway_group_streams", "Streams of the group.");
  auto iops = gauge("sluice_gateway_group_limit_iops", "The group's limit [I/O per second]; absent without one.");
  auto bandwidth =
      gauge("sluice_gateway_group_limit_bytes_per_second", "The group's limit of bandwidth; absent without one.");
  auto depth = gauge("sluice_gateway_group_limit_depth", "The group's requests at the backend; absent without a cap.");
  for (const auto& g : x.groups) {
    const labels of{{"group", g.config.name}};
    const auto& limits = g.config.limits;
    streams.add(g.streams, of);
    if (!limits.iops.unlimited())
      iops.add(limits.iops.per_second, of);
    if (!limits.bandwidth.unlimited())
      bandwidth.add(limits.bandwidth.per_second, of);
    if (limits.depth != 0)
      depth.add(limits.depth, of);
  }
  for (auto* f : {&streams, &iops, &bandwidth, &depth})
    f->move_to(out);
}

labels labels_of(const stream_summary& x) {
  return {{"volume", x.id.volume}, {"client", x.id.client}};
}

void about_traffic(const metrics_view& x, std::vector<MetricFamily>& out) {
  auto arrivals = counter("sluice_gateway_stream_arrivals_total", "Requests received.");
  auto operations = counter("sluice_gateway_stream_operations_total",
                            "Requests answered; zeroes and trims are writes, flush, cache and block status other.");
  auto bytes = counter("sluice_gateway_stream_bytes_total", "Payload moved by requests that succeeded.");
  auto errors = counter("sluice_gateway_stream_errors_total", "Requests answered with an error.");
  auto limited = counter("sluice_gateway_stream_limited_seconds_total", "Time that requests waited for a limit.");
  auto backlog = gauge("sluice_gateway_stream_backlog", "Requests that wait for a limit.");
  auto in_flight = gauge("sluice_gateway_stream_in_flight", "Requests at the backend.");
  auto connections = gauge("sluice_gateway_stream_connections", "Connections of the stream.");
  for (const auto& s : x.streams) {
    const auto of = labels_of(s.what);
    const auto& t = s.totals;
    arrivals.add(t.arrivals, of);
    operations.add(t.reads, with(of, "operation", "read"));
    operations.add(t.writes, with(of, "operation", "write"));
    operations.add(t.completions - t.reads - t.writes, with(of, "operation", "other"));
    bytes.add(t.read_bytes, with(of, "direction", "read"));
    bytes.add(t.write_bytes, with(of, "direction", "write"));
    errors.add(t.errors, of);
    limited.add(seconds(t.rate_ns), with(of, "by", "rate"));
    limited.add(seconds(t.depth_ns), with(of, "by", "depth"));
    backlog.add(t.backlog, of);
    in_flight.add(t.in_flight, of);
    connections.add(s.what.connections, of);
  }
  for (auto* f : {&arrivals, &operations, &bytes, &errors, &limited, &backlog, &in_flight, &connections})
    f->move_to(out);
}

void about_latency(const metrics_view& x, std::vector<MetricFamily>& out) {
  family backend{"sluice_gateway_stream_backend_latency_seconds", "Time that requests took at the backend.",
                 MetricType::Histogram};
  family all{"sluice_gateway_stream_latency_seconds", "Time from a request's arrival to its answer.",
             MetricType::Histogram};
  for (const auto& s : x.streams) {
    add_histogram(backend, labels_of(s.what), s.totals.at_backend);
    add_histogram(all, labels_of(s.what), s.totals.in_all);
  }
  backend.move_to(out);
  all.move_to(out);
}

void about_control(const metrics_view& x, std::vector<MetricFamily>& out) {
  auto control = gauge("sluice_gateway_stream_control", "1 for the rule that is in force.");
  auto generation = gauge("sluice_gateway_stream_generation", "Generation of the last throttle; 0 = none yet.");
  auto iops = gauge("sluice_gateway_stream_limit_iops", "Limit in force [I/O per second]; absent without one.");
  auto bandwidth = gauge("sluice_gateway_stream_limit_bytes_per_second", "Limit in force; absent without one.");
  auto depth = gauge("sluice_gateway_stream_limit_depth", "Cap of requests at the backend; absent without one.");
  for (const auto& s : x.streams) {
    const auto of = labels_of(s.what);
    const auto& rule = s.what.in_force;
    control.add(1, with(of, "state", to_string(s.what.control)));
    generation.add(s.what.generation, of);
    if (!rule.iops.unlimited())
      iops.add(rule.iops.per_second, of);
    if (!rule.bandwidth.unlimited())
      bandwidth.add(rule.bandwidth.per_second, of);
    if (rule.depth != 0)
      depth.add(rule.depth, of);
  }
  for (auto* f : {&control, &generation, &iops, &bandwidth, &depth})
    f->move_to(out);
}

} // namespace

std::string text_of(const metrics_view& x) {
  std::vector<MetricFamily> families;
  about_gateway(x, families);
  about_storage(x, families);
  about_groups(x, families);
  about_traffic(x, families);
  about_latency(x, families);
  about_control(x, families);
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, families);
  return std::move(out).str();
}

metrics_view metrics_reader::look(bool server_connected) {
  metrics_view x;
  x.gateway = gateway_;
  x.version = SLUICE_VERSION;
  x.server_connected = server_connected;
  x.connections = data_.connections();
  x.events = data_.event_counts();
  x.groups = data_.groups();
  x.volumes = data_.volumes();
  x.backends = data_.backends();
  decltype(held_) held;
  data_.visit_streams([&](const stream_summary& what, const stream_totals& totals) {
    auto& s = x.streams.emplace_back(metrics_view::stream{what, totals});
    auto& shown = held[what.id] = held_[what.id];
    shown.first = s.totals.rate_ns = std::max(s.totals.rate_ns, shown.first);
    shown.second = s.totals.depth_ns = std::max(s.totals.depth_ns, shown.second);
  });
  held_ = std::move(held);
  return x;
}

} // namespace sluice::gateway
