// Makes the export of one agreement and period, page by page. Reads only; each page may be read in a transaction of its
// own, also while verdicts are being added: what the export ends with is settled at its beginning.
#pragma once

#include "actors/database_manager/store/chain_rows.hpp"
#include "actors/database_manager/store/outcome.hpp"
#include "actors/database_manager/store/roots.hpp"
#include "actors/evidence/export_writer.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <pqxx/pqxx>

namespace sluice::store {

/// More decisions than this on one day, and the export shows them without their place in the tree of the day. Chosen:
/// 64 MB of hashes.
inline constexpr std::size_t max_tree_entries = 1 << 20;

/// One export. Call next_page() until it gives an empty text.
class evidence_export {
public:
  /// @param key signs it; must outlive the export
  evidence_export(evidence::export_scope scope, const evidence::signing_key& key);

  /// A part of the text, of about chain_page_rows lines; empty at the end. not_found if there never was such an
  /// agreement; refused if what is stored is not what was written, or if retention dropped what its beginning rests on.
  [[nodiscard]] outcome<std::string> next_page(pqxx::work& transaction);

private:
  enum class stage : std::uint8_t { beginning, verdicts, decisions, end, done };

  /// Positions from `first` on, up to `last`; none if first > last.
  struct span {
    std::uint64_t first = 1;
    std::uint64_t last = 0;
  };

  std::optional<failure> begin(pqxx::work& transaction);
  std::optional<failure> find_span(pqxx::work& transaction);
  std::optional<failure> find_start(pqxx::work& transaction);
  void choose_days(pqxx::work& transaction);
  void write_roots(pqxx::work& transaction);
  void write_ledger(pqxx::work& transaction);
  std::optional<failure> verdicts(pqxx::work& transaction);
  void decisions(pqxx::work& transaction);
  /// Where an entry of `ledger` or `decisions` is; without a day if no root of the export holds it.
  evidence::lone_entry placed(pqxx::work& transaction, std::string_view chain, const stored_entry& x);
  const evidence::merkle_tree* tree_of(pqxx::work& transaction, std::string_view chain, std::size_t day);

  evidence::export_scope scope_;
  const evidence::signing_key& key_;
  std::string chain_;
  evidence::export_writer out_;
  stage stage_ = stage::beginning;
  span span_;
  evidence::head at_;
  std::unique_ptr<verdict_stream> stream_;
  evidence::counts_by_point counts_;
  std::vector<day_position> own_leaves_;                                        ///< of the agreement's chain, all days
  std::map<std::string, std::vector<day_position>, std::less<>> shared_leaves_; ///< of ledger and decisions, all days
  std::vector<stored_entry> terms_; ///< entries of the ledger that belong to it
  std::map<wall_time, bool> days_;  ///< whose roots are in it
  std::uint64_t last_decision_ = 0;
  std::uint64_t decisions_end_ = 0;
  std::pair<std::string, std::size_t> tree_name_; ///< of tree_
  std::unique_ptr<evidence::merkle_tree> tree_;
};

} // namespace sluice::store
