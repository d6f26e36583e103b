// The store's front: everything that is asked of PostgreSQL, as plain calls that block and never throw. Knows the
// domain and libpqxx; knows no actor and no clock.
#pragma once

#include "actors/database_manager/history/derivation.hpp"
#include "actors/database_manager/store/chain_check.hpp"
#include "actors/database_manager/store/interrupter.hpp"
#include "actors/database_manager/store/maintenance.hpp"
#include "actors/database_manager/store/migration.hpp"
#include "actors/database_manager/store/outcome.hpp"
#include "actors/database_manager/store/packed_row.hpp"
#include "actors/domain/access.hpp"
#include "actors/domain/agreement.hpp"
#include "actors/domain/export_question.hpp"
#include "actors/domain/policy_document.hpp"
#include "actors/evidence/root.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sluice::store {

/// Where and how to connect.
struct connection_settings {
  std::string url;                                   ///< without a password
  std::filesystem::path password_file;               ///< read at each connecting; empty = none is needed
  std::filesystem::path schema_directory;            ///< holds the migrations; read at each connecting
  std::chrono::milliseconds statement_timeout{5000}; ///< of each statement but the migrations'
  std::chrono::seconds connect_timeout{5};
};

/// What connecting found.
struct opened {
  std::uint32_t schema_version = 0;
  std::vector<std::string> applied; ///< files of the migrations that were applied now
};

/// What became of the batches of one group.
struct appended {
  std::vector<std::uint64_t> fresh; ///< of each batch, how many lines were new
  std::uint64_t late = 0;           ///< of the new rows, how many were kept apart
  bool detour = false;              ///< something was repeated or late
};

/// Agreements, orders and the policy in force.
struct terms_in_force {
  std::vector<agreement> agreements;
  std::vector<override_order> overrides;
  policy_document policy;
  std::vector<access_token> tokens; ///< good or not
};

/// One database over one connection. Each call blocks for at most the time-outs of its statements; `line()->cut()` from
/// another thread ends it at once. Every call after a failure of kind `away` fails so until `open` succeeds. One
/// thread.
class database {
public:
  explicit database(connection_settings settings);
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  /// Connects anew, brings the schema up to date and makes the session ready.
  outcome<opened> open();
  [[nodiscard]] bool is_open() const noexcept;

  [[nodiscard]] const std::shared_ptr<interrupter>& line() const noexcept;

  /// See agreements.hpp, overrides.hpp and policies.hpp for what each does.
  outcome<agreement> create(const agreement& x, wall_time now);
  outcome<agreement> replace(const agreement& x, wall_time now);
  outcome<agreement> end(const std::string& name, wall_time now);
  outcome<std::vector<agreement>> history(const std::string& name);
  outcome<override_order> order(const override_order& x, wall_time now);
  outcome<override_order> retract(const stream_id& stream, wall_time now);
  /// See exclusions.hpp.
  outcome<exclusion> enter(const exclusion& x, wall_time closed_until, wall_time now);
  outcome<exclusion> withdraw(const exclusion& x, wall_time closed_until, wall_time now);
  outcome<policy_document> replace(const policy_document& x, wall_time now);
  outcome<std::vector<policy_document>> policy_history();
  /// See imported_verdicts.hpp.
  outcome<std::uint64_t> import_verdicts(const verdict_import& x, wall_time now);
  /// See tokens.hpp.
  outcome<access_token> create(const access_token& x);
  outcome<access_token> revoke(const std::string& id, wall_time now);
  outcome<terms_in_force> terms(wall_time now);

  /// Stores the batches, all in one transaction; answers for each how many of its lines were new. Makes the partition
  /// of a day that is within what is kept; other days go to the default partition. Rows of seconds before
  /// `closed_until_s` are kept apart [s since 1970].
  outcome<appended> append(std::span<const std::shared_ptr<const packed_batch>> batches, wall_time now,
                           const retention& kept, std::int64_t closed_until_s = 0);

  /// Begins a derivation anew from what is committed; answers how many rows were read.
  outcome<std::uint64_t> read_back(history::derivation& to);

  /// Reads the next rows that the derivation holds; nothing to do unless it wants_rows_from().
  outcome<std::uint64_t> read_on(history::derivation& to);

  /// Reads the versions of agreements anew, after one changed.
  outcome<done> read_versions(history::derivation& to);

  /// Takes committed rows into a derivation. A batch that says everything of before a later second than
  /// `believed_until_s` is there has a sender whose clock jumped: it says nothing [s since 1970].
  /// @pre append() stored the batches
  void derive(std::span<const std::shared_ptr<const packed_batch>> batches, history::derivation& to,
              std::int64_t believed_until_s) const;

  /// What PostgreSQL's clock says.
  outcome<wall_time> server_time();

  /// Commits what was derived, all of it or nothing.
  outcome<done> write(const history::derived& x, wall_time now, const retention& kept);

  /// Makes the partitions of today and days_ahead, drops those that hold nothing younger than `kept`. Trusts the
  /// earlier of `now` and PostgreSQL's clock, so that one clock that jumped ahead deletes nothing.
  maintenance_report maintain(wall_time now, const retention& kept);

  /// Makes the roots of the days that ended and have none, at most max_roots_per_round; see roots.hpp. Answers those
  /// that were made. Do it before maintain(): what is dropped rests on the roots.
  outcome<std::vector<evidence::signed_root>> sign_days(const evidence::signing_key& key, wall_time now);

  /// Verifies every chain, root and term; see chain_check.hpp. Takes as long as reading all verdicts.
  outcome<check_report> check_evidence(wall_time now, const retention& kept);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace sluice::store
