// The SQL of tokens.
#include "actors/database_manager/store/tokens.hpp"

#include "actors/database_manager/store/calendar.hpp"

#include <algorithm>
#include <optional>

namespace sluice::store {

namespace {

constexpr auto select = "SELECT id, digest, role, tenant, label, created_by, "
                        "(extract(epoch FROM created) * 1000000)::bigint, "
                        "coalesce((extract(epoch FROM expires) * 1000000)::bigint, 0), "
                        "coalesce((extract(epoch FROM revoked) * 1000000)::bigint, 0) FROM access_tokens ";

access_token read(const pqxx::row& row) {
  access_token x;
  x.id = row[0].c_str();
  const pqxx::binarystring digest{row[1]};
  std::copy_n(digest.begin(), std::min(digest.size(), x.digest.size()), x.digest.begin());
  // The table checks it; should it ever hold another word, the least is right.
  x.role = parse_access_role(row[2].c_str()).value_or(access_role::customer);
  x.tenant = row[3].c_str();
  x.label = row[4].c_str();
  x.created_by = row[5].c_str();
  x.created.unix_us = row[6].as<std::int64_t>();
  x.expires.unix_us = row[7].as<std::int64_t>();
  x.revoked.unix_us = row[8].as<std::int64_t>();
  return x;
}

std::optional<access_token> find(pqxx::work& transaction, const std::string& id) {
  // One change of tokens at a time: they are rare.
  transaction.exec("SELECT pg_advisory_xact_lock(hashtext('access-token'), 0)");
  const auto rows = transaction.exec_params(std::string{select} + "WHERE id = $1", id);
  return rows.empty() ? std::nullopt : std::optional{read(rows[0])};
}

std::optional<std::string> moment(wall_time x) {
  return x == wall_time{} ? std::nullopt : std::optional{to_timestamp(x)};
}

} // namespace

outcome<access_token> create_token(pqxx::work& transaction, const access_token& x) {
  if (const auto present = find(transaction, x.id)) {
    if (*present == x)
      return *present;
    return failure{failure_kind::already_exists, "there is a token " + x.id};
  }
  if (transaction.exec1("SELECT count(*) FROM access_tokens")[0].as<std::size_t>() >= max_access_tokens)
    return failure{failure_kind::refused, "there are " + std::to_string(max_access_tokens) + " tokens already"};
  const pqxx::binarystring digest{x.digest.data(), x.digest.size()};
  transaction.exec_params("INSERT INTO access_tokens (id, digest, role, tenant, label, created_by, created, expires) "
                          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                          x.id, digest, std::string{to_string(x.role)}, x.tenant, x.label, x.created_by,
                          to_timestamp(x.created), moment(x.expires));
  return x;
}

outcome<access_token> revoke_token(pqxx::work& transaction, const std::string& id, wall_time now) {
  auto present = find(transaction, id);
  if (!present)
    return failure{failure_kind::not_found, "there is no token " + id};
  if (present->revoked == wall_time{}) {
    present->revoked = now;
    transaction.exec_params("UPDATE access_tokens SET revoked = $2 WHERE id = $1", id, to_timestamp(now));
  }
  return *present;
}

std::vector<access_token> access_tokens(pqxx::work& transaction) {
  std::vector<access_token> list;
  for (const auto& row : transaction.exec(std::string{select} + "ORDER BY id"))
    list.push_back(read(row));
  return list;
}

} // namespace sluice::store
