// The receiver's side of its mailbox: taking messages out, sleeping until there are some. One thread takes.
#pragma once

#include "shm/mailslot/recovery.hpp"
#include "shm/mailslot/segment.hpp"
#include "shm/mailslot/spin_budget.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace sluice::shm {

/// What one look at one lane brought.
enum class take_result : std::uint8_t {
  nothing,  ///< empty, or its next slot is still being written
  message,  ///< header and parameters are filled in
  refused,  ///< a slot held no valid message; counted, freed
  recovered ///< a slot of a dead writer was freed; counted
};

/// Thread safety: take(), wait() and beat() by one thread; wake() and close() by any.
class inbox {
public:
  /// Tells whether a participant still lives. Called only when a slot has been found held.
  using liveness = std::function<bool(participant)>;

  inbox(segment mailbox, participant self, liveness alive);

  /// Copies the next message of a sender role out of its slot and frees the slot at once (R4), so that neither the time
  /// to interpret it nor a writer that still scribbles on it matters. `parameters` keeps its storage between calls and
  /// is resized to the message. On `refused` the header is filled as found, for the log; trust nothing in it.
  [[nodiscard]] take_result take(std::uint32_t role, message_header& header, std::vector<std::byte>& parameters);

  /// True when some lane has something to do. SEQ_CST loads, see lane.hpp.
  [[nodiscard]] bool ready() const;

  /// Sleeps until a writer notifies, wake() is called or `limit` (perhaps no_limit) has passed. Polls first, for `spin`
  /// at most: how long follows from what polling has brought before (spin_budget.hpp), and not at all while the sender
  /// of the last message shares our processor.
  void wait(std::chrono::nanoseconds limit, std::chrono::nanoseconds spin);

  /// Ends the present or the next wait().
  void wake();

  /// Shows peers that the receiver goes round.
  void beat() {
    mailbox_.header().heartbeat.fetch_add(1, std::memory_order_relaxed);
  }

  /// Tells senders that nobody will read any more.
  void close();

  [[nodiscard]] const segment& mailbox() const {
    return mailbox_;
  }

private:
  struct incoming {
    lane slots;
    lane::ticket head = 0; // private: what the segment says about heads is for others to read
    bool unsaid = false;   // slots were freed since make_room_known()
    int unasked = 0;       // looks at a held slot until its holder's life is asked for again
  };

  take_result take_ready(incoming& from, std::uint32_t role, message_header& header,
                         std::vector<std::byte>& parameters);
  take_result recover_held(incoming& from);
  void freed(incoming& from);
  void make_room_known(incoming& from);
  bool poll(std::chrono::nanoseconds budget);
  void forget_wake();

  segment mailbox_;
  participant self_;
  liveness alive_;
  std::vector<incoming> lanes_;
  spin_budget spin_;
  int burst_ = 0;             // messages taken since the last wait()
  int hold_off_ = 0;          // pauses before the next look at a stream
  std::uint8_t last_cpu_ = 0; // of the sender of the last message, as its header says
  std::unique_ptr<std::atomic<bool>> woken_;
};

} // namespace sluice::shm
