// The SQL of operators' orders.
#include "actors/database_manager/store/overrides.hpp"

#include "actors/database_manager/store/calendar.hpp"

#include <algorithm>
#include <optional>

namespace sluice::store {

namespace {

constexpr auto select = "SELECT id, gateway, volume, client, iops, bandwidth, who, why, "
                        "(extract(epoch FROM valid_from) * 1000000)::bigint, "
                        "coalesce((extract(epoch FROM expires) * 1000000)::bigint, 0) "
                        "FROM overrides WHERE valid_until IS NULL ";

struct stored_order {
  std::int64_t id = 0;
  override_order order;
};

stored_order read(const pqxx::row& row) {
  stored_order x;
  x.id = row[0].as<std::int64_t>();
  x.order.stream = {row[1].c_str(), row[2].c_str(), row[3].c_str()};
  x.order.iops.per_second = row[4].as<std::uint64_t>();
  x.order.bandwidth.per_second = row[5].as<std::uint64_t>();
  x.order.who = row[6].c_str();
  x.order.why = row[7].c_str();
  x.order.since.unix_us = row[8].as<std::int64_t>();
  x.order.until.unix_us = row[9].as<std::int64_t>();
  return x;
}

bool expired(const override_order& x, wall_time now) {
  return x.until != wall_time{} && x.until <= now;
}

/// The order that was neither replaced nor taken back, be it expired or not.
std::optional<stored_order> current(pqxx::work& transaction, const stream_id& x) {
  // One change of orders at a time: they are rare.
  transaction.exec("SELECT pg_advisory_xact_lock(hashtext('override'), 0)");
  const auto rows = transaction.exec_params(std::string{select} + "AND gateway = $1 AND volume = $2 AND client = $3",
                                            x.gateway, x.volume, x.client);
  if (rows.empty())
    return std::nullopt;
  return read(rows[0]);
}

void close_order(pqxx::work& transaction, const stored_order& x, wall_time now) {
  const auto end = expired(x.order, now) ? x.order.until : now;
  transaction.exec_params("UPDATE overrides SET valid_until = $2 WHERE id = $1", x.id,
                          to_timestamp(std::max(end, x.order.since)));
}

} // namespace

outcome<override_order> order_override(pqxx::work& transaction, const override_order& x, wall_time now) {
  auto order = x;
  order.since = now;
  if (const auto present = current(transaction, x.stream)) {
    order.since = present->order.since;
    if (order == present->order && !expired(order, now))
      return order;
    close_order(transaction, *present, now);
    order.since = std::max(now, present->order.since);
  }
  std::optional<std::string> expires;
  if (order.until != wall_time{})
    expires = to_timestamp(order.until);
  transaction.exec_params("INSERT INTO overrides (gateway, volume, client, iops, bandwidth, who, why, valid_from, "
                          "expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                          order.stream.gateway, order.stream.volume, order.stream.client, order.iops.per_second,
                          order.bandwidth.per_second, order.who, order.why, to_timestamp(order.since), expires);
  return order;
}

outcome<override_order> retract_override(pqxx::work& transaction, const stream_id& stream, wall_time now) {
  const auto present = current(transaction, stream);
  if (!present || expired(present->order, now))
    return failure{failure_kind::not_found, "no order is in force for " + to_string(stream)};
  close_order(transaction, *present, now);
  return present->order;
}

std::vector<override_order> overrides_in_force(pqxx::work& transaction, wall_time now) {
  std::vector<override_order> list;
  for (const auto& row : transaction.exec(std::string{select} + "ORDER BY gateway, volume, client")) {
    auto x = read(row).order;
    if (!expired(x, now))
      list.push_back(std::move(x));
  }
  return list;
}

} // namespace sluice::store
