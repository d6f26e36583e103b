// The options of sluice-database-manager. Values and their ranges; nothing is opened here but the schema directory.
#pragma once

#include "actors/database_manager/database_manager.hpp"
#include "actors/database_manager/store/address.hpp"
#include "actors/runtime/server_process_config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice {

class database_config : public server_process_config {
public:
  database_config()
      : server_process_config({"sluice-database-manager", "keeps agreements and performance data in PostgreSQL"},
                              "database-manager") {
    opt_group{custom_options_, "database-manager"}
        .add(url, "url", "where PostgreSQL is, without a password: a URL or keyword=value pairs")
        .add(password_file, "password-file", "file whose first line is the password; empty = none is needed")
        .add(schema_directory, "schema-directory", "directory of the migrations NNNN_name.sql")
        .add(statement_timeout, "statement-timeout", "PostgreSQL gives up a statement after so long")
        .add(query_timeout, "query-timeout", "a question about the past is given up after so long")
        .add(queries_waiting, "queries-waiting", "questions about the past that may wait")
        .add(buffer_rows, "buffer-rows", "rows that may wait in memory")
        .add(spool_directory, "spool-directory", "where rows wait while PostgreSQL is away; empty = in memory alone")
        .add(spool_size, "spool-size", "how much may wait there; beyond it the oldest sample rows go [MiB]")
        .add(signing_key, "signing-key",
             "file of the key that signs each day's evidence, made if absent; empty = unsigned")
        .add(keep_samples, "keep-samples", "how long samples are kept [days]")
        .add(keep_late, "keep-late", "how long samples that came too late are kept [days]")
        .add(keep_minutes, "keep-minutes", "how long sums of a minute are kept [days]")
        .add(keep_hours, "keep-hours", "how long sums of an hour are kept [days]")
        .add(keep_findings, "keep-findings", "how long what the SLA core found is kept [days]")
        .add(keep_verdicts, "keep-verdicts", "how long verdicts and their counts are kept [days]")
        .add(keep_decisions, "keep-decisions", "how long decisions on throttles are kept [days]")
        .add(keep_events, "keep-events", "how long events are kept [days]")
        .add(keep_audit, "keep-audit", "how long audit entries are kept [days]")
        .add(exit_if_unreachable, "exit-if-unreachable",
             "exit with 3 if PostgreSQL cannot be used at start, instead of trying again");
  }

  [[nodiscard]] std::vector<std::string> validate() const override {
    using namespace std::chrono_literals;
    auto found = server_process_config::validate();
    const auto require = [&](bool holds, const std::string& what) {
      if (!holds)
        found.push_back("database-manager." + what);
    };
    const auto about_url = store::problem_with_url(url);
    require(about_url.empty(), "url: " + about_url);
    const auto about_schema = store::read_migrations(schema_directory).problem;
    require(about_schema.empty(), "schema-directory: " + about_schema);
    require(statement_timeout >= 100ms && statement_timeout <= 60s, "statement-timeout: expected 100ms to 60s");
    require(query_timeout >= 100ms && query_timeout <= 600s, "query-timeout: expected 100ms to 600s");
    require(queries_waiting >= 1 && queries_waiting <= 1000, "queries-waiting: expected 1 to 1000");
    require(buffer_rows >= 100 && buffer_rows <= 10'000'000, "buffer-rows: expected 100 to 10000000");
    require(spool_size >= 1 && spool_size <= 1'048'576, "spool-size: expected 1 to 1048576 MiB");
    for (const auto& [key, days] : {std::pair{"keep-samples", keep_samples},
                                    {"keep-late", keep_late},
                                    {"keep-minutes", keep_minutes},
                                    {"keep-hours", keep_hours},
                                    {"keep-findings", keep_findings},
                                    {"keep-verdicts", keep_verdicts},
                                    {"keep-decisions", keep_decisions},
                                    {"keep-events", keep_events},
                                    {"keep-audit", keep_audit}})
      require(days >= 1 && days <= 3650, std::string{key} + ": expected 1 to 3650 days");
    return found;
  }

  [[nodiscard]] database_manager_settings settings() const {
    using std::chrono::milliseconds;
    database_manager_settings x;
    x.connection.url = url;
    x.connection.password_file = password_file;
    x.connection.schema_directory = schema_directory;
    x.connection.statement_timeout = std::chrono::duration_cast<milliseconds>(statement_timeout);
    using enum store::growing_table;
    x.kept[samples] = keep_samples;
    x.kept[late_samples] = keep_late;
    x.kept[minutes] = keep_minutes;
    x.kept[hours] = keep_hours;
    x.kept[findings] = keep_findings;
    x.kept[verdicts] = x.kept[compliance_hours] = keep_verdicts;
    x.kept[decisions] = keep_decisions;
    x.kept[events] = keep_events;
    x.kept[audit] = keep_audit;
    x.buffer_lines = buffer_rows;
    x.query_patience = std::chrono::duration_cast<milliseconds>(query_timeout);
    x.queries_waiting = queries_waiting;
    x.patience = 3 * x.connection.statement_timeout; // a request takes a few statements
    return x;
  }

  std::string url = "postgresql:///sluice";
  std::string password_file;
  std::string schema_directory = "/usr/share/sluice/schema";
  caf::timespan statement_timeout = std::chrono::seconds{5};
  caf::timespan query_timeout = std::chrono::seconds{8};
  std::uint32_t queries_waiting = 16;
  std::uint32_t buffer_rows = 180'000;
  std::string spool_directory = "/var/lib/sluice/spool";
  std::uint32_t spool_size = 4096;
  std::string signing_key = "/var/lib/sluice/evidence/signing-key";
  std::uint32_t keep_samples = 30;
  std::uint32_t keep_late = 30;
  std::uint32_t keep_minutes = 90;
  std::uint32_t keep_hours = 800;
  std::uint32_t keep_findings = 400;
  std::uint32_t keep_verdicts = 400;
  std::uint32_t keep_decisions = 400;
  std::uint32_t keep_events = 400;
  std::uint32_t keep_audit = 400;
  bool exit_if_unreachable = false;
};

} // namespace sluice
