// The store's front over session, schema, partitions, agreements, overrides and rows.
#include "actors/database_manager/store/database.hpp"

#include "actors/database_manager/store/address.hpp"
#include "actors/database_manager/store/agreements.hpp"
#include "actors/database_manager/store/derived_reader.hpp"
#include "actors/database_manager/store/derived_writer.hpp"
#include "actors/database_manager/store/exclusions.hpp"
#include "actors/database_manager/store/imported_verdicts.hpp"
#include "actors/database_manager/store/ledger.hpp"
#include "actors/database_manager/store/overrides.hpp"
#include "actors/database_manager/store/partitions.hpp"
#include "actors/database_manager/store/policies.hpp"
#include "actors/database_manager/store/roots.hpp"
#include "actors/database_manager/store/row_writer.hpp"
#include "actors/database_manager/store/schema.hpp"
#include "actors/database_manager/store/session.hpp"
#include "actors/database_manager/store/tokens.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace sluice::store {

struct database::state {
  explicit state(connection_settings x) : settings(std::move(x)), connection(line) {}

  connection_settings settings;
  std::shared_ptr<interrupter> line = std::make_shared<interrupter>();
  session connection;
  partitions kept_ready;
  row_writer rows;
};

namespace {

outcome<std::string> secret_of(const connection_settings& x) {
  return x.password_file.empty() ? outcome<std::string>{std::string{}} : read_secret(x.password_file);
}

outcome<wall_time> time_of(session& connection) {
  return connection.transact<wall_time>([](pqxx::work& transaction) -> outcome<wall_time> {
    return wall_time{
        transaction.exec1("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")[0].as<std::int64_t>()};
  });
}

/// What was established before there was a ledger gets its entries, once, with PostgreSQL's time.
outcome<done> adopt(session& connection) {
  const auto now = time_of(connection);
  if (!now)
    return now.why();
  return connection.transact<done>([&](pqxx::work& transaction) -> outcome<done> {
    adopt_history(transaction, *now);
    return done{};
  });
}

/// The days of a group's lines, per table in the order of `partitioned_tables`.
std::array<std::set<std::int64_t>, table_count> days_of(std::span<const std::shared_ptr<const packed_batch>> batches,
                                                        std::int64_t closed_until_s) {
  std::array<std::set<std::int64_t>, table_count> days;
  const auto of = [&](growing_table x) -> auto& {
    return days[static_cast<std::size_t>(x)];
  };
  std::int64_t last_second = std::numeric_limits<std::int64_t>::min();
  for (const auto& batch : batches) {
    for (const auto& row : batch->rows) {
      if (row.second == last_second)
        continue;
      last_second = row.second;
      of(row.second < closed_until_s ? growing_table::late_samples : growing_table::samples)
          .insert(day_of(wall_time{row.second * 1'000'000}));
    }
    for (const auto& verdict : batch->verdicts)
      of(growing_table::findings).insert(day_of(verdict.from));
    for (const auto& event : batch->events)
      of(growing_table::events).insert(day_of(event.at));
    for (const auto& decision : batch->decisions)
      of(growing_table::decisions).insert(day_of(decision.at));
    for (const auto& entry : batch->audit)
      of(growing_table::audit).insert(day_of(entry.at));
  }
  return days;
}

} // namespace

database::database(connection_settings settings) : state_(std::make_unique<state>(std::move(settings))) {}

database::~database() = default;

const std::shared_ptr<interrupter>& database::line() const noexcept {
  return state_->line;
}

bool database::is_open() const noexcept {
  return state_->connection.is_open();
}

outcome<opened> database::open() {
  auto& connection = state_->connection;
  const auto& settings = state_->settings;
  const auto migrations = read_migrations(settings.schema_directory);
  if (!migrations.problem.empty())
    return failure{failure_kind::wrong_schema, migrations.problem};
  const auto secret = secret_of(settings);
  if (!secret)
    return secret.why();
  const auto address = connection_string(settings.url, *secret, settings.connect_timeout);
  if (const auto ready = connection.open(address, settings.statement_timeout); !ready)
    return ready.why();
  const auto fail = [&](const failure& why) -> outcome<opened> {
    connection.close();
    return why;
  };
  const auto schema = migrate(connection, migrations.steps);
  if (!schema)
    return fail(schema.why());
  if (const auto proved = adopt(connection); !proved)
    return fail(proved.why());
  if (const auto loaded = state_->kept_ready.load(connection); !loaded)
    return fail(loaded.why());
  if (const auto prepared = state_->rows.prepare(connection); !prepared)
    return fail(prepared.why());
  opened result{schema->version, {}};
  for (const auto& step : schema->applied)
    result.applied.push_back(step.file);
  return result;
}

outcome<agreement> database::create(const agreement& x, wall_time now) {
  return state_->connection.transact<agreement>([&](pqxx::work& transaction) {
    return create_agreement(transaction, x, now);
  });
}

outcome<agreement> database::replace(const agreement& x, wall_time now) {
  return state_->connection.transact<agreement>([&](pqxx::work& transaction) {
    return replace_agreement(transaction, x, now);
  });
}

outcome<agreement> database::end(const std::string& name, wall_time now) {
  return state_->connection.transact<agreement>([&](pqxx::work& transaction) {
    return end_agreement(transaction, name, now);
  });
}

outcome<std::vector<agreement>> database::history(const std::string& name) {
  return state_->connection.transact<std::vector<agreement>>([&](pqxx::work& transaction) {
    return agreement_history(transaction, name);
  });
}

outcome<override_order> database::order(const override_order& x, wall_time now) {
  return state_->connection.transact<override_order>([&](pqxx::work& transaction) {
    return order_override(transaction, x, now);
  });
}

outcome<override_order> database::retract(const stream_id& stream, wall_time now) {
  return state_->connection.transact<override_order>([&](pqxx::work& transaction) {
    return retract_override(transaction, stream, now);
  });
}

outcome<exclusion> database::enter(const exclusion& x, wall_time closed_until, wall_time now) {
  return state_->connection.transact<exclusion>([&](pqxx::work& transaction) {
    return create_exclusion(transaction, x, closed_until, now);
  });
}

outcome<exclusion> database::withdraw(const exclusion& x, wall_time closed_until, wall_time now) {
  return state_->connection.transact<exclusion>([&](pqxx::work& transaction) {
    return withdraw_exclusion(transaction, x.withdraws, x.author, x.reason, x.correction, closed_until, now);
  });
}

outcome<access_token> database::create(const access_token& x) {
  return state_->connection.transact<access_token>([&](pqxx::work& transaction) {
    return create_token(transaction, x);
  });
}

outcome<access_token> database::revoke(const std::string& id, wall_time now) {
  return state_->connection.transact<access_token>([&](pqxx::work& transaction) {
    return revoke_token(transaction, id, now);
  });
}

outcome<policy_document> database::replace(const policy_document& x, wall_time now) {
  return state_->connection.transact<policy_document>([&](pqxx::work& transaction) {
    return replace_policy(transaction, x, now);
  });
}

outcome<std::vector<policy_document>> database::policy_history() {
  return state_->connection.transact<std::vector<policy_document>>(
      [&](pqxx::work& transaction) -> outcome<std::vector<policy_document>> {
        return store::policy_history(transaction);
      });
}

outcome<std::uint64_t> database::import_verdicts(const verdict_import& x, wall_time now) {
  return state_->connection.transact<std::uint64_t>([&](pqxx::work& transaction) -> outcome<std::uint64_t> {
    return store::import_verdicts(transaction, x, now);
  });
}

outcome<terms_in_force> database::terms(wall_time now) {
  return state_->connection.transact<terms_in_force>([&](pqxx::work& transaction) -> outcome<terms_in_force> {
    return terms_in_force{agreements_in_force(transaction), overrides_in_force(transaction, now),
                          policy_in_force(transaction), access_tokens(transaction)};
  });
}

outcome<appended> database::append(std::span<const std::shared_ptr<const packed_batch>> batches, wall_time now,
                                   const retention& kept, std::int64_t closed_until_s) {
  if (std::all_of(batches.begin(), batches.end(), [](const auto& x) {
        return x->size() == 0;
      }))
    return appended{std::vector<std::uint64_t>(batches.size(), 0), 0, false};
  const auto today = day_of(now);
  const auto days = days_of(batches, closed_until_s);
  maintenance_report made;
  for (std::size_t i = 0; i < table_count; ++i) {
    for (const auto day : days[i]) {
      if (day > today - kept.days[i] && day <= today + days_ahead)
        state_->kept_ready.make(state_->connection, partitioned_tables[i], day, made);
    }
  }
  // A partition that cannot be made now is no reason to refuse the rows: the default partition takes them.
  if (made.problem && made.problem->kind == failure_kind::away)
    return *made.problem;
  return state_->rows.append(state_->connection, batches, closed_until_s);
}

outcome<std::uint64_t> database::read_back(history::derivation& to) {
  return store::read_back(state_->connection, to);
}

outcome<std::uint64_t> database::read_on(history::derivation& to) {
  const auto from = to.wants_rows_from();
  return from ? store::read_on(state_->connection, to, *from) : std::uint64_t{0};
}

outcome<done> database::read_versions(history::derivation& to) {
  auto versions =
      store::read_versions(state_->connection, wall_time{(to.closed_until() - history::max_catch_up_s) * 1'000'000});
  if (!versions)
    return versions.why();
  to.replace(std::move(*versions));
  return done{};
}

outcome<wall_time> database::server_time() {
  return time_of(state_->connection);
}

void database::derive(std::span<const std::shared_ptr<const packed_batch>> batches, history::derivation& to,
                      std::int64_t believed_until_s) const {
  std::int64_t everything_until = 0;
  for (const auto& batch : batches) {
    for (const auto& row : batch->rows)
      if (const auto stream = state_->rows.number_of(row.stream); stream != 0 && row.second >= to.closed_until())
        to.add({stream, std::shared_ptr<const packed_row>{batch, &row}});
    for (const auto& finding : batch->verdicts)
      to.add(finding);
    if (batch->everything_until <= believed_until_s)
      everything_until = std::max(everything_until, batch->everything_until);
  }
  to.know(everything_until);
}

outcome<done> database::write(const history::derived& x, wall_time now, const retention& kept) {
  const auto today = day_of(now);
  maintenance_report made;
  const auto need = [&](growing_table table, std::int64_t second) {
    const auto day = day_of(wall_time{second * 1'000'000});
    if (day > today - kept[table] && day <= today + days_ahead)
      state_->kept_ready.make(state_->connection, partitioned_tables[static_cast<std::size_t>(table)], day, made);
  };
  if (!x.minutes.empty())
    need(growing_table::minutes, x.minutes.front().since_s);
  if (!x.hours.empty())
    need(growing_table::hours, x.hours.front().since_s);
  if (!x.verdicts.empty()) {
    need(growing_table::verdicts, x.verdicts.front().what.from.unix_us / 1'000'000);
    need(growing_table::compliance_hours, x.verdicts.front().what.from.unix_us / 1'000'000);
  }
  if (made.problem && made.problem->kind == failure_kind::away)
    return *made.problem;
  return state_->connection.transact<done>([&](pqxx::work& transaction) -> outcome<done> {
    write_derived(transaction, x);
    return done{};
  });
}

maintenance_report database::maintain(wall_time now, const retention& kept) {
  auto& connection = state_->connection;
  auto& ready = state_->kept_ready;
  maintenance_report report;
  const auto theirs = time_of(connection);
  if (!theirs) {
    report.problem = theirs.why();
    return report;
  }
  const auto today = day_of(now);
  const auto surely = day_of(std::min(now, *theirs));
  for (std::size_t i = 0; i < table_count; ++i) {
    for (auto day = today; day <= today + days_ahead; ++day)
      ready.make(connection, partitioned_tables[i], day, report);
  }
  for (std::size_t i = 0; i < table_count; ++i)
    ready.drop(connection, partitioned_tables[i], surely - kept.days[i], report);
  return report;
}

outcome<std::vector<evidence::signed_root>> database::sign_days(const evidence::signing_key& key, wall_time now) {
  std::vector<evidence::signed_root> made;
  while (made.size() < max_roots_per_round) {
    const auto one = state_->connection.transact<std::optional<evidence::signed_root>>(
        [&](pqxx::work& transaction) -> outcome<std::optional<evidence::signed_root>> {
          return make_next_root(transaction, key, now);
        });
    if (!one)
      return one.why();
    if (!*one)
      break;
    made.push_back(**one);
  }
  return made;
}

outcome<check_report> database::check_evidence(wall_time now, const retention& kept) {
  const auto since = [&](growing_table table) {
    return wall_time{(day_of(now) - kept[table]) * 86'400'000'000};
  };
  return state_->connection.transact<check_report>([&](pqxx::work& transaction) -> outcome<check_report> {
    return verify_all(transaction, since(growing_table::verdicts), since(growing_table::decisions));
  });
}

} // namespace sluice::store
