// The SQL of policies.
#include "actors/database_manager/store/policies.hpp"

#include "actors/database_manager/store/calendar.hpp"
#include "actors/database_manager/store/ledger.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace sluice::store {

namespace {

/// A stored setting that this program does not know can only come from a hand at the database.
policy_setting read_setting(const std::string& name, const std::string& value) {
  const auto* key = find_policy_key(name);
  const auto parsed = key == nullptr ? std::nullopt : parse_setting(*key, value);
  if (!parsed)
    throw pqxx::conversion_error{"a policy holds the unknown setting " + name + " = " + value};
  return {name, *parsed};
}

/// Reads versions; `condition` is about the column version of each table.
std::vector<policy_document> read_all(pqxx::work& transaction, const std::string& condition) {
  std::map<std::uint32_t, policy_document> found;
  for (const auto& row : transaction.exec("SELECT version, author, reason, (extract(epoch FROM valid_from) * "
                                          "1000000)::bigint FROM policies WHERE "
                                          + condition)) {
    auto& x = found[row[0].as<std::uint32_t>()];
    x.version = row[0].as<std::uint32_t>();
    x.author = row[1].c_str();
    x.reason = row[2].c_str();
    x.since.unix_us = row[3].as<std::int64_t>();
  }
  const auto of = [&](const pqxx::row& row) -> policy_document& {
    return found[row[0].as<std::uint32_t>()];
  };
  for (const auto& row :
       transaction.exec("SELECT version, backend_pattern FROM policy_rules WHERE " + condition + " ORDER BY rule"))
    of(row).backends.push_back({row[1].c_str(), {}});
  for (const auto& row : transaction.exec("SELECT version, rule, name, value FROM policy_settings WHERE " + condition
                                          + " ORDER BY rule, position")) {
    auto& x = of(row);
    const auto rule = row[1].as<std::size_t>();
    auto& to = rule == 0 ? x.defaults : x.backends.at(rule - 1).settings; // a rule is stored before its settings
    to.push_back(read_setting(row[2].c_str(), row[3].c_str()));
  }
  for (const auto& row : transaction.exec("SELECT version, name, parent, weight FROM policy_tenants WHERE " + condition
                                          + " ORDER BY position"))
    of(row).tenants.push_back({row[1].c_str(), row[2].c_str(), row[3].as<std::uint32_t>()});
  std::vector<policy_document> list;
  for (auto at = found.rbegin(); at != found.rend(); ++at)
    list.push_back(std::move(at->second));
  return list;
}

void insert_settings(pqxx::work& transaction, std::uint32_t version, std::size_t rule,
                     const std::vector<policy_setting>& settings) {
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const auto* key = find_policy_key(settings[i].name);
    transaction.exec_params("INSERT INTO policy_settings (version, rule, position, name, value) "
                            "VALUES ($1, $2, $3, $4, $5)",
                            version, rule, i, settings[i].name, setting_text(*key, settings[i].value));
  }
}

void insert(pqxx::work& transaction, const policy_document& x) {
  transaction.exec_params("INSERT INTO policies (version, author, reason, valid_from) VALUES ($1, $2, $3, $4)",
                          x.version, x.author, x.reason, to_timestamp(x.since));
  insert_settings(transaction, x.version, 0, x.defaults);
  for (std::size_t i = 0; i < x.backends.size(); ++i) {
    transaction.exec_params("INSERT INTO policy_rules (version, rule, backend_pattern) VALUES ($1, $2, $3)", x.version,
                            i + 1, x.backends[i].match);
    insert_settings(transaction, x.version, i + 1, x.backends[i].settings);
  }
  for (std::size_t i = 0; i < x.tenants.size(); ++i)
    transaction.exec_params("INSERT INTO policy_tenants (version, position, name, parent, weight) "
                            "VALUES ($1, $2, $3, $4, $5)",
                            x.version, i, x.tenants[i].name, x.tenants[i].parent, x.tenants[i].weight);
}

} // namespace

outcome<policy_document> replace_policy(pqxx::work& transaction, const policy_document& x, wall_time now) {
  transaction.exec("SELECT pg_advisory_xact_lock(hashtext('policy'), 0)"); // one change at a time
  auto present = policy_in_force(transaction);
  if (present.version != 0 && same_policy(present, x))
    return present;
  auto stored = x;
  stored.version = present.version + 1;
  stored.since = std::max(now, present.since); // a wall clock that was set back must not make versions overlap
  if (present.version != 0)
    transaction.exec_params("UPDATE policies SET valid_until = $2 WHERE version = $1", present.version,
                            to_timestamp(stored.since));
  insert(transaction, stored);
  prove(transaction, stored, now);
  return stored;
}

std::vector<policy_document> policy_history(pqxx::work& transaction) {
  return read_all(transaction,
                  "version > (SELECT coalesce(max(version), 0) FROM policies) - " + std::to_string(max_policy_history));
}

policy_document policy_version(pqxx::work& transaction, std::uint32_t version) {
  auto found = read_all(transaction, "version = " + std::to_string(version));
  return found.empty() ? policy_document{} : std::move(found.front());
}

policy_document policy_in_force(pqxx::work& transaction) {
  auto found = read_all(transaction, "version = (SELECT max(version) FROM policies WHERE valid_until IS NULL)");
  return found.empty() ? policy_document{} : std::move(found.front());
}

} // namespace sluice::store
