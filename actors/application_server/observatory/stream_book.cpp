// Adds samples to the record of their stream, and turns complete rows into figures and history.
#include "actors/application_server/observatory/stream_book.hpp"

#include <utility>

namespace sluice {

namespace {

double seconds(duration x) {
  return static_cast<double>(x.count()) / 1e9;
}

float milliseconds(duration x) {
  return static_cast<float>(static_cast<double>(x.count()) / 1e6);
}

void add_totals(stream_totals& to, const sample& x) {
  to.reads += x.reads;
  to.writes += x.writes;
  to.read_bytes += x.read_bytes;
  to.write_bytes += x.write_bytes;
  to.errors += x.errors;
  to.completions += x.completions;
  to.latency_seconds += seconds(x.total_latency.sum());
}

} // namespace

stream_figures figures_of(const sample_row& x) {
  const auto& sum = x.total;
  stream_figures out;
  if (const auto length = seconds(sum.interval); length > 0) {
    out.iops = static_cast<double>(sum.completions) / length;
    out.bandwidth = static_cast<double>(sum.read_bytes + sum.write_bytes) / length;
  }
  out.mean = sum.total_latency.mean();
  out.p50 = sum.total_latency.quantile(0.5);
  out.p99 = sum.total_latency.quantile(0.99);
  out.backend_mean = sum.backend_latency.mean();
  return out;
}

stream_book::taken stream_book::take(const sample& x, std::uint64_t incarnation, instant now,
                                     std::vector<sample_row>& complete) {
  auto found = streams_.find(x.stream);
  if (found == streams_.end()) {
    if (streams_.size() >= bound_)
      return taken::no_room;
    found = streams_.emplace(x.stream, stream_record{}).first;
    found->second.incarnation = incarnation;
  } else if (found->second.incarnation == incarnation && x.sequence <= found->second.last_sequence) {
    return taken::repeated;
  }
  auto& record = found->second;
  if (record.open && !add(*record.open, x, incarnation))
    complete_row(x.stream, record, now, complete);
  if (!record.open) {
    record.open = make_row(x, incarnation);
    record.opened = now;
  }
  record.backend = x.backend;
  record.incarnation = incarnation;
  record.last_sequence = x.sequence;
  record.heard = now;
  record.last_seen = x.taken;
  record.control = x.control;
  record.backlog = x.backlog;
  record.in_flight = x.in_flight;
  add_totals(record.totals, x);
  return taken::yes;
}

void stream_book::complete_row(const stream_id& stream, stream_record& record, instant now,
                               std::vector<sample_row>& complete) {
  auto& row = *record.open;
  record.last_second = figures_of(row);
  record.completed = now;
  history_point point;
  point.at = row.total.taken;
  // The history is per second of the clock: a row that covers half of it counts half.
  point.iops = static_cast<float>(row.total.completions);
  point.bandwidth = static_cast<float>(row.total.read_bytes + row.total.write_bytes);
  point.mean_ms = milliseconds(record.last_second.mean);
  point.p99_ms = milliseconds(record.last_second.p99);
  point.limit_iops = limit_of_ ? static_cast<float>(limit_of_(stream)) : 0;
  point.backlog = row.total.backlog;
  point.in_flight = row.total.in_flight;
  record.past.add(point);
  complete.push_back(std::move(row));
  record.open.reset();
}

void stream_book::advance(instant now, std::vector<sample_row>& complete) {
  for (auto at = streams_.begin(); at != streams_.end();) {
    auto& [stream, record] = *at;
    if (record.open && now - record.opened >= row_patience)
      complete_row(stream, record, now, complete);
    at = now - record.heard >= forget_stream_after ? streams_.erase(at) : std::next(at);
  }
}

std::optional<wall_time> stream_book::oldest_open(instant now, duration patience) const {
  std::optional<wall_time> oldest;
  for (const auto& [stream, record] : streams_) {
    if (!record.open && now - record.heard >= patience)
      continue;
    const auto second = record.open ? record.open->total.taken : second_of(record.last_seen);
    oldest = oldest ? std::min(*oldest, second) : second;
  }
  return oldest;
}

void stream_book::close(instant now, std::vector<sample_row>& complete) {
  for (auto& [stream, record] : streams_)
    if (record.open)
      complete_row(stream, record, now, complete);
}

const stream_record* stream_book::find(const stream_id& x) const {
  const auto found = streams_.find(x);
  return found == streams_.end() ? nullptr : &found->second;
}

} // namespace sluice
