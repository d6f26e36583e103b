// Questions about the past: taken, kept waiting in a bounded queue, given up when nobody wants the answer any more. A
// worker with a thread and a connection of its own answers one at a time, so that no question delays a row.
#pragma once

#include "actors/database_manager/store/history.hpp"
#include "actors/database_manager/store_worker.hpp"
#include "actors/protocol/interfaces.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>

namespace sluice {

struct query_settings {
  store::connection_settings connection;
  store::retention kept;
  std::size_t waiting = 16;                 ///< questions that may wait beside the one that is answered
  std::chrono::milliseconds patience{8000}; ///< from when a question comes; below the HTTP server's 10 s
  wall_clock clock;
};

/// QUERY DESK, local to the database manager's process.
using query_desk_actor = caf::typed_actor<
    // As in database_manager_actor. The asker is watched: when it ends, so does its question.
    caf::replies_to<history_question>::with<history_answer>,
    // INTERNAL: the patience for the question of that number is over.
    caf::reacts_to<stop_atom, std::uint64_t>>;

/// QUERY WORKER: blocks, hence detached.
using query_worker_actor = caf::typed_actor<
    // Answers the question of that number.
    caf::replies_to<std::uint64_t, history_question>::with<history_answer>>;

class query_desk_state {
public:
  using pointer = query_desk_actor::stateful_pointer<query_desk_state>;
  static constexpr auto name = "query-desk";

  query_desk_actor::behavior_type start(pointer self, query_settings settings);

private:
  struct waiting_question {
    std::uint64_t number = 0;
    history_question question;
    caf::typed_response_promise<history_answer> promise;
    caf::actor_addr asker;
  };

  caf::typed_response_promise<history_answer> take(const history_question& x);
  void next();
  void answered(const caf::error* problem, const history_answer* answer);
  void out_of_time(std::uint64_t number);
  void asker_gone(const caf::actor_addr& who);
  /// The worker's call returns soon, with an error that nobody is told.
  void give_up();
  void release(const waiting_question& x);

  pointer self_ = nullptr;
  query_settings settings_;
  query_worker_actor worker_;
  std::shared_ptr<store::interrupter> line_;
  std::shared_ptr<std::atomic<std::uint64_t>> given_up_; ///< number of the question that the worker must not repeat
  std::deque<waiting_question> waiting_;
  std::optional<waiting_question> running_;
  bool ended_ = false; ///< the running question was answered without waiting for the worker
  std::uint64_t last_number_ = 0;
};

/// Ends when it is told to exit, and cuts what its worker waits for.
query_desk_actor spawn_query_desk(caf::actor_system& system, query_settings settings);

} // namespace sluice
