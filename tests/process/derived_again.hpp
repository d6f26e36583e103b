// What must have been derived from the rows in a database, computed anew in another way: interval by interval from all
// rows, findings and versions that are stored, with none of the database manager's windows, queues or restarts. The
// rule of an interval alone is shared (actors/domain/interval_account.hpp, which has an oracle of its own).
#pragma once

#include "actors/domain/interval_account.hpp"
#include "actors/domain/selection.hpp"
#include "actors/evidence/chain.hpp"
#include "tests/process/store_fixture.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace sluice::test {

/// All that is stored and that verdicts follow from.
struct stored_facts {
  struct version {
    agreement terms;
    std::int64_t until_us = std::numeric_limits<std::int64_t>::max();
  };
  struct row {
    std::uint32_t stream = 0;
    sample_row what;
  };
  std::vector<version> versions;
  std::map<std::int64_t, std::vector<row>> seconds; ///< in time
  std::vector<verdict> findings;                    ///< in time
  std::int64_t judged_until_s = 0;

  [[nodiscard]] std::int64_t first_s() const {
    return seconds.begin()->first;
  }
};

inline latency_histogram histogram_of(const std::string& array, duration sum) {
  std::vector<std::uint32_t> pairs;
  for (std::size_t at = 1; at + 1 < array.size();) {
    std::size_t used = 0;
    const auto cell = static_cast<std::uint32_t>(std::stoi(array.substr(at), &used));
    pairs.push_back(cell >> 23);
    pairs.push_back(cell & ((1U << 23) - 1));
    at += used + 1;
  }
  latency_histogram out;
  if (!out.unpack(pairs, sum))
    throw std::runtime_error{"a stored histogram cannot be read: " + array};
  return out;
}

inline std::vector<verdict> read_findings(pqxx::nontransaction& from) {
  std::vector<verdict> all;
  for (const auto& x : from.exec("SELECT agreement, version, point, (extract(epoch FROM since) * 1000000)::bigint, "
                                 "length_ns, outcome, cause, culprit, measured_ns, target_ns, iops FROM findings WHERE "
                                 "NOT late")) {
    verdict one;
    one.agreement = x[0].c_str();
    one.version = x[1].as<std::uint32_t>();
    one.point = x[2].as<std::uint32_t>();
    one.from.unix_us = x[3].as<std::int64_t>();
    one.length = duration{x[4].as<std::int64_t>()};
    for (const auto outcome :
         {verdict_outcome::met, verdict_outcome::violated, verdict_outcome::exempt, verdict_outcome::no_data})
      if (to_string(outcome) == x[5].c_str())
        one.outcome = outcome;
    for (const auto cause : {violation_cause::none, violation_cause::stream, violation_cause::capacity,
                             violation_cause::backend, violation_cause::gateway, violation_cause::control})
      if (to_string(cause) == x[6].c_str())
        one.cause = cause;
    one.culprit = x[7].c_str();
    one.measured = duration{x[8].as<std::int64_t>()};
    one.target = duration{x[9].as<std::int64_t>()};
    one.iops = x[10].as<std::uint64_t>();
    all.push_back(one);
  }
  return all;
}

/// Reads everything. The versions come from the store, which has tests of its own.
inline stored_facts read_facts(const std::vector<std::string>& agreements) {
  stored_facts out;
  store::database terms{settings_for(server().url())};
  if (const auto opened = terms.open(); !opened)
    throw std::runtime_error{opened.why().text};
  pqxx::connection connection{server().url()};
  pqxx::nontransaction direct{connection};
  for (const auto& name : agreements) {
    auto versions = terms.history(name);
    for (auto& x : *versions) {
      const auto until = direct
                             .exec_params1("SELECT coalesce((extract(epoch FROM valid_until) * 1000000)::bigint, 0) "
                                           "FROM agreements WHERE name = $1 AND version = $2",
                                           name, x.version)[0]
                             .as<std::int64_t>();
      out.versions.push_back({x, until == 0 ? std::numeric_limits<std::int64_t>::max() : until});
    }
  }
  for (const auto& x : direct.exec(
           "SELECT stream, extract(epoch FROM second)::bigint, gateway, volume, client, backend, interval_ns, "
           "arrivals, completions, errors, reads, writes, read_bytes, write_bytes, backlog, limited_by_rate_ns, "
           "limited_by_depth_ns, control, first_sequence, last_sequence, samples, incarnation, backend_latency_sum_ns, "
           "total_latency_sum_ns, backend_latency, total_latency FROM samples JOIN streams ON id = stream")) {
    stored_facts::row one{x[0].as<std::uint32_t>(), {}};
    auto& total = one.what.total;
    total.taken.unix_us = x[1].as<std::int64_t>() * 1'000'000;
    total.stream = {x[2].c_str(), x[3].c_str(), x[4].c_str()};
    total.backend = x[5].c_str();
    total.interval = duration{x[6].as<std::int64_t>()};
    int column = 7;
    for (auto* count : {&total.arrivals, &total.completions, &total.errors, &total.reads, &total.writes,
                        &total.read_bytes, &total.write_bytes})
      *count = x[column++].as<std::uint64_t>();
    total.backlog = x[14].as<std::uint32_t>();
    total.limited_by_rate = duration{x[15].as<std::int64_t>()};
    total.limited_by_depth = duration{x[16].as<std::int64_t>()};
    total.control = static_cast<control_state>(x[17].as<int>());
    one.what.first_sequence = x[18].as<std::uint64_t>();
    one.what.last_sequence = x[19].as<std::uint64_t>();
    one.what.samples = x[20].as<std::uint32_t>();
    one.what.incarnation = static_cast<std::uint64_t>(x[21].as<std::int64_t>());
    total.backend_latency = histogram_of(x[24].c_str(), duration{x[22].as<std::int64_t>()});
    total.total_latency = histogram_of(x[25].c_str(), duration{x[23].as<std::int64_t>()});
    out.seconds[x[1].as<std::int64_t>()].push_back(std::move(one));
  }
  out.findings = read_findings(direct);
  out.judged_until_s =
      direct.exec1("SELECT extract(epoch FROM until)::bigint FROM progress WHERE derivation = 'verdicts'")[0]
          .as<std::int64_t>();
  return out;
}

/// The rows of an agreement in a second: those of the streams for which it is the most specific one in force then.
inline second_record record_of(const stored_facts& x, const std::string& agreement_name, std::int64_t second) {
  second_record out;
  const auto rows = x.seconds.find(second);
  if (rows == x.seconds.end())
    return out;
  std::vector<agreement> in_force;
  for (const auto& version : x.versions)
    if (version.terms.since.unix_us <= second * 1'000'000 && second * 1'000'000 < version.until_us)
      in_force.push_back(version.terms);
  for (const auto& row : rows->second)
    if (const auto* falls_under = agreement_for(in_force, row.what.total.stream);
        falls_under != nullptr && falls_under->name == agreement_name)
      out.add(row.what, row.stream);
  return out;
}

/// One interval, by nothing but its own seconds and the two before it.
inline std::vector<final_verdict> judge(const stored_facts& x, const agreement& terms, std::int64_t from_s,
                                        std::int64_t length_s) {
  interval_account account;
  account.begin(terms, wall_time{from_s * 1'000'000});
  for (auto second = from_s - 2; second < from_s + length_s; ++second)
    if (const auto record = record_of(x, terms.name, second); !record.empty())
      static_cast<void>(account.add(terms, wall_time{second * 1'000'000}, record));
  return account.close(terms, x.findings);
}

/// Every verdict that must be there, of each agreement in the order of its chain: by the end of the interval, then by
/// version and point.
inline std::map<std::string, std::vector<final_verdict>> verdicts_again(const stored_facts& x) {
  std::map<std::string, std::vector<final_verdict>> out;
  using place = std::tuple<std::int64_t, std::uint32_t, std::uint32_t>;
  std::map<std::string, std::map<place, final_verdict>> sorted;
  for (const auto& version : x.versions) {
    if (version.terms.suspended)
      continue;
    const auto length_s =
        std::chrono::duration_cast<std::chrono::seconds>(version.terms.objective.compliance.interval).count();
    for (auto from_s = x.first_s() - x.first_s() % length_s; from_s + length_s <= x.judged_until_s;
         from_s += length_s) {
      const auto from_us = from_s * 1'000'000;
      if (version.terms.since.unix_us > from_us || from_us >= version.until_us)
        continue;
      for (const auto& one : judge(x, version.terms, from_s, length_s))
        sorted[version.terms.name][{from_s + length_s, version.terms.version, one.what.point}] = one;
    }
  }
  for (const auto& [name, all] : sorted)
    for (const auto& [at, one] : all)
      out[name].push_back(one);
  return out;
}

/// The stored verdicts of an agreement in the order of its chain, as canonical lines with their hashes.
inline std::vector<std::pair<std::string, std::string>> stored_chain(const std::string& agreement) {
  pqxx::connection connection{server().url()};
  pqxx::nontransaction direct{connection};
  std::vector<std::pair<std::string, std::string>> out;
  std::int64_t position = 0;
  for (const auto& x : direct.exec_params(
           "SELECT version, point, (extract(epoch FROM since) * 1000000)::bigint, length_ns, outcome, cause, culprit, "
           "measured_ns, target_ns, iops, requests, measured_seconds, basis, encode(hash, 'hex'), position FROM "
           "verdicts WHERE agreement = $1 ORDER BY position",
           agreement)) {
    final_verdict one;
    one.what.agreement = agreement;
    one.what.version = x[0].as<std::uint32_t>();
    one.what.point = x[1].as<std::uint32_t>();
    one.what.from.unix_us = x[2].as<std::int64_t>();
    one.what.length = duration{x[3].as<std::int64_t>()};
    for (const auto outcome :
         {verdict_outcome::met, verdict_outcome::violated, verdict_outcome::exempt, verdict_outcome::no_data})
      if (to_string(outcome) == x[4].c_str())
        one.what.outcome = outcome;
    for (auto cause = 0; cause <= static_cast<int>(violation_cause::control); ++cause)
      if (to_string(static_cast<violation_cause>(cause)) == x[5].c_str())
        one.what.cause = static_cast<violation_cause>(cause);
    one.what.culprit = x[6].c_str();
    one.what.measured = duration{x[7].as<std::int64_t>()};
    one.what.target = duration{x[8].as<std::int64_t>()};
    one.what.iops = x[9].as<std::uint64_t>();
    one.requests = x[10].as<std::uint64_t>();
    one.measured_seconds = x[11].as<std::uint32_t>();
    one.basis = to_string(verdict_basis::rows) == x[12].c_str() ? verdict_basis::rows : verdict_basis::finding;
    if (x[14].as<std::int64_t>() != ++position)
      throw std::runtime_error{"a verdict is missing in the chain of " + agreement};
    out.emplace_back(evidence::line_of(one), x[13].c_str());
  }
  return out;
}

/// The same from verdicts that were computed anew.
inline std::vector<std::pair<std::string, std::string>> chain_of(const std::vector<final_verdict>& verdicts) {
  std::vector<std::pair<std::string, std::string>> out;
  evidence::head head;
  for (const auto& x : verdicts) {
    const auto line = evidence::line_of(x);
    head = evidence::next(head, line);
    out.emplace_back(line, evidence::to_hex(head.hash));
  }
  return out;
}

/// Rows of a roll-up that are not as the samples say, by SQL alone; 0 = they agree. @param unit minute or hour
inline std::int64_t wrong_roll_ups(const std::string& table, const std::string& unit) {
  const auto cells = [&](const std::string& column) {
    return "(SELECT coalesce(array_agg((bucket << 23) + requests ORDER BY bucket), '{}') FROM (SELECT cell >> 23 AS "
           "bucket, sum(cell & 8388607)::int AS requests FROM samples c, unnest(c."
           + column + ") cell WHERE c.stream = s.stream AND date_trunc('" + unit
           + "', c.second) = s.since GROUP BY 1) b)";
  };
  const auto again =
      "SELECT stream, since, count(*)::int, sum(interval_ns)::bigint, sum(arrivals)::bigint, sum(completions)::bigint, "
      "sum(errors)::bigint, sum(reads)::bigint, sum(writes)::bigint, sum(read_bytes)::bigint, "
      "sum(write_bytes)::bigint, max(completions)::bigint, sum(limited_by_rate_ns)::bigint, "
      "sum(limited_by_depth_ns)::bigint, sum(backend_sum)::bigint, sum(total_sum)::bigint, "
      + cells("backend_latency") + ", " + cells("total_latency") + " FROM (SELECT stream, second, date_trunc('" + unit
      + "', second) AS since, sum(interval_ns) AS interval_ns, sum(arrivals) AS arrivals, sum(completions) AS "
        "completions, sum(errors) AS errors, sum(reads) AS reads, sum(writes) AS writes, sum(read_bytes) AS "
        "read_bytes, sum(write_bytes) AS write_bytes, sum(limited_by_rate_ns) AS limited_by_rate_ns, "
        "sum(limited_by_depth_ns) AS limited_by_depth_ns, sum(backend_latency_sum_ns) AS backend_sum, "
        "sum(total_latency_sum_ns) AS total_sum FROM samples GROUP BY 1, 2) s WHERE since < (SELECT until FROM "
        "progress WHERE derivation = '"
      + table + "') GROUP BY stream, since";
  const std::string stored =
      "SELECT stream, since, seconds, interval_ns, arrivals, completions, errors, reads, writes, read_bytes, "
      "write_bytes, peak_completions, limited_by_rate_ns, limited_by_depth_ns, backend_latency_sum_ns, "
      "total_latency_sum_ns, backend_latency, total_latency FROM "
      + table;
  return server().count("((" + again + ") EXCEPT (" + stored + ")) x")
         + server().count("((" + stored + ") EXCEPT (" + again + ")) x");
}

} // namespace sluice::test
