// Stored rows as the lines that were hashed, read back in the order of their chain. Takes the texts as they are stored,
// also where a hand at the database put nonsense.
#pragma once

#include "actors/evidence/chain.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/pqxx>

namespace sluice::store {

/// One entry as it is stored.
struct stored_entry {
  std::uint64_t position = 0;
  std::string line;
  evidence::digest hash{};
  wall_time at; ///< since of a verdict, at of the others
};

/// Rows of a page. Chosen: a few MB of memory, some ten ms of PostgreSQL's time.
inline constexpr std::size_t chain_page_rows = 5'000;

/// Reads one agreement's verdicts along their index, page by page, and gives them in the order of their positions:
/// those of one interval may stand in any order. Bounded: more than `max_ahead` entries are never held.
class verdict_stream {
public:
  static constexpr std::size_t max_ahead = 50'000;

  /// Verdicts that begin in [from, to).
  verdict_stream(std::string agreement, wall_time from, wall_time to);

  /// The entries that follow each other from `position` on, as many as a page brings; none at the end, or when
  /// `position` is not there (then `ahead()` is the next that is).
  [[nodiscard]] std::vector<stored_entry> next(pqxx::work& transaction, std::uint64_t position);

  /// The lowest position that was read and not given; nothing if there is none.
  [[nodiscard]] std::optional<std::uint64_t> ahead() const noexcept;

  /// A position that was read twice, or below one that was given; 0 = none.
  [[nodiscard]] std::uint64_t repeated() const noexcept {
    return repeated_;
  }

private:
  void read(pqxx::work& transaction, std::uint64_t position);

  std::string agreement_;
  wall_time to_;
  wall_time since_;           ///< of the last row that was read
  std::int64_t point_ = -1;   ///< of that row
  std::int64_t version_ = -1; ///< of that row
  bool exhausted_ = false;
  std::uint64_t repeated_ = 0;
  std::map<std::uint64_t, stored_entry> waiting_;
};

/// Decisions by position, after `position` and up to `last`; only those that name `agreement`, if it is not empty, and
/// are of [from, to). At most a page.
[[nodiscard]] std::vector<stored_entry> decisions_after(pqxx::work& transaction, std::uint64_t position,
                                                        std::uint64_t last, const std::string& agreement = {},
                                                        wall_time from = {}, wall_time to = {});

/// Entries of the ledger by position, after `position`. At most a page.
[[nodiscard]] std::vector<stored_entry> ledger_after(pqxx::work& transaction, std::uint64_t position);

/// Hashes of `ledger` or `decisions` in (after, to], by position; at most a page.
[[nodiscard]] std::vector<evidence::head> hashes_between(pqxx::work& transaction, std::string_view chain,
                                                         std::uint64_t after, std::uint64_t to);

/// The hash at a position of `ledger` or `decisions`; zeros at 0, nothing if there is no such entry.
[[nodiscard]] std::optional<evidence::digest> hash_at(pqxx::work& transaction, std::string_view chain,
                                                      std::uint64_t position);

} // namespace sluice::store
