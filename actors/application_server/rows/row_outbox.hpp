// Rows, findings, events, decisions and audit entries that the database has not confirmed yet (invariant 4). Decides
// what is sent when; sends nothing itself.
//
//   put ─▶ waiting ─next()─▶ open ─confirmed()─▶ gone
//                              │ failed(), peer_lost()
//                              ▼
//                            again ─next()─▶ open        the same entries: those that are stored are recognised
//   open ─refused()─▶ two halves again; a single entry is dropped
//
// How many batches may be open begins at one, doubles with each confirmation and falls back to one after a failure: a
// database manager that just came back, or whose buffer is full, is not flooded.
#pragma once

#include "actors/domain/event.hpp"
#include "actors/domain/record.hpp"
#include "actors/domain/sample_row.hpp"
#include "actors/domain/verdict.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice {

struct outbox_bounds {
  std::size_t entries = 190'000;    ///< unconfirmed in all: an hour of 50 streams, and 10,000 verdicts and events
  std::size_t batch = 256;          ///< entries per batch; a batch travels in a few dozen slots
  std::size_t open_batches = 4'096; ///< unanswered at once: more than an hour of one per second
};

class row_outbox {
public:
  explicit row_outbox(outbox_bounds bounds = {}) : bounds_(bounds) {}

  /// Takes one entry. At the bound the oldest batch is dropped and counted.
  void put(const sample_row& x);
  void put(const verdict& x);
  void put(const event& x);
  void put(const decision& x);
  void put(const audit_entry& x);

  struct batch {
    std::uint64_t number = 0;
    std::uint64_t life = 0; ///< of the peer; an answer for an earlier life is ignored
    std::vector<sample_row> rows;
    std::vector<verdict> verdicts;
    std::vector<event> events;
    std::vector<decision> decisions;
    std::vector<audit_entry> audit;
  };

  /// The batch to be sent now, oldest first; nothing when none waits or enough are open.
  [[nodiscard]] std::optional<batch> next();

  /// The database manager answered that it is committed.
  void confirmed(std::uint64_t number, std::uint64_t life);

  /// It was refused or its answer got lost; it will be sent again.
  void failed(std::uint64_t number, std::uint64_t life);

  /// The database will never take all of it. Its halves are sent again, so that what is to blame is soon alone; a
  /// single entry is dropped and counted.
  void refused(std::uint64_t number, std::uint64_t life);

  /// The database manager is gone: everything open will be sent again to the next one.
  void peer_lost();

  /// Whether there is more to send than the entries that gather between two flushes: a full batch, or one that failed.
  [[nodiscard]] bool backlog() const noexcept {
    return !again_.empty() || waiting_.size() >= bounds_.batch;
  }

  /// The oldest second of the rows and findings that are not confirmed; nothing if all are.
  [[nodiscard]] std::optional<wall_time> oldest_unconfirmed() const noexcept {
    return seconds_.empty() ? std::nullopt : std::optional{seconds_.begin()->first};
  }

  [[nodiscard]] std::size_t unconfirmed() const noexcept {
    return unconfirmed_;
  }
  [[nodiscard]] std::uint64_t dropped() const noexcept {
    return dropped_;
  }
  [[nodiscard]] std::uint64_t confirmed_entries() const noexcept {
    return confirmed_;
  }

private:
  struct row {
    wall_time second;
    std::string packed;
  };
  using entry = std::variant<row, std::unique_ptr<verdict>, std::unique_ptr<event>, std::unique_ptr<decision>,
                             std::unique_ptr<audit_entry>>;
  using entries = std::vector<entry>;

  void put(entry x);
  [[nodiscard]] static std::optional<wall_time> second_held_by(const entry& x);
  void settle(const entry& x);
  void settle(const entries& x) {
    for (const auto& one : x)
      settle(one);
  }
  void drop_oldest();
  [[nodiscard]] batch contents(std::uint64_t number, const entries& from) const;

  outbox_bounds bounds_;
  std::deque<entry> waiting_;
  std::map<std::uint64_t, entries> again_;
  std::map<std::uint64_t, entries> open_;
  std::map<wall_time, std::size_t> seconds_; ///< how many unconfirmed rows and findings each has
  std::uint64_t last_number_ = 0;
  std::uint64_t life_ = 0;
  std::size_t window_ = 1;
  std::size_t unconfirmed_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t confirmed_ = 0;
};

} // namespace sluice
