// The exports of evidence that are being read: each is kept between two pages, under the cursor that asks for the next
// one. Knows no connection, no actor and no clock.
#pragma once

#include "actors/database_manager/store/evidence_export.hpp"
#include "actors/database_manager/store/history.hpp"
#include "actors/domain/export_question.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>

namespace sluice::query {

/// At most so many at a time. Chosen: each holds up to some 10 MB of text and hashes.
inline constexpr std::size_t max_open_exports = 4;

/// Why there is no page.
struct no_page {
  enum class kind : std::uint8_t {
    failed,   ///< as `why` says
    too_many, ///< others are being read
    gone,     ///< given up: the file must be begun anew
  };
  kind what = kind::failed;
  store::failure why;
};

/// Runs a body in one snapshot; may run it again if the connection was lost.
using snapshot_reader =
    std::function<store::outcome<export_page>(const std::function<store::outcome<export_page>(store::reading&)>&)>;

class open_exports {
public:
  /// @param first_id where the numbers in cursors begin: those of the process before must mean nothing
  /// @param idle what was not asked for so long is given up
  open_exports(const evidence::signing_key& key, std::uint64_t first_id, duration idle)
      : key_(key), next_id_(first_id), idle_(idle) {}

  /// The page that `x` asks for; the same one as long as the page after it was not asked for.
  /// @param now counts what is idle  @param label when the export was made
  [[nodiscard]] std::variant<export_page, no_page> page(const snapshot_reader& read, const export_question& x,
                                                        instant now, wall_time label);

  /// Gives up what is idle; answers whether anything is left.
  bool sweep(instant now);

  [[nodiscard]] std::size_t size() const noexcept {
    return open_.size();
  }

private:
  struct one_export {
    std::unique_ptr<store::evidence_export> pages;
    std::string agreement;
    std::string waiting;         ///< read, not given yet
    export_page last;            ///< given last: the answer may be lost
    std::uint64_t last_page = 0; ///< its number, from 1
    bool ended = false;          ///< nothing follows what waits
    instant used{0};
  };

  std::variant<export_page, no_page> begin(const snapshot_reader& read, const export_question& x, instant now,
                                           wall_time label);
  std::variant<export_page, no_page> go_on(const snapshot_reader& read, std::uint64_t id, std::uint64_t page,
                                           const export_question& x, instant now);
  static store::outcome<store::done> fill(store::reading& from, one_export& x);
  static void give(std::uint64_t id, one_export& x);

  const evidence::signing_key& key_;
  std::uint64_t next_id_;
  duration idle_;
  std::map<std::uint64_t, one_export> open_;
};

} // namespace sluice::query
