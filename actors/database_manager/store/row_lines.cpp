// Columns and fields of the lines of a batch.
#include "actors/database_manager/store/row_lines.hpp"

namespace sluice::store {

const line_kind& sample_lines() {
  static const line_kind kind{"samples",
                              {"stream",
                               "second",
                               "incarnation",
                               "first_sequence",
                               "last_sequence",
                               "samples",
                               "interval_ns",
                               "arrivals",
                               "completions",
                               "errors",
                               "reads",
                               "writes",
                               "read_bytes",
                               "write_bytes",
                               "backlog",
                               "in_flight",
                               "mean_in_flight",
                               "limited_by_rate_ns",
                               "limited_by_depth_ns",
                               "generation",
                               "control",
                               "backend",
                               "backend_latency_sum_ns",
                               "total_latency_sum_ns",
                               "backend_latency",
                               "total_latency"}};
  return kind;
}

const line_kind& finding_lines() {
  static const line_kind kind{"findings",
                              {"agreement", "version", "point", "since", "length_ns", "outcome", "cause", "culprit",
                               "measured_ns", "target_ns", "iops", "late"}};
  return kind;
}

const line_kind& event_lines() {
  static const line_kind kind{"events", {"at", "kind", "subject", "text"}};
  return kind;
}

const line_kind& audit_lines() {
  static const line_kind kind{"audit", {"at", "who", "action", "subject", "detail"}};
  return kind;
}

void put(copy_text& to, std::int32_t stream, const packed_row& x) {
  to.integer(stream);
  to.timestamp(wall_time{x.second * 1'000'000});
  to.integer(static_cast<std::int64_t>(x.incarnation)); // two's complement
  to.integer(x.first_sequence);
  to.integer(x.last_sequence);
  to.integer(x.samples);
  to.integer(x.interval.count());
  for (const auto count : {x.arrivals, x.completions, x.errors, x.reads, x.writes, x.read_bytes, x.write_bytes})
    to.integer(count);
  to.integer(x.backlog);
  to.integer(x.in_flight);
  to.real(x.mean_in_flight);
  to.integer(x.limited_by_rate.count());
  to.integer(x.limited_by_depth.count());
  to.integer(x.generation);
  to.integer(static_cast<std::int32_t>(x.control));
  to.text(x.backend);
  to.integer(x.backend_latency_sum.count());
  to.integer(x.total_latency_sum.count());
  to.array(x.backend_latency);
  to.array(x.total_latency);
}

void put(copy_text& to, const verdict& x) {
  to.text(x.agreement);
  to.integer(x.version);
  to.integer(x.point);
  to.timestamp(x.from);
  to.integer(x.length.count());
  to.text(to_string(x.outcome));
  to.text(to_string(x.cause));
  to.text(x.culprit);
  to.integer(x.measured.count());
  to.integer(x.target.count());
  to.integer(x.iops);
}

void put(copy_text& to, const event& x) {
  to.timestamp(x.at);
  to.text(to_string(x.kind));
  to.text(x.subject);
  to.text(x.text);
}

void put(copy_text& to, const audit_entry& x) {
  to.timestamp(x.at);
  to.text(x.who);
  to.text(x.action);
  to.text(x.subject);
  to.text(x.detail);
}

} // namespace sluice::store
