// Questions about verdicts: counted, joined, ranked, proved.
#include "actors/database_manager/store/history_source.hpp"

#include <algorithm>

namespace sluice::store {

namespace {

constexpr std::int64_t hour_us = 3'600'000'000;

constexpr auto spans_from =
    "unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[]) AS s (agreement, "
    "span_from, span_to, reach_from)";

/// Whether a verdict touches a span that does not count.
constexpr auto not_excluded = "NOT EXISTS (SELECT 1 FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], "
                              "$4::timestamptz[]) AS s (agreement, span_from, span_to, reach_from) WHERE s.agreement = "
                              "v.agreement AND v.since < s.span_to AND v.since + v.length_ns / 1000 * interval "
                              "'1 microsecond' > s.span_from)";

wall_time hour_at_or_after(wall_time x) noexcept {
  const auto rest = x.unix_us % hour_us;
  return wall_time{rest <= 0 ? x.unix_us - rest : x.unix_us - rest + hour_us};
}

wall_time hour_at_or_before(wall_time x) noexcept {
  const auto rest = x.unix_us % hour_us;
  return wall_time{x.unix_us - (rest < 0 ? rest + hour_us : rest)};
}

struct split_spans {
  std::vector<counted_span> whole_hours;
  std::vector<counted_span> rest;
};

/// Parts of whole hours, and what is left at their ends.
split_spans split(std::span<const counted_span> spans) {
  split_spans out;
  for (const auto& x : spans) {
    const auto from = hour_at_or_after(x.from);
    const auto to = hour_at_or_before(x.to);
    if (from >= to) {
      out.rest.push_back(x);
      continue;
    }
    out.whole_hours.push_back({x.agreement, from, to, from});
    if (x.reach_from < from)
      out.rest.push_back({x.agreement, x.from, from, x.reach_from});
    if (to < x.to)
      out.rest.push_back({x.agreement, to, x.to, to});
  }
  return out;
}

/// The first and the last moment of all spans, as parameters: so that only their partitions are read.
std::pair<std::string, std::string> bounds_of(std::span<const counted_span> spans) {
  auto from = spans.front().reach_from;
  auto to = spans.front().to;
  for (const auto& x : spans) {
    from = std::min(from, x.reach_from);
    to = std::max(to, x.to);
  }
  return {to_timestamp(from), to_timestamp(to)};
}

void append(std::vector<counted>& to, const pqxx::result& rows) {
  for (const pqxx::row& row : rows) {
    counted x;
    x.agreement = row[0].c_str();
    x.version = row[1].as<std::uint32_t>();
    x.point = row[2].as<std::int32_t>();
    x.hour.unix_us = row[3].as<std::int64_t>();
    x.counts.met = row[4].as<std::uint64_t>();
    x.counts.violated = row[5].as<std::uint64_t>();
    x.counts.exempt = row[6].as<std::uint64_t>();
    x.counts.no_data = row[7].as<std::uint64_t>();
    x.counts.idle = row[8].as<std::uint64_t>();
    to.push_back(std::move(x));
  }
}

pqxx::result count_hours(pqxx::work& transaction, std::span<const counted_span> spans, bool by_hour) {
  const span_arrays arrays{spans};
  const auto [from, to] = bounds_of(spans);
  const std::string hour = by_hour ? us_of("h.since") : "0::bigint";
  return transaction.exec_params("SELECT h.agreement, h.version, h.point, " + hour
                                     + ", sum(h.met), sum(h.violated), sum(h.exempt), sum(h.no_data), sum(h.idle) FROM "
                                     + spans_from
                                     + " JOIN compliance_hours h ON h.agreement = s.agreement AND h.since >= "
                                       "s.span_from AND h.since < s.span_to WHERE h.since >= $5 AND h.since < $6 "
                                       "GROUP BY 1, 2, 3, 4",
                                 arrays.agreement, arrays.from, arrays.to, arrays.reach_from, from, to);
}

/// The intervals of several objectives also as a whole, by the rule of outcome_of_all().
pqxx::result count_verdicts(pqxx::work& transaction, std::span<const counted_span> spans, bool by_hour) {
  const span_arrays arrays{spans};
  const auto [from, to] = bounds_of(spans);
  const std::string hour = by_hour ? us_of("date_trunc('hour', since)") : "0::bigint";
  return transaction.exec_params(
      "WITH v AS MATERIALIZED (SELECT v.agreement, v.version, v.point, v.since, v.outcome, "
      "v.outcome = 'no-data' AND v.basis = 'rows' AND v.measured_seconds * 1000000000::bigint >= v.length_ns AS idle "
      "FROM "
          + std::string{spans_from}
          + " JOIN verdicts v ON v.agreement = s.agreement AND v.since >= s.reach_from AND v.since < s.span_to AND "
            "(v.since >= s.span_from OR v.since + v.length_ns / 1000 * interval '1 microsecond' > s.span_from) WHERE "
            "v.since >= $5 AND v.since < $6), "
            "parts AS (SELECT agreement, version, point, since, outcome, idle FROM v UNION ALL SELECT agreement, "
            "version, -1, since, CASE WHEN bool_or(outcome = 'violated') THEN 'violated' WHEN bool_or(outcome = 'met') "
            "THEN 'met' WHEN bool_or(outcome = 'exempt') THEN 'exempt' ELSE 'no-data' END, bool_and(idle) FROM v GROUP "
            "BY agreement, version, since HAVING count(*) > 1) "
            "SELECT agreement, version, point, "
          + hour
          + ", count(*) FILTER (WHERE outcome = 'met'), count(*) FILTER (WHERE outcome = 'violated'), count(*) FILTER "
            "(WHERE outcome = 'exempt'), count(*) FILTER (WHERE outcome = 'no-data'), count(*) FILTER (WHERE idle) "
            "FROM "
            "parts GROUP BY 1, 2, 3, 4",
      arrays.agreement, arrays.from, arrays.to, arrays.reach_from, from, to);
}

violation_cause cause_of(std::string_view text) noexcept {
  for (const auto x : {violation_cause::stream, violation_cause::capacity, violation_cause::backend,
                       violation_cause::gateway, violation_cause::control})
    if (text == to_string(x))
      return x;
  return violation_cause::none;
}

} // namespace

std::vector<counted> reading::count(std::span<const counted_span> spans, bool by_hour) {
  std::vector<counted> out;
  const auto parts = split(spans);
  if (!parts.whole_hours.empty())
    append(out, count_hours(from_.transaction, parts.whole_hours, by_hour));
  if (!parts.rest.empty())
    append(out, count_verdicts(from_.transaction, parts.rest, by_hour));
  return out;
}

std::vector<violation> reading::violations(const std::string& agreement, wall_time from, wall_time to,
                                           std::span<const counted_span> without, std::uint32_t limit,
                                           const std::string& after, std::string& next) {
  const span_arrays excluded{without};
  // Neighbours have the same difference between their beginning and their place among those alike.
  const auto rows = from_.transaction.exec_params(
      "WITH v AS (SELECT version, point, since, length_ns, cause, culprit, measured_ns, target_ns, iops, requests, "
      "since - row_number() OVER (PARTITION BY version, point, cause, culprit, length_ns ORDER BY since) * (length_ns "
      "/ "
      "1000) * interval '1 microsecond' AS island FROM verdicts v WHERE agreement = $5 AND outcome = 'violated' AND "
      "since >= $6 AND since < $7 AND "
          + std::string{not_excluded} + ") SELECT version, point, " + us_of("min(since)")
          + " AS begins, sum(length_ns)::bigint, count(*), cause, culprit, max(measured_ns), max(target_ns), "
            "min(iops), "
            "sum(requests)::bigint FROM v GROUP BY version, point, cause, culprit, length_ns, island "
            "ORDER BY begins, point, version, cause, culprit OFFSET $8 LIMIT $9",
      excluded.agreement, excluded.from, excluded.to, excluded.reach_from, agreement, to_timestamp(from),
      to_timestamp(to), after.empty() ? "0" : after, limit + 1);
  std::vector<violation> out;
  for (const pqxx::row& row : rows) {
    violation x;
    x.agreement = agreement;
    x.version = row[0].as<std::uint32_t>();
    x.point = row[1].as<std::uint32_t>();
    x.from.unix_us = row[2].as<std::int64_t>();
    x.length = duration{row[3].as<std::int64_t>()};
    x.intervals = row[4].as<std::uint64_t>();
    x.cause = cause_of(row[5].c_str());
    x.culprit = row[6].c_str();
    x.worst = duration{row[7].as<std::int64_t>()};
    x.target = duration{row[8].as<std::int64_t>()};
    x.least_iops = row[9].as<std::uint64_t>();
    x.requests = row[10].as<std::uint64_t>();
    out.push_back(std::move(x));
  }
  if (out.size() <= limit)
    return out;
  out.pop_back();
  next = std::to_string((after.empty() ? 0 : std::stoull(after)) + limit);
  return out;
}

std::vector<ranked> reading::top(ranking by, const std::string& tenant, wall_time from, wall_time to,
                                 std::span<const counted_span> without, std::uint32_t limit) {
  const span_arrays excluded{without};
  const std::string name = by == ranking::culprit ? "v.culprit" : by == ranking::agreement ? "v.agreement" : "a.tenant";
  const auto rows = from_.transaction.exec_params(
      "WITH each AS (SELECT DISTINCT " + name
          + " AS name, v.agreement, v.since, v.length_ns FROM verdicts v JOIN agreements a ON a.name = v.agreement AND "
            "a.version = v.version WHERE v.outcome = 'violated' AND v.since >= $5 AND v.since < $6 AND ($7 = '' OR "
            "a.tenant = $7) AND "
          + not_excluded
          + ") SELECT name, sum(length_ns)::bigint, count(*), count(DISTINCT agreement) FROM each WHERE name <> '' "
            "GROUP "
            "BY name ORDER BY 2 DESC, 1 LIMIT $8",
      excluded.agreement, excluded.from, excluded.to, excluded.reach_from, to_timestamp(from), to_timestamp(to), tenant,
      limit);
  std::vector<ranked> out;
  for (const pqxx::row& row : rows)
    out.push_back(
        {row[0].c_str(), duration{row[1].as<std::int64_t>()}, row[2].as<std::uint64_t>(), row[3].as<std::uint64_t>()});
  return out;
}

sluice::proof reading::proof(const std::string& agreement, wall_time to) {
  sluice::proof out;
  out.chain = "verdicts/" + agreement;
  const auto last =
      from_.transaction.exec_params("SELECT position, encode(hash, 'hex') FROM verdicts WHERE agreement = "
                                    "$1 AND since < $2 ORDER BY since DESC, position DESC LIMIT 1",
                                    agreement, to_timestamp(to));
  if (last.empty())
    return out;
  out.position = last[0][0].as<std::uint64_t>();
  out.hash = last[0][1].c_str();
  const auto root = from_.transaction.exec_params(
      "SELECT to_char(r.day, 'YYYY-MM-DD'), encode(r.root, 'hex'), encode(r.public_key, 'hex'), encode(r.signature, "
      "'hex') FROM root_leaves l JOIN roots r USING (day) WHERE l.chain = $1 AND l.position >= $2 ORDER BY r.day LIMIT "
      "1",
      out.chain, out.position);
  if (root.empty())
    return out;
  out.root_day = root[0][0].c_str();
  out.root = root[0][1].c_str();
  out.public_key = root[0][2].c_str();
  out.signature = root[0][3].c_str();
  return out;
}

} // namespace sluice::store
