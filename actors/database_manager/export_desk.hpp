// What leaves the database as a file: pages of exports and the check of the evidence. Two threads with connections of
// their own that can only read, so that neither delays a row or a question; what waits is bounded, and given up in
// time.
#pragma once

#include "actors/database_manager/query/open_exports.hpp"
#include "actors/database_manager/store/history.hpp"
#include "actors/database_manager/store_worker.hpp"
#include "actors/protocol/interfaces.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>

// clang-format off
CAF_ADD_ATOM(sluice_exports, sluice, check_atom, "check")
// clang-format on

namespace sluice {

struct export_settings {
  store::connection_settings connection;
  store::retention kept;
  std::shared_ptr<const evidence::signing_key> key; ///< signs exports; null = there are none of evidence
  wall_clock clock;
  std::function<void(const event&)> tell;   ///< of evidence that is broken; called by the desk; may be empty
  std::size_t waiting = 16;                 ///< pages that may wait beside the one that is read
  std::chrono::milliseconds patience{8000}; ///< from when a page is asked for; below the HTTP server's 10 s
  std::chrono::milliseconds idle{60'000};   ///< then an export is given up, and the connection closed
};

/// EXPORT DESK, local to the database manager's process.
using export_desk_actor = caf::typed_actor<
    // As in database_manager_actor.
    caf::replies_to<export_question>::with<export_page>,
    // Begins a check of the evidence, unless one is running.
    caf::reacts_to<check_atom>,
    // INTERNAL: the patience for the page of that number is over.
    caf::reacts_to<stop_atom, std::uint64_t>,
    // INTERNAL: look for what was not used for long.
    caf::reacts_to<tick_atom>>;

/// EXPORT WORKER: blocks, hence detached. Keeps the exports of evidence that are open.
using export_worker_actor = caf::typed_actor<
    // A page of evidence, verdicts or samples; the number says which question it is.
    caf::replies_to<std::uint64_t, export_question>::with<export_page>,
    // Gives up what was not used for long; answers whether anything is still kept.
    caf::replies_to<tick_atom>::with<bool>>;

/// CHECK WORKER: blocks for as long as reading all verdicts takes, hence detached.
using check_worker_actor = caf::typed_actor<
    // Verifies every chain, root and term; answers with `check` alone. Never fails.
    caf::replies_to<check_atom>::with<export_page>>;

class export_desk_state {
public:
  using pointer = export_desk_actor::stateful_pointer<export_desk_state>;
  static constexpr auto name = "export-desk";

  export_desk_actor::behavior_type start(pointer self, export_settings settings);

private:
  struct asked_page {
    std::uint64_t number = 0;
    caf::typed_response_promise<export_page> promise;
    bool answered = false; ///< without waiting for the worker
  };

  caf::result<export_page> take(const export_question& x);
  caf::typed_response_promise<export_page> ask_worker(const export_question& x);
  void worker_answered(const caf::error* problem, const export_page* page);
  void out_of_time(std::uint64_t number);
  void sweep();
  [[nodiscard]] export_page key() const;
  [[nodiscard]] export_page check() const;
  void begin_check();
  void checked(const evidence_check& x);

  pointer self_ = nullptr;
  export_settings settings_;
  export_worker_actor worker_;
  std::shared_ptr<store::interrupter> line_;
  std::shared_ptr<std::atomic<std::uint64_t>> given_up_;
  std::deque<asked_page> asked_; ///< in the order in which the worker answers
  std::uint64_t last_number_ = 0;
  bool sweeping_ = false; ///< a tick_atom is on its way, or the worker looks

  check_worker_actor checker_;
  std::shared_ptr<store::interrupter> check_line_;
  std::shared_ptr<store::check_progress> seen_;
  evidence_check check_;
  instant check_began_{0};
};

/// Ends when it is told to exit, and cuts what its workers wait for.
export_desk_actor spawn_export_desk(caf::actor_system& system, export_settings settings);

} // namespace sluice
