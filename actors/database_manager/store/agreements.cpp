// The SQL of agreements.
#include "actors/database_manager/store/agreements.hpp"

#include "actors/database_manager/store/calendar.hpp"
#include "actors/database_manager/store/ledger.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

namespace sluice::store {

namespace {

constexpr auto select = "SELECT name, version, tenant, gateway_pattern, volume_pattern, client_pattern, "
                        "reservation_iops, limit_iops, limit_bandwidth, burst_iops, burst_length_ns, weight, tier, "
                        "compliance_interval_ns, compliance_target_ppm, compliance_window, "
                        "(extract(epoch FROM valid_from) * 1000000)::bigint, time_zone, suspended FROM agreements ";

constexpr auto select_points = "SELECT p.name, p.version, p.statistic, p.target_ns, p.up_to_iops "
                               "FROM agreement_latency_points p JOIN agreements a USING (name, version) ";

constexpr auto select_remedies = "SELECT r.name, r.version, r.below_ppm, r.credit_ppm "
                                 "FROM agreement_remedies r JOIN agreements a USING (name, version) ";

rate to_rate(const pqxx::field& x) {
  return rate{x.as<std::uint64_t>()};
}

duration to_duration(const pqxx::field& x) {
  return duration{x.as<std::int64_t>()};
}

/// A stored word that this program does not know can only come from a hand at the database.
template<class T>
T known(const std::optional<T>& parsed, const pqxx::field& stored) {
  if (!parsed)
    throw pqxx::conversion_error{std::string{"an agreement holds the unknown word "} + stored.c_str()};
  return *parsed;
}

agreement read(const pqxx::row& row) {
  agreement x;
  x.name = row[0].c_str();
  x.version = row[1].as<std::uint32_t>();
  x.tenant = row[2].c_str();
  x.streams = {row[3].c_str(), row[4].c_str(), row[5].c_str()};
  x.objective.reservation = to_rate(row[6]);
  x.objective.limit.iops = to_rate(row[7]);
  x.objective.limit.bandwidth = to_rate(row[8]);
  if (!row[9].is_null())
    x.objective.limit.above = burst{to_rate(row[9]), to_duration(row[10])};
  x.objective.weight = row[11].as<std::uint32_t>();
  x.objective.tier = known(parse_tier(row[12].c_str()), row[12]);
  x.objective.compliance.interval = to_duration(row[13]);
  x.objective.compliance.target_ppm = row[14].as<std::uint32_t>();
  x.objective.compliance.window = known(parse_compliance_window(row[15].c_str()), row[15]);
  x.since.unix_us = row[16].as<std::int64_t>();
  x.objective.compliance.time_zone = row[17].c_str();
  x.suspended = row[18].as<bool>();
  return x;
}

/// Reads versions with their latency points and remedies; `condition` is about one agreement version and may use `$1`.
template<class... Parameters>
std::vector<agreement> read_all(pqxx::work& transaction, const std::string& condition, const std::string& order,
                                const Parameters&... parameters) {
  std::vector<agreement> list;
  std::map<std::pair<std::string, std::uint32_t>, std::size_t> position;
  for (const auto& row : transaction.exec_params(select + condition + order, parameters...)) {
    list.push_back(read(row));
    position.emplace(std::pair{list.back().name, list.back().version}, list.size() - 1);
  }
  const auto points =
      transaction.exec_params(select_points + condition + " ORDER BY p.name, p.version, p.point", parameters...);
  for (const pqxx::row& row : points) {
    const auto found = position.find({row[0].c_str(), row[1].as<std::uint32_t>()});
    if (found == position.end())
      continue;
    list[found->second].objective.latency.push_back(
        {known(parse_latency_statistic(row[2].c_str()), row[2]), to_duration(row[3]), to_rate(row[4])});
  }
  const auto remedies =
      transaction.exec_params(select_remedies + condition + " ORDER BY r.name, r.version, r.position", parameters...);
  for (const pqxx::row& row : remedies)
    if (const auto found = position.find({row[0].c_str(), row[1].as<std::uint32_t>()}); found != position.end())
      list[found->second].objective.compliance.remedies.push_back(
          {row[2].as<std::uint32_t>(), row[3].as<std::uint32_t>()});
  return list;
}

/// Serializes changes of one name, so that two at once cannot both find nothing in force.
void lock(pqxx::work& transaction, const std::string& name) {
  transaction.exec_params("SELECT pg_advisory_xact_lock(hashtext('agreement'), hashtext($1))", name);
}

std::optional<agreement> in_force(pqxx::work& transaction, const std::string& name) {
  auto found = read_all(transaction, "WHERE name = $1 AND valid_until IS NULL", "", name);
  if (found.empty())
    return std::nullopt;
  return std::move(found.front());
}

bool same_terms(agreement a, const agreement& b) {
  a.version = b.version;
  a.since = b.since;
  return a == b;
}

void close_version(pqxx::work& transaction, const agreement& x, wall_time at) {
  transaction.exec_params("UPDATE agreements SET valid_until = $3 WHERE name = $1 AND version = $2", x.name, x.version,
                          to_timestamp(at));
}

/// The lists of an agreement.
void insert_parts(pqxx::work& transaction, const agreement& x) {
  const auto& points = x.objective.latency;
  for (std::size_t point = 0; point < points.size(); ++point) {
    const auto& p = points[point];
    transaction.exec_params("INSERT INTO agreement_latency_points (name, version, point, statistic, target_ns, "
                            "up_to_iops) VALUES ($1, $2, $3, $4, $5, $6)",
                            x.name, x.version, point, std::string{to_string(p.statistic)}, p.target.count(),
                            p.up_to.per_second);
  }
  const auto& remedies = x.objective.compliance.remedies;
  for (std::size_t position = 0; position < remedies.size(); ++position)
    transaction.exec_params("INSERT INTO agreement_remedies (name, version, position, below_ppm, credit_ppm) "
                            "VALUES ($1, $2, $3, $4, $5)",
                            x.name, x.version, position, remedies[position].below_ppm, remedies[position].credit_ppm);
}

/// A name stands for one tenant for ever: whoever reads its history, accounts or evidence reads one tenant's.
std::optional<failure> taken_by_other(pqxx::work& transaction, const agreement& x) {
  const auto found =
      transaction.exec_params("SELECT tenant FROM agreements WHERE name = $1 ORDER BY version DESC LIMIT 1", x.name);
  if (found.empty() || x.tenant == found[0][0].c_str())
    return std::nullopt;
  return failure{failure_kind::already_exists,
                 "the name " + x.name + " stands for agreements with " + found[0][0].c_str() + "; choose another one"};
}

agreement insert(pqxx::work& transaction, agreement x, wall_time now) {
  const auto last = transaction.exec_params1("SELECT coalesce(max(version), 0), "
                                             "coalesce((extract(epoch FROM max(coalesce(valid_until, valid_from))) "
                                             "* 1000000)::bigint, 0) FROM agreements WHERE name = $1",
                                             x.name);
  x.version = last[0].as<std::uint32_t>() + 1;
  // A wall clock that was set back must not make versions overlap.
  x.since.unix_us = std::max(now.unix_us, last[1].as<std::int64_t>());
  const auto& o = x.objective;
  std::optional<std::uint64_t> burst_iops;
  std::optional<std::int64_t> burst_length;
  if (o.limit.above) {
    burst_iops = o.limit.above->iops.per_second;
    burst_length = o.limit.above->length.count();
  }
  transaction.exec_params("INSERT INTO agreements (name, version, tenant, gateway_pattern, volume_pattern, "
                          "client_pattern, reservation_iops, limit_iops, limit_bandwidth, burst_iops, burst_length_ns, "
                          "weight, tier, compliance_interval_ns, compliance_target_ppm, compliance_window, valid_from, "
                          "time_zone, suspended) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                          "$15, $16, $17, $18, $19)",
                          x.name, x.version, x.tenant, x.streams.gateway, x.streams.volume, x.streams.client,
                          o.reservation.per_second, o.limit.iops.per_second, o.limit.bandwidth.per_second, burst_iops,
                          burst_length, o.weight, std::string{to_string(o.tier)}, o.compliance.interval.count(),
                          o.compliance.target_ppm, std::string{to_string(o.compliance.window)}, to_timestamp(x.since),
                          o.compliance.time_zone, x.suspended);
  insert_parts(transaction, x);
  prove(transaction, x, now);
  return x;
}

} // namespace

outcome<agreement> create_agreement(pqxx::work& transaction, const agreement& x, wall_time now) {
  lock(transaction, x.name);
  if (auto refused = taken_by_other(transaction, x))
    return *std::move(refused);
  if (auto present = in_force(transaction, x.name)) {
    if (same_terms(*present, x))
      return std::move(*present);
    return failure{failure_kind::already_exists, "the agreement " + x.name + " is in force with other terms, version "
                                                     + std::to_string(present->version)};
  }
  return insert(transaction, x, now);
}

outcome<agreement> replace_agreement(pqxx::work& transaction, const agreement& x, wall_time now) {
  lock(transaction, x.name);
  if (auto refused = taken_by_other(transaction, x))
    return *std::move(refused);
  if (auto present = in_force(transaction, x.name)) {
    if (same_terms(*present, x))
      return std::move(*present);
    close_version(transaction, *present, std::max(now, present->since));
  }
  return insert(transaction, x, now);
}

outcome<agreement> end_agreement(pqxx::work& transaction, const std::string& name, wall_time now) {
  lock(transaction, name);
  auto present = in_force(transaction, name);
  if (!present)
    return failure{failure_kind::not_found, "no agreement " + name + " is in force"};
  const auto end = std::max(now, present->since);
  close_version(transaction, *present, end);
  prove(transaction, evidence::agreement_end{name, present->version, end}, now);
  return std::move(*present);
}

outcome<std::vector<agreement>> agreement_history(pqxx::work& transaction, const std::string& name) {
  auto versions = read_all(transaction, "WHERE name = $1", " ORDER BY version DESC", name);
  if (versions.empty())
    return failure{failure_kind::not_found, "there never was an agreement " + name};
  return versions;
}

std::vector<agreement> agreements_in_force(pqxx::work& transaction) {
  return read_all(transaction, "WHERE valid_until IS NULL", " ORDER BY name");
}

std::vector<agreement_period> agreement_periods(pqxx::work& transaction, const std::string& name,
                                                const std::string& tenant, wall_time from, wall_time to) {
  const std::string condition = "WHERE ($1 = '' OR name = $1) AND ($2 = '' OR tenant = $2) AND valid_from < $4 AND "
                                "(valid_until IS NULL OR valid_until > $3) ";
  const auto begin = to_timestamp(from);
  const auto end = to_timestamp(to);
  std::vector<agreement_period> list;
  for (auto& x : read_all(transaction, condition, " ORDER BY name, version", name, tenant, begin, end))
    list.push_back({std::move(x), {}});
  std::size_t i = 0;
  for (const pqxx::row& row : transaction.exec_params(
           "SELECT coalesce((extract(epoch FROM valid_until) * 1000000)::bigint, 0) FROM agreements " + condition
               + "ORDER BY name, version",
           name, tenant, begin, end))
    list.at(i++).until.unix_us = row[0].as<std::int64_t>();
  return list;
}

std::vector<std::pair<agreement, wall_time>> agreements_since(pqxx::work& transaction, wall_time since) {
  constexpr auto condition = "WHERE (valid_until IS NULL OR valid_until > $1)";
  std::map<std::pair<std::string, std::uint32_t>, wall_time> ends;
  for (const auto& row : transaction.exec_params("SELECT name, version, (extract(epoch FROM valid_until) * "
                                                 "1000000)::bigint FROM agreements WHERE valid_until > $1",
                                                 to_timestamp(since)))
    ends.emplace(std::pair{std::string{row[0].c_str()}, row[1].as<std::uint32_t>()},
                 wall_time{row[2].as<std::int64_t>()});
  std::vector<std::pair<agreement, wall_time>> all;
  for (auto& x : read_all(transaction, condition, " ORDER BY name, version", to_timestamp(since))) {
    const auto end = ends.find({x.name, x.version});
    const auto until = end == ends.end() ? wall_time{std::numeric_limits<std::int64_t>::max()} : end->second;
    all.emplace_back(std::move(x), until);
  }
  return all;
}

} // namespace sluice::store
