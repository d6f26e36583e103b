// Schema, login and lost connections, against a real PostgreSQL.
#include "tests/process/store_fixture.hpp"

#include <fstream>
#include <thread>

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::store;
using namespace sluice::test;

namespace {

std::string problem_of(const connection_settings& settings) {
  database x{settings};
  const auto opened = x.open();
  return opened ? "" : opened.why().text;
}

} // namespace

TEST_CASE("an empty database gets every migration, a second start none") {
  const fresh_store x;
  REQUIRE(x.result);
  CHECK(x.result->schema_version == 8);
  CHECK(x.result->applied.size() == 8);
  database again{settings_for(server().url())};
  const auto opened = again.open();
  REQUIRE(opened);
  CHECK(opened->schema_version == 8);
  CHECK(opened->applied.empty());
}

TEST_CASE("two managers that start at once make one schema") {
  server().clear();
  database a{settings_for(server().url())};
  database b{settings_for(server().url())};
  outcome<opened> from_b{failure{}};
  std::thread other{[&] {
    from_b = b.open();
  }};
  const auto from_a = a.open();
  other.join();
  REQUIRE(from_a);
  REQUIRE(from_b);
  CHECK(from_a->applied.size() + from_b->applied.size() == 8);
}

TEST_CASE("a schema newer than known is refused in a sentence that says both versions") {
  const fresh_store x;
  REQUIRE(x.result);
  server().sql("INSERT INTO schema_migrations VALUES (9, '0009_later.sql', 'x')");
  CHECK(
      problem_of(settings_for(server().url()))
      == "the database has schema version 9, this program knows versions up to 8: use the program that wrote it, or a "
         "newer one");
}

TEST_CASE("a schema made from another text is refused") {
  const fresh_store x;
  REQUIRE(x.result);
  server().sql("UPDATE schema_migrations SET checksum = 'other' WHERE version = 2");
  CHECK(problem_of(settings_for(server().url()))
        == "schema version 2 of the database was made from another text than 0002_samples.sql");
}

TEST_CASE("a migration that fails leaves nothing behind") {
  server().clear();
  auto settings = settings_for(server().url());
  settings.schema_directory = server().directory() / "broken";
  std::filesystem::create_directory(settings.schema_directory);
  std::ofstream{settings.schema_directory / "0001_good.sql"} << "CREATE TABLE good (x integer);";
  std::ofstream{settings.schema_directory / "0002_bad.sql"} << "CREATE TABLE bad (x nonsense);";
  CHECK(problem_of(settings).find("nonsense") != std::string::npos);
  CHECK(server().count("pg_tables WHERE schemaname = 'public'") == 0);
}

TEST_CASE("every column of the schema says what it is") {
  const fresh_store x;
  REQUIRE(x.result);
  CHECK(server().sql("SELECT coalesce(string_agg(c.relname || '.' || a.attname, ' '), '') FROM pg_class c "
                     "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid "
                     "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
                     "AND a.attnum > 0 AND col_description(c.oid, a.attnum) IS NULL")
        == "");
}

TEST_CASE("each reason why there is no connection is one clear sentence") {
  fresh_store x;
  REQUIRE(x.result);
  CHECK(problem_of(settings_for(server().url("nodb"))).find("PostgreSQL has no such database: ") == 0);
  CHECK(problem_of(settings_for("postgresql://sluice@/sluice?host=/nowhere")).find("PostgreSQL cannot be reached: ")
        == 0);
  auto guarded = settings_for(server().url("sluice", "guarded"));
  CHECK(problem_of(guarded).find("PostgreSQL refuses the login: ") == 0);
  guarded.password_file = server().directory() / "password";
  CHECK(problem_of(guarded).find("the password file ") == 0);
  std::ofstream{guarded.password_file} << "wrong\n";
  const auto refused = problem_of(guarded);
  CHECK(refused.find("PostgreSQL refuses the login: ") == 0);
  CHECK(refused.find("wrong") == std::string::npos);
  auto malformed = guarded;
  malformed.url = "postgresql://guarded@[::1]x/sluice";
  const auto unparsed = problem_of(malformed);
  CHECK(unparsed.find("PostgreSQL cannot be reached: ") == 0);
  CHECK(unparsed.find("wrong") == std::string::npos);
  std::ofstream{guarded.password_file} << "correct\n";
  // The login succeeds; that this role may not read our tables is said as well.
  CHECK(problem_of(guarded).find("permission denied") != std::string::npos);
}

TEST_CASE("a connection that was cut off is away until it is opened again") {
  fresh_store x;
  REQUIRE(x.result);
  server().sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
               "WHERE application_name = 'sluice-database-manager'");
  const auto first = x.database.create(gold(), noon);
  REQUIRE_FALSE(first);
  CHECK(first.why().kind == failure_kind::away);
  const auto second = x.database.terms(noon);
  REQUIRE_FALSE(second); // no silent reconnection without our settings
  CHECK(second.why().kind == failure_kind::away);
  REQUIRE(x.database.open());
  CHECK(x.database.create(gold(), noon));
}

TEST_CASE("a killed postmaster loses nothing that was answered") {
  fresh_store x;
  REQUIRE(x.result);
  REQUIRE(x.database.create(gold(), noon));
  // The server process of our connection may outlive the postmaster by some answers: each of them counts.
  std::vector<batch_ptr> answered;
  const auto append_next = [&] {
    const auto batch = batch_of({row_of("a", noon_s + std::int64_t(answered.size()))});
    if (!x.database.append(std::vector<batch_ptr>{batch}, noon, kept))
      return false;
    answered.push_back(batch);
    return true;
  };
  REQUIRE(append_next());
  server().kill();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (append_next())
    REQUIRE(std::chrono::steady_clock::now() < end);
  server().start();
  REQUIRE(x.database.open());
  CHECK(x.database.terms(noon)->agreements.size() == 1);
  const auto stored = x.database.append(answered, noon, kept);
  REQUIRE(stored);
  for (const auto added : stored->fresh)
    CHECK(added == 0); // it is there
}

TEST_CASE("a statement that takes too long is given up and can be repeated") {
  fresh_store x;
  REQUIRE(x.result);
  auto settings = settings_for(server().url());
  settings.statement_timeout = std::chrono::seconds{2};
  database quick{settings};
  REQUIRE(quick.open());
  const std::vector<batch_ptr> batches{batch_of({row_of("a", noon_s)})};
  {
    pqxx::connection other{server().url()};
    pqxx::work blocking{other};
    blocking.exec("LOCK TABLE samples IN ACCESS EXCLUSIVE MODE");
    const auto stored = quick.append(batches, noon, kept);
    REQUIRE_FALSE(stored);
    CHECK(stored.why().kind == failure_kind::busy);
    CHECK(stored.why().text.find("timeout") != std::string::npos);
  }
  const auto stored = quick.append(batches, noon, kept);
  REQUIRE(stored);
  CHECK(stored->fresh[0] == 1);
}

TEST_CASE("a call that waits can be cut off by another thread") {
  fresh_store x;
  REQUIRE(x.result);
  pqxx::connection other{server().url()};
  pqxx::work blocking{other};
  blocking.exec("LOCK TABLE agreements IN ACCESS EXCLUSIVE MODE");
  const auto begin = std::chrono::steady_clock::now();
  std::thread cutter{[&] {
    // Until the statement waits for the lock: then it is cut.
    while (server().sql("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0")
      std::this_thread::yield();
    x.database.line()->cut();
  }};
  const auto terms = x.database.terms(noon);
  cutter.join();
  REQUIRE_FALSE(terms);
  CHECK(terms.why().kind == failure_kind::away);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{30}); // before the statement's time-out
}
