// Applies the migrations.
#include "actors/database_manager/store/schema.hpp"

namespace sluice::store {

namespace {

/// Chosen; any number that no other program uses: the letters of "sluice".
constexpr auto lock_migrations = "SELECT pg_advisory_xact_lock(126957141386085)";

/// Chosen: a migration may rewrite tables.
constexpr auto long_timeout = "SET LOCAL statement_timeout = '10min'";

constexpr auto make_table = R"(
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version integer PRIMARY KEY,
    file text NOT NULL,
    checksum text NOT NULL,
    applied timestamptz NOT NULL DEFAULT now());
  COMMENT ON TABLE schema_migrations IS 'Which steps of the schema were applied to this database.';
  COMMENT ON COLUMN schema_migrations.version IS 'Number of the step [count].';
  COMMENT ON COLUMN schema_migrations.file IS 'Name of its file.';
  COMMENT ON COLUMN schema_migrations.checksum IS 'SHA-256 of its text, in hexadecimal.';
  COMMENT ON COLUMN schema_migrations.applied IS 'When it was applied [UTC].')";

std::string checksum(pqxx::work& transaction, const migration& step) {
  return transaction.exec_params1("SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')", step.sql)[0].c_str();
}

/// Compares what the database has with what is known; nothing if they agree.
std::optional<failure> difference(pqxx::work& transaction, const pqxx::result& present,
                                  const std::vector<migration>& known) {
  for (const auto& row : present) {
    const auto version = row[0].as<std::uint32_t>();
    if (version > known.size())
      return failure{failure_kind::wrong_schema,
                     "the database has schema version " + std::to_string(present.back()[0].as<std::uint32_t>())
                         + ", this program knows versions up to " + std::to_string(known.size())
                         + ": use the program that wrote it, or a newer one"};
    const auto& step = known[version - 1];
    if (checksum(transaction, step) != row[1].c_str())
      return failure{failure_kind::wrong_schema, "schema version " + std::to_string(version)
                                                     + " of the database was made from another text than " + step.file};
  }
  return std::nullopt;
}

} // namespace

outcome<schema_state> migrate(session& connection, const std::vector<migration>& known) {
  return connection.transact<schema_state>([&](pqxx::work& transaction) -> outcome<schema_state> {
    transaction.exec(long_timeout);
    transaction.exec(lock_migrations);
    if (transaction.exec1("SELECT to_regclass('schema_migrations') IS NULL")[0].as<bool>())
      transaction.exec(make_table);
    const auto present = transaction.exec("SELECT version, checksum FROM schema_migrations ORDER BY version");
    if (auto problem = difference(transaction, present, known))
      return *problem;
    schema_state state;
    for (std::size_t i = present.size(); i < known.size(); ++i) {
      transaction.exec(known[i].sql);
      transaction.exec_params("INSERT INTO schema_migrations (version, file, checksum) VALUES ($1, $2, $3)",
                              known[i].version, known[i].file, checksum(transaction, known[i]));
      state.applied.push_back(known[i]);
    }
    state.version = static_cast<std::uint32_t>(known.size());
    return state;
  });
}

} // namespace sluice::store
