// The database manager's published actor: takes requests, keeps what waits, knows whether PostgreSQL is there. Never
// blocks; the waiting is done by its store worker.
#pragma once

#include "actors/database_manager/export_desk.hpp"
#include "actors/database_manager/query_desk.hpp"
#include "actors/database_manager/row_queue.hpp"
#include "actors/database_manager/spool_worker.hpp"
#include "actors/database_manager/store_worker.hpp"
#include "actors/protocol/interfaces.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace sluice {

/// What the database manager is told.
struct database_manager_settings {
  store::connection_settings connection;
  store::retention kept;                    ///< how long the rows of each table are kept
  std::shared_ptr<spool::disk_spool> spool; ///< open; where rows wait while PostgreSQL is away; null = in memory
  std::shared_ptr<const evidence::signing_key> key; ///< signs each day; null = no day is signed
  std::uint64_t spool_group_bytes = 4 << 20;        ///< how much of it is read at once: about 5,000 rows
  std::size_t buffer_lines = 180'000;               ///< how many lines may wait in memory
  std::size_t group_lines = 5'000;            ///< how many are stored in one transaction (44k rows/s in platform.md)
  std::chrono::milliseconds patience{15'000}; ///< for an answer of the store worker, then its connection is cut
  std::chrono::milliseconds stop_patience{3'000};            ///< for what waits to be stored when told to stop
  std::chrono::milliseconds maintenance_interval{3'600'000}; ///< partitions are made days ahead: an hour is often
  std::size_t queries_waiting = 16;                          ///< questions about the past that may wait
  std::chrono::milliseconds query_patience{8'000};           ///< then a question is given up
  wall_clock clock;                                          ///< system_wall_time, but for tests
};

/// The system's wall clock.
[[nodiscard]] wall_time system_wall_time();

/// How long to wait before trying to connect again after so many failures in a row: 250 ms, doubled up to 5 s.
[[nodiscard]] std::chrono::milliseconds reconnect_delay(unsigned failures) noexcept;

/// The published interface and the timers that drive it.
using database_manager_full_actor = database_manager_actor::extend<
    // INTERNAL: it is time to connect.
    caf::reacts_to<connect_atom>,
    // INTERNAL: it is time to make and drop partitions.
    caf::reacts_to<maintain_atom>,
    // INTERNAL: it is time to try again to store what waits.
    caf::reacts_to<flush_atom>,
    // INTERNAL: something happened that is to be stored.
    caf::reacts_to<event>,
    // INTERNAL: the patience at stopping is over.
    caf::reacts_to<stop_atom>>;

/// State of the actor. Its handlers run one at a time, in CAF's threads.
class database_manager_state {
public:
  using pointer = database_manager_full_actor::stateful_pointer<database_manager_state>;

  static constexpr auto name = "database-manager";

  database_manager_full_actor::behavior_type start(pointer self, database_manager_settings settings);

private:
  enum class link : std::uint8_t { away, connecting, connected };

  // database_manager.cpp: operations, status, stopping
  template<class T, class Effect, class... Request>
  caf::typed_response_promise<T> ask(Effect effect, const Request&... request);
  [[nodiscard]] caf::result<terms> current_terms() const;
  [[nodiscard]] database_status status() const;
  void stop(const caf::error& reason);
  void finish();
  void end_if_done();
  void open_spool();
  void spawn_desks();
  void spawn_keeper();
  caf::result<export_page> export_part(const export_question& x);

  // database_link.cpp: the connection
  void connect();
  void load_terms(std::uint32_t schema_version);
  void connected(terms in_force);
  void lost(const caf::error& reason);
  void maintain();
  [[nodiscard]] caf::error away_error() const;
  /// Brackets of each request to the worker. The first answers the epoch it was asked in; the second is told it with
  /// the error, if any, and sees whether the connection is lost or the actor may end.
  [[nodiscard]] std::uint64_t asking() noexcept;
  void answered(std::uint64_t epoch, const caf::error* problem = nullptr);

  // row_flow.cpp: rows
  caf::typed_response_promise<std::uint64_t> take(const row_batch& x);
  [[nodiscard]] bool by_the_disk() const noexcept;
  void flush();
  void store_some();
  template<class Then>
  void store_group(row_group group, Then then);
  void note(const row_answer& x);
  void stored(const row_answer& x);
  void not_stored(std::size_t batches, const store::failure& why);
  void be_busy(const store::failure& why);
  void spool_some();
  void disk_failed(const std::string& why);
  void see(const spool_state& x);
  void note_event(event x);
  void note_dropped(std::uint64_t rows);
  void read_spool(std::uint64_t after);
  void drain_some();
  void end_drain();
  void store_drained();
  void release_drained();
  [[nodiscard]] instant now() const;

  pointer self_ = nullptr;
  database_manager_settings settings_;
  store_worker_actor worker_;
  std::shared_ptr<store::interrupter> line_;
  query_desk_actor queries_;
  export_desk_actor exports_;
  maintenance_worker_actor keeper_; ///< makes and drops partitions over a connection of its own
  std::shared_ptr<store::interrupter> keeper_line_;
  bool keeping_ = false; ///< it has not answered

  link link_ = link::away;
  unsigned failures_ = 0;   ///< to connect, in a row
  std::uint64_t epoch_ = 0; ///< rises with every connecting: answers of an earlier one change nothing
  unsigned asked_ = 0;      ///< requests that the worker has not answered
  wall_time away_since_;
  std::string last_error_;
  std::uint32_t schema_version_ = 0;

  std::optional<terms> terms_; ///< in force, as last committed; empty until loaded once

  /// Whom to answer, and since when the batch waits. Nobody waits for what we say ourselves.
  struct ticket {
    caf::typed_response_promise<std::uint64_t> promise;
    instant taken{0};

    template<class Answer>
    void deliver(Answer answer) {
      if (promise.pending())
        promise.deliver(std::move(answer));
    }
  };
  row_queue<ticket> rows_{0};
  bool storing_ = false;  ///< a group is with the worker
  bool resting_ = false;  ///< PostgreSQL was busy: a flush_atom is on its way
  unsigned busy_ = 0;     ///< failures of this kind in a row
  bool full_ = false;     ///< a batch was refused since one was stored
  std::size_t alone_ = 0; ///< so many batches are tried one by one, because together they were refused
  std::uint64_t rows_stored_ = 0;
  std::uint64_t rows_repeated_ = 0;
  std::uint64_t rows_late_ = 0;
  std::int64_t closed_until_ = 0; ///< as the worker said last [s since 1970]

  spool_worker_actor spool_;   ///< none: no directory is configured
  bool spooled_ = false;       ///< something is in the spool or on its way to it
  bool syncing_ = false;       ///< a group is on its way to it
  bool disk_rests_ = false;    ///< the disk failed: a flush_atom is on its way
  bool draining_ = false;      ///< its oldest batches are on their way to PostgreSQL
  bool drain_storing_ = false; ///< and are with the store worker
  bool drain_alone_ = false;   ///< one by one, because together they were refused
  spooled_group drained_;
  std::optional<spooled_group> ahead_; ///< what follows it, read while it is stored
  bool reading_ = false;               ///< the spool worker has not answered what was to be read
  std::uint64_t read_round_ = 0;       ///< rises when what was read ahead counts no more
  std::uint64_t rows_spooled_ = 0;     ///< lines, since it was empty last
  std::uint64_t spool_bytes_ = 0;
  std::uint64_t spool_bound_ = 0;
  std::uint64_t spool_dropped_ = 0;

  bool stopping_ = false;
  caf::error stop_reason_;
};

/// Starts the database manager and its worker. Ends when it is told to exit: then it stores what waits for at most
/// stop_patience, answers the rest with an error, and ends the worker.
database_manager_actor spawn_database_manager(caf::actor_system& system, database_manager_settings settings);

} // namespace sluice
