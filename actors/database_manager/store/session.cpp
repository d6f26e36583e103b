// The connection, its transactions, and what libpqxx's exceptions mean.
#include "actors/database_manager/store/session.hpp"

#include "actors/database_manager/store/address.hpp"

namespace sluice::store {

namespace {

/// PostgreSQL's messages end with a line break and may hold more.
std::string one_line(const char* text) {
  std::string out;
  for (const char* c = text; *c != '\0'; ++c) {
    if (static_cast<unsigned char>(*c) > ' ')
      out += *c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  return out;
}

} // namespace

failure_kind kind_of(const std::string& sqlstate) noexcept {
  const auto is_class = [&](const char* x) {
    return sqlstate.compare(0, 2, x) == 0;
  };
  // 57P0x: the server is shut down, crashed or does not accept connections yet.
  if (sqlstate.compare(0, 4, "57P0") == 0 || is_class("08"))
    return failure_kind::away;
  // 40 serialization failure and deadlock, 53 out of disk, memory or connections, 55 lock not available, 57014
  // statement time-out, 58 a system error (I/O): the same statement may pass later.
  if (is_class("40") || is_class("53") || is_class("55") || is_class("57") || is_class("58"))
    return failure_kind::busy;
  // 25006: a standby or a server in read-only mode.
  if (sqlstate == "25006")
    return failure_kind::busy;
  if (sqlstate == "23505")
    return failure_kind::repeated;
  return failure_kind::refused;
}

session::session(std::shared_ptr<interrupter> line) : line_(std::move(line)) {}

session::~session() {
  close();
}

outcome<done> session::open(const std::string& connection_string, std::chrono::milliseconds statement_timeout) {
  close();
  try {
    auto fresh = std::make_unique<pqxx::connection>(connection_string);
    if (fresh->server_version() < 150000)
      return failure{failure_kind::wrong_schema, "PostgreSQL 15 or later is needed, the server is version "
                                                     + std::to_string(fresh->server_version() / 10000)};
    fresh->set_client_encoding("UTF8");
    connection_ = std::move(fresh);
    line_->watch(connection_->sock());
  } catch (const std::exception& problem) {
    return failure{failure_kind::away, connect_problem(problem.what())};
  }
  return transact<done>([&](pqxx::work& transaction) -> outcome<done> {
    transaction.exec("SET SESSION client_min_messages = warning");
    transaction.exec("SET SESSION timezone = 'UTC'");
    transaction.exec("SET SESSION synchronous_commit = on");
    transaction.exec("SET SESSION statement_timeout = " + std::to_string(statement_timeout.count()));
    return done{};
  });
}

void session::close() noexcept {
  line_->watch(-1);
  connection_.reset();
}

std::optional<failure> session::guarded(const std::function<bool(pqxx::work&)>& body) {
  if (connection_ == nullptr)
    return failure{failure_kind::away, "there is no connection to PostgreSQL"};
  std::optional<failure> found;
  try {
    // Notices and the messages of failing rollbacks would otherwise go to standard error.
    const pqxx::quiet_errorhandler quiet{*connection_};
    pqxx::work transaction{*connection_};
    if (body(transaction))
      transaction.commit();
    else
      transaction.abort();
    return std::nullopt;
  } catch (const pqxx::in_doubt_error&) {
    found = {failure_kind::away, "the connection was lost while committing: it may or may not have been stored"};
  } catch (const pqxx::broken_connection& problem) {
    found = {failure_kind::away, "the connection to PostgreSQL was lost: " + one_line(problem.what())};
  } catch (const pqxx::sql_error& problem) {
    found = {kind_of(problem.sqlstate()), one_line(problem.what())};
  } catch (const pqxx::transaction_rollback& problem) {
    found = {failure_kind::busy, one_line(problem.what())};
  } catch (const std::exception& problem) {
    found = {failure_kind::refused, one_line(problem.what())};
  }
  const bool broken = !connection_->is_open();
  if (broken)
    found->kind = failure_kind::away;
  if (found->kind == failure_kind::away)
    close();
  return found;
}

} // namespace sluice::store
