// Packs and checks rows.
#include "actors/database_manager/store/packed_row.hpp"

#include "actors/database_manager/store/storable.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

namespace sluice::store {

namespace {

bool all_storable(std::initializer_list<std::uint64_t> counts) {
  return std::all_of(counts.begin(), counts.end(), [](std::uint64_t x) {
    return storable(x);
  });
}

/// Cells of one bucket follow each other. A form that no histogram has leaves an empty one.
void unpack(const std::vector<std::int32_t>& cells, duration sum, latency_histogram& to) {
  static thread_local std::vector<std::uint32_t> pairs;
  pairs.clear();
  for (const auto cell : cells) {
    const auto bits = static_cast<std::uint32_t>(cell);
    const auto bucket = bits >> cell_count_bits;
    const auto requests = bits & ((1u << cell_count_bits) - 1);
    if (!pairs.empty() && pairs[pairs.size() - 2] == bucket) {
      pairs.back() += requests;
    } else {
      pairs.push_back(bucket);
      pairs.push_back(requests);
    }
  }
  if (!to.unpack(pairs, sum))
    to.clear();
}

} // namespace

void append_cells(std::vector<std::int32_t>& to, std::uint32_t bucket, std::uint32_t requests) {
  constexpr std::uint32_t most = (1u << cell_count_bits) - 1;
  while (requests > 0) { // at most 2^32 / 2^23 = 512 times
    const auto part = std::min(requests, most);
    to.push_back(static_cast<std::int32_t>((bucket << cell_count_bits) + part));
    requests -= part;
  }
}

std::vector<std::int32_t> cells_of(const latency_histogram& x) {
  const auto pairs = x.packed();
  std::vector<std::int32_t> cells;
  cells.reserve(pairs.size() / 2);
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
    append_cells(cells, pairs[i], pairs[i + 1]);
  return cells;
}

packed_row pack(const sample_row& x) {
  const auto& t = x.total;
  packed_row row;
  row.stream = t.stream;
  row.backend = t.backend;
  row.second = second_of(t.taken).unix_us / 1'000'000;
  row.incarnation = x.incarnation;
  row.first_sequence = x.first_sequence;
  row.last_sequence = x.last_sequence;
  row.samples = x.samples;
  row.backlog = t.backlog;
  row.in_flight = t.in_flight;
  row.control = t.control;
  row.mean_in_flight = t.mean_in_flight;
  row.interval = t.interval;
  row.arrivals = t.arrivals;
  row.completions = t.completions;
  row.errors = t.errors;
  row.reads = t.reads;
  row.writes = t.writes;
  row.read_bytes = t.read_bytes;
  row.write_bytes = t.write_bytes;
  row.generation = t.generation;
  row.limited_by_rate = t.limited_by_rate;
  row.limited_by_depth = t.limited_by_depth;
  row.backend_latency_sum = t.backend_latency.sum();
  row.total_latency_sum = t.total_latency.sum();
  row.backend_latency = cells_of(t.backend_latency);
  row.total_latency = cells_of(t.total_latency);
  return row;
}

void unpack(const packed_row& x, sample_row& to) {
  auto& t = to.total;
  t.stream = x.stream;
  t.backend = x.backend;
  t.sequence = x.last_sequence;
  t.taken = wall_time{x.second * 1'000'000};
  t.interval = x.interval;
  t.arrivals = x.arrivals;
  t.completions = x.completions;
  t.errors = x.errors;
  t.reads = x.reads;
  t.writes = x.writes;
  t.read_bytes = x.read_bytes;
  t.write_bytes = x.write_bytes;
  t.backlog = x.backlog;
  t.in_flight = x.in_flight;
  t.mean_in_flight = x.mean_in_flight;
  t.limited_by_rate = x.limited_by_rate;
  t.limited_by_depth = x.limited_by_depth;
  t.generation = x.generation;
  t.control = x.control;
  unpack(x.backend_latency, x.backend_latency_sum, t.backend_latency);
  unpack(x.total_latency, x.total_latency_sum, t.total_latency);
  to.incarnation = x.incarnation;
  to.first_sequence = x.first_sequence;
  to.last_sequence = x.last_sequence;
  to.samples = x.samples;
}

std::string problem_with(const sample_row& x) {
  const auto& t = x.total;
  if (!valid_name(t.stream.gateway) || !valid_name(t.stream.volume) || !valid_name(t.stream.client))
    return "a row's stream has no valid name";
  const auto of = "the row of " + to_string(t.stream) + ' ';
  if (!t.backend.empty() && !valid_name(t.backend))
    return of + "names a backend that has no valid name";
  if (!storable(t.taken))
    return of + "is not of a time between the years 1900 and 9999";
  if (x.last_sequence < x.first_sequence)
    return of + "ends before it begins";
  if (!all_storable({x.first_sequence, x.last_sequence, t.arrivals, t.completions, t.errors, t.reads, t.writes,
                     t.read_bytes, t.write_bytes, t.generation}))
    return of + "holds a count above 2^63 - 1";
  // float4: anything above this is no number of requests either
  if (!std::isfinite(t.mean_in_flight) || t.mean_in_flight < 0 || t.mean_in_flight > 4294967295.0)
    return of + "holds a mean in flight that is none";
  if (t.control > control_state::envelope)
    return of + "holds an unknown control state";
  return {};
}

std::string problem_with(const verdict& x) {
  if (!valid_name(x.agreement))
    return "a verdict's agreement has no valid name";
  const auto of = "a verdict on " + x.agreement + ' ';
  constexpr std::uint32_t max_integer = std::numeric_limits<std::int32_t>::max();
  if (x.version > max_integer || x.point > max_integer || !storable(x.iops))
    return of + "holds a number that is too large";
  if (!storable(x.from))
    return of + "is not of a time between the years 1900 and 9999";
  if (x.outcome > verdict_outcome::no_data || x.cause > violation_cause::control)
    return of + "has an unknown outcome or cause";
  if (!storable(std::string_view{x.culprit}))
    return of + "names a culprit that is no text";
  return {};
}

std::string problem_with(const event& x) {
  if (!storable(x.at))
    return "an event is not of a time between the years 1900 and 9999";
  if (x.kind > event_kind::evidence_broken)
    return "an event has an unknown kind";
  if (!storable(std::string_view{x.subject}) || !storable(std::string_view{x.text}))
    return "an event's subject or sentence is no text of at most 4096 bytes";
  return {};
}

std::string problem_with(const decision& x) {
  const auto& why = x.what.why;
  if (!storable(x.at))
    return "a decision is not of a time between the years 1900 and 9999";
  if (!valid_name(x.what.stream.gateway) || !valid_name(x.what.stream.volume) || !valid_name(x.what.stream.client))
    return "a decision's stream has no valid name";
  if (!all_storable({x.what.generation, x.what.now.iops.per_second, x.what.now.bandwidth.per_second, why.demand,
                     why.promised, why.capacity}))
    return "a decision holds a number above 2^63 - 1";
  if (why.rule > throttle_rule::override_)
    return "a decision has an unknown rule";
  for (const auto* text : {&why.agreement, &why.beneficiary, &why.backend})
    if (!storable(std::string_view{*text}))
      return "a decision holds what is no text of at most 4096 bytes";
  return {};
}

std::string problem_with(const audit_entry& x) {
  if (!storable(x.at))
    return "an audit entry is not of a time between the years 1900 and 9999";
  for (const auto* text : {&x.who, &x.action, &x.subject, &x.detail})
    if (!storable(std::string_view{*text}))
      return "an audit entry holds what is no text of at most 4096 bytes";
  return {};
}

std::string problem_with(const override_order& x) {
  if (!valid_name(x.stream.gateway) || !valid_name(x.stream.volume) || !valid_name(x.stream.client))
    return "the order's stream has no valid name";
  if (!storable(x.iops.per_second) || !storable(x.bandwidth.per_second))
    return "the order's rate must be at most 2^63 - 1";
  if (!storable(std::string_view{x.who}) || !storable(std::string_view{x.why}))
    return "who and why must be text of at most 4096 bytes";
  if (!storable(x.until))
    return "the order must end before the year 10000";
  return {};
}

std::string problem_with(const policy_document& x) {
  if (const auto found = check(x); !found.empty())
    return found.front().path + ' ' + found.front().what;
  if (x.author.empty() || !storable(std::string_view{x.author}) || !storable(std::string_view{x.reason}))
    return "author and reason must be text of at most 4096 bytes, the author not empty";
  return {};
}

} // namespace sluice::store
