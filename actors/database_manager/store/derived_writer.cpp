// The SQL of what is derived.
#include "actors/database_manager/store/derived_writer.hpp"

#include "actors/database_manager/store/bulk_copy.hpp"
#include "actors/database_manager/store/ledger.hpp"
#include "actors/database_manager/store/row_lines.hpp"
#include "actors/domain/accounting.hpp"
#include "actors/domain/history_answer.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace sluice::store {

namespace {

const std::vector<std::string>& roll_up_columns() {
  static const std::vector<std::string> columns{"stream",
                                                "since",
                                                "seconds",
                                                "interval_ns",
                                                "arrivals",
                                                "completions",
                                                "errors",
                                                "reads",
                                                "writes",
                                                "read_bytes",
                                                "write_bytes",
                                                "peak_completions",
                                                "limited_by_rate_ns",
                                                "limited_by_depth_ns",
                                                "backend_latency_sum_ns",
                                                "total_latency_sum_ns",
                                                "backend",
                                                "backend_latency",
                                                "total_latency"};
  return columns;
}

void copy_roll_ups(pqxx::work& transaction, const char* table, const std::vector<history::roll_up>& all) {
  if (all.empty())
    return;
  bulk_copy copy{transaction, table, roll_up_columns()};
  for (const auto& x : all) {
    auto& to = copy.text();
    to.integer(x.stream);
    to.timestamp(wall_time{x.since_s * 1'000'000});
    for (const auto figure : {x.seconds, x.interval_ns, x.arrivals, x.completions, x.errors, x.reads, x.writes,
                              x.read_bytes, x.write_bytes, x.peak_completions, x.limited_by_rate_ns,
                              x.limited_by_depth_ns, x.backend_latency_sum_ns, x.total_latency_sum_ns})
      to.integer(figure);
    to.text(x.backend);
    to.array(history::cells_of(x.backend_latency));
    to.array(history::cells_of(x.total_latency));
    copy.end_line();
  }
  copy.complete();
}

void put_hash(copy_text& to, const evidence::head& x) {
  to.integer(x.position);
  to.bytes(std::string_view{reinterpret_cast<const char*>(x.hash.data()), x.hash.size()});
}

void copy_verdicts(pqxx::work& transaction, const std::vector<final_verdict>& all) {
  std::set<std::string> chains;
  for (const auto& x : all)
    chains.insert(evidence::verdicts_chain(x.what.agreement));
  auto heads = lock_heads(transaction, chains);
  bulk_copy copy{transaction,
                 "verdicts",
                 {"agreement", "version", "point", "since", "length_ns", "outcome", "cause", "culprit", "measured_ns",
                  "target_ns", "iops", "requests", "measured_seconds", "basis", "position", "hash"}};
  for (const auto& x : all) {
    auto& head = heads[evidence::verdicts_chain(x.what.agreement)];
    head = evidence::next(head, evidence::line_of(x));
    auto& to = copy.text();
    put(to, x.what);
    to.integer(x.requests);
    to.integer(x.measured_seconds);
    to.text(to_string(x.basis));
    put_hash(to, head);
    copy.end_line();
  }
  copy.complete();
  store_heads(transaction, heads);
}

/// What compliance_hours counts, by agreement, hour [us], point and version.
using hour_counts = std::map<std::tuple<std::string, std::int64_t, std::int64_t, std::uint32_t>, interval_counts>;

/// Each verdict under its point; intervals of several objectives also as a whole.
hour_counts by_hour(const std::vector<final_verdict>& all) {
  constexpr std::int64_t hour_us = 3'600'000'000;
  hour_counts counts;
  std::map<std::tuple<std::string_view, wall_time, std::uint32_t>, std::vector<const final_verdict*>> intervals;
  const auto hour_of = [](const final_verdict& x) {
    return x.what.from.unix_us - (x.what.from.unix_us % hour_us + hour_us) % hour_us;
  };
  for (const auto& x : all) {
    count(counts[{x.what.agreement, hour_of(x), std::int64_t{x.what.point}, x.what.version}], x, false);
    intervals[{x.what.agreement, x.what.from, x.what.version}].push_back(&x);
  }
  for (const auto& [key, objectives] : intervals) {
    if (objectives.size() < 2)
      continue;
    std::vector<verdict_outcome> outcomes;
    for (const auto* x : objectives)
      outcomes.push_back(x->what.outcome);
    auto whole = *objectives.front(); // all objectives rest on the same seconds
    whole.what.outcome = outcome_of_all(outcomes);
    count(counts[{whole.what.agreement, hour_of(whole), whole_agreement, whole.what.version}], whole, false);
  }
  return counts;
}

/// Adds the verdicts to the counts of their hours.
void count_verdicts(pqxx::work& transaction, const std::vector<final_verdict>& all) {
  std::string values;
  for (const auto& [key, x] : by_hour(all)) {
    const auto& [agreement, hour, point, version] = key;
    values += (values.empty() ? "(" : ", (") + transaction.quote(agreement) + ", '" + to_timestamp(wall_time{hour})
              + "'::timestamptz, " + std::to_string(point) + ", " + std::to_string(version);
    for (const auto intervals : {x.met, x.violated, x.exempt, x.no_data, x.idle})
      values += ", " + std::to_string(intervals);
    values += ')';
  }
  transaction.exec("INSERT INTO compliance_hours AS c (agreement, since, point, version, met, violated, exempt, "
                   "no_data, idle) VALUES "
                   + values
                   + " ON CONFLICT (agreement, since, point, version) DO UPDATE SET met = c.met + excluded.met, "
                     "violated = c.violated + excluded.violated, exempt = c.exempt + excluded.exempt, "
                     "no_data = c.no_data + excluded.no_data, idle = c.idle + excluded.idle");
}

bool is_stored(pqxx::work& transaction, const decision& x) {
  return !transaction
              .exec_params("SELECT 1 FROM decisions WHERE at = $1 AND gateway = $2 AND volume = $3 AND client = $4 "
                           "AND rule = $5 AND beneficiary = $6",
                           to_timestamp(x.at), x.what.stream.gateway, x.what.stream.volume, x.what.stream.client,
                           std::string{to_string(x.what.why.rule)}, x.what.why.beneficiary)
              .empty();
}

void insert(pqxx::work& transaction, const decision& x, const evidence::head& at) {
  const auto& why = x.what.why;
  transaction.exec_params(
      "INSERT INTO decisions (at, gateway, volume, client, generation, rule, agreement, beneficiary, backend, iops, "
      "bandwidth, depth, measured_ns, target_ns, demand, promised, capacity, observed, position, hash) VALUES ($1, $2, "
      "$3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, decode($20, 'hex'))",
      to_timestamp(x.at), x.what.stream.gateway, x.what.stream.volume, x.what.stream.client, x.what.generation,
      std::string{to_string(why.rule)}, why.agreement, why.beneficiary, why.backend, x.what.now.iops.per_second,
      x.what.now.bandwidth.per_second, x.what.now.depth, why.measured.count(), why.target.count(), why.demand,
      why.promised, why.capacity, why.observed, at.position, evidence::to_hex(at.hash));
}

} // namespace

void write_derived(pqxx::work& transaction, const history::derived& x) {
  copy_roll_ups(transaction, "minutes", x.minutes);
  copy_roll_ups(transaction, "hours", x.hours);
  if (!x.verdicts.empty()) {
    copy_verdicts(transaction, x.verdicts);
    count_verdicts(transaction, x.verdicts);
  }
  transaction.exec_params("INSERT INTO progress (derivation, until) VALUES ('seconds', to_timestamp($1)), ('minutes', "
                          "to_timestamp($2)), ('hours', to_timestamp($3)), ('verdicts', to_timestamp($1)) "
                          "ON CONFLICT (derivation) DO UPDATE SET until = excluded.until",
                          x.reached.seconds, x.reached.minutes, x.reached.hours);
}

void write_decisions(pqxx::work& transaction, batches_view batches, std::vector<std::uint64_t>& fresh) {
  if (std::all_of(batches.begin(), batches.end(), [](const auto& x) {
        return x->decisions.empty();
      }))
    return;
  const std::string chain{evidence::decisions_chain};
  auto heads = lock_heads(transaction, {chain});
  auto& head = heads[chain];
  for (std::size_t batch = 0; batch < batches.size(); ++batch) {
    for (const auto& x : batches[batch]->decisions) {
      if (is_stored(transaction, x))
        continue;
      head = evidence::next(head, evidence::line_of(x));
      insert(transaction, x, head);
      ++fresh[batch];
    }
  }
  store_heads(transaction, heads);
}

} // namespace sluice::store
