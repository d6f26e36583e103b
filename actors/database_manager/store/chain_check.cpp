// One pass over each chain, one over the roots, one over the terms.
#include "actors/database_manager/store/chain_check.hpp"

#include "actors/database_manager/store/chain_rows.hpp"
#include "actors/database_manager/store/exclusions.hpp"
#include "actors/database_manager/store/ledger.hpp"
#include "actors/database_manager/store/roots.hpp"
#include "actors/evidence/line.hpp"

#include <algorithm>
#include <set>

namespace sluice::store {

namespace {

/// Thrown inside this file alone: ends the check at the first broken place.
struct broken : broken_place {};

[[noreturn]] void breaks(const std::string& chain, std::uint64_t position, const std::string& what) {
  throw broken{{chain, position, what}};
}

/// Follows one chain from its first entry that is there to its head, and meets the roots on its way.
class walk {
public:
  walk(pqxx::work& transaction, std::string chain, wall_time kept_since, check_progress* seen)
      : chain_(std::move(chain)),
        kept_since_(kept_since),
        seen_(seen),
        leaves_(leaves_of_chain(transaction, chain_)),
        trees_(leaves_of_chain(transaction, evidence::entries_leaf(chain_))) {
    for (const auto& row :
         transaction.exec_params("SELECT position, encode(hash, 'hex') FROM chain_heads WHERE chain = $1", chain_))
      end_ = {row[0].as<std::uint64_t>(), evidence::parse_digest(row[1].c_str()).value_or(evidence::digest{})};
  }

  /// The first entry that is there is at `position`; nothing is there: 0.
  void begin(std::uint64_t position) {
    if (position == 1 || (position == 0 && end_.position == 0))
      return meet();
    // What is before was dropped: then a root of a day that may be dropped tells where its end was.
    const auto from = position == 0 ? end_.position : position - 1;
    const auto root = std::find_if(leaves_.begin(), leaves_.end(), [&](const day_position& x) {
      return x.position >= from;
    });
    constexpr std::int64_t day_us = 86'400'000'000;
    if (root == leaves_.end())
      breaks(chain_, 1, "is missing, and no root tells of it");
    if (root->day.unix_us + day_us > kept_since_.unix_us)
      breaks(chain_, 1, "is missing, although entries of " + evidence::day_text(root->day) + " are still kept");
    if (position == 0 && root->position != end_.position)
      breaks(chain_, end_.position, "is missing");
    skip_ = root->position;
    at_ = {root->position, root->hash};
    while (root_ < leaves_.size() && leaves_[root_].position <= skip_)
      ++root_;
    while (tree_ < trees_.size() && trees_[tree_].position <= skip_)
      ++tree_;
  }

  /// The next entry in the order of positions.
  void take(const stored_entry& x) {
    if (x.position <= skip_) {
      ++unproved;
      return;
    }
    if (x.position != at_.position + 1)
      breaks(chain_, at_.position + 1, "is missing: the next entry is " + std::to_string(x.position));
    at_ = evidence::next(at_, x.line);
    ++entries;
    if (seen_ != nullptr)
      seen_->fetch_add(1, std::memory_order_relaxed);
    if (at_.hash != x.hash)
      breaks(chain_, x.position, "has another hash than its content and what is before it");
    tree_hashes_.add(evidence::hash_of({chain_, x.position, x.hash}));
    meet();
  }

  void end() {
    if (at_ != end_)
      breaks(chain_, std::max(at_.position, end_.position), "is not where the chain's head says that it ends");
    if (root_ < leaves_.size())
      breaks(chain_, leaves_[root_].position,
             "is not there, but the root of " + evidence::day_text(leaves_[root_].day) + " commits to it");
    if (tree_ < trees_.size())
      breaks(chain_, trees_[tree_].position, "is the end of a tree of entries, and is not there");
  }

  /// The position after the last that was taken.
  [[nodiscard]] std::uint64_t wanted(std::uint64_t first) const noexcept {
    return std::max(at_.position + 1, first);
  }

  std::uint64_t entries = 0;
  std::uint64_t unproved = 0;

private:
  void meet() {
    for (; root_ < leaves_.size() && leaves_[root_].position <= at_.position; ++root_)
      if (leaves_[root_].position != at_.position || leaves_[root_].hash != at_.hash)
        breaks(chain_, at_.position,
               "is not what the root of " + evidence::day_text(leaves_[root_].day) + " commits to");
    for (; tree_ < trees_.size() && trees_[tree_].position <= at_.position; ++tree_) {
      if (trees_[tree_].position != at_.position || trees_[tree_].hash != tree_hashes_.root())
        breaks(chain_, at_.position,
               "ends a tree of entries that is not that of " + evidence::day_text(trees_[tree_].day));
      tree_hashes_ = {};
    }
  }

  std::string chain_;
  wall_time kept_since_;
  check_progress* seen_;
  std::vector<day_position> leaves_;
  std::vector<day_position> trees_;
  std::size_t root_ = 0; ///< the next of leaves_
  std::size_t tree_ = 0; ///< the next of trees_
  evidence::merkle_root tree_hashes_;
  std::uint64_t skip_ = 0; ///< up to there nothing proves what is there
  evidence::head at_;
  evidence::head end_;
};

constexpr wall_time earliest{-62'135'596'800'000'000}; // year 1
constexpr wall_time latest{253'402'300'799'000'000};   // year 9999

void check_verdicts(pqxx::work& transaction, const std::string& chain, wall_time kept_since, check_report& report,
                    check_progress* seen) {
  walk along{transaction, chain, kept_since, seen};
  verdict_stream rows{chain.substr(evidence::verdicts_chain({}).size()), earliest, latest};
  auto page = rows.next(transaction, 1);
  if (page.empty() && rows.ahead())
    page = rows.next(transaction, *rows.ahead());
  along.begin(page.empty() ? 0 : page.front().position);
  while (!page.empty()) {
    for (const auto& entry : page)
      along.take(entry);
    const auto wanted = page.back().position + 1;
    page = rows.next(transaction, wanted);
    if (page.empty() && rows.ahead())
      breaks(chain, wanted, "is missing: the next entry is " + std::to_string(*rows.ahead()));
  }
  if (rows.repeated() != 0)
    breaks(chain, rows.repeated(), "is there twice");
  along.end();
  report.entries += along.entries;
  report.unproved += along.unproved;
}

void check_decisions(pqxx::work& transaction, wall_time kept_since, check_report& report, check_progress* seen) {
  const std::string chain{evidence::decisions_chain};
  walk along{transaction, chain, kept_since, seen};
  constexpr std::uint64_t no_end = INT64_MAX;
  auto page = decisions_after(transaction, 0, no_end);
  along.begin(page.empty() ? 0 : page.front().position);
  while (!page.empty()) {
    for (const auto& entry : page)
      along.take(entry);
    page = decisions_after(transaction, page.back().position, no_end);
  }
  along.end();
  report.entries += along.entries;
  report.unproved += along.unproved;
}

/// The lines without the times of their entry, to be found in the tables: how often, and where last.
struct told_line {
  std::uint64_t position = 0;
  std::uint64_t times = 0;
};
using told_lines = std::map<std::string, told_line>;

told_lines check_ledger(pqxx::work& transaction, check_report& report, check_progress* seen) {
  const std::string chain{evidence::ledger_chain};
  walk along{transaction, chain, earliest, seen};
  told_lines lines;
  auto page = ledger_after(transaction, 0);
  along.begin(page.empty() ? 0 : page.front().position);
  while (!page.empty()) {
    for (const auto& entry : page) {
      along.take(entry);
      auto& told = lines[entry.line.substr(std::min(entry.line.find('\t'), entry.line.size() - 1) + 1)];
      told.position = entry.position;
      ++told.times;
    }
    page = ledger_after(transaction, page.back().position);
  }
  along.end();
  report.entries += along.entries;
  const auto other = transaction.exec(
      "SELECT position FROM ledger, LATERAL string_to_array(body, chr(9)) f WHERE position < 1 OR f[2] <> "
      "kind OR f[1] <> to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') OR subject <> "
      "CASE kind WHEN 'exclusion' THEN f[5] WHEN 'policy' THEN 'policy' ELSE f[3] END "
      "ORDER BY position LIMIT 1");
  for (const auto& row : other)
    breaks(chain, row[0].as<std::uint64_t>(), "has another time, kind or subject than its body");
  return lines;
}

void expect(told_lines& told, const std::string& line, const std::string& what) {
  const auto found = told.find(line);
  if (found == told.end())
    breaks(std::string{evidence::ledger_chain}, 0, "does not tell of " + what + " as it is in its table");
  if (--found->second.times == 0)
    told.erase(found);
}

void check_terms(pqxx::work& transaction, told_lines& told) {
  for (const auto& entry : lines_of_terms(transaction)) {
    const auto fields = evidence::fields_of(entry.line);
    expect(told, entry.line,
           std::string{fields[0]}.append(" ").append(fields[1]).append(" version ").append(fields[2]));
  }
  for (auto page = list_exclusions(transaction); !page.empty(); page = list_exclusions(transaction, page.back().id))
    for (const auto& x : page)
      expect(told, evidence::line_of(x), "exclusion " + std::to_string(x.id));
  const auto open =
      transaction.exec("SELECT a.name, a.version FROM agreements a JOIN agreements b ON b.name = a.name AND "
                       "b.version = a.version + 1 WHERE a.valid_until IS NULL LIMIT 1");
  for (const auto& row : open)
    breaks(std::string{evidence::ledger_chain}, 0,
           std::string{"knows a version after "} + row[0].c_str() + " version " + row[1].c_str()
               + ", which the table says is in force");
}

void check_roots(pqxx::work& transaction, told_lines& told, check_report& report) {
  for (const auto& row : transaction.exec("SELECT (day - date '1970-01-01')::bigint FROM roots ORDER BY day")) {
    const wall_time day{row[0].as<std::int64_t>() * 86'400'000'000};
    const auto x = read_root(transaction, day);
    const auto name = evidence::day_text(day);
    evidence::merkle_root tree;
    for (const auto& leaf : x->leaves)
      tree.add(evidence::hash_of(leaf));
    if (tree.root() != x->root.root)
      breaks("roots", 0, "the root of " + name + " is not that of its leaves");
    if (!evidence::verifies(x->root))
      breaks("roots", 0, "the signature of " + name + " is not that of its root");
    expect(told, evidence::line_of(x->root), "the root of " + name);
    ++report.roots;
  }
}

std::set<std::string> verdict_chains(pqxx::work& transaction) {
  std::set<std::string> chains;
  for (const auto& row : transaction.exec(
           "SELECT chain FROM chain_heads WHERE chain LIKE 'verdicts/%' UNION SELECT 'verdicts/' || name FROM "
           "agreements UNION SELECT chain FROM root_leaves WHERE chain LIKE 'verdicts/%'"))
    chains.insert(row[0].c_str());
  return chains;
}

void check(pqxx::work& transaction, wall_time verdicts_since, wall_time decisions_since, check_report& report,
           check_progress* seen) {
  auto told = check_ledger(transaction, report, seen);
  check_terms(transaction, told);
  check_roots(transaction, told, report);
  if (!told.empty())
    breaks(std::string{evidence::ledger_chain}, told.begin()->second.position, "tells of what its table does not have");
  check_decisions(transaction, decisions_since, report, seen);
  const auto chains = verdict_chains(transaction);
  for (const auto& chain : chains)
    check_verdicts(transaction, chain, verdicts_since, report, seen);
  report.chains = 2 + chains.size();
}

} // namespace

check_report verify_all(pqxx::work& transaction, wall_time verdicts_kept_since, wall_time decisions_kept_since,
                        check_progress* seen) {
  transaction.exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  check_report report;
  try {
    check(transaction, verdicts_kept_since, decisions_kept_since, report, seen);
  } catch (const broken& found) {
    report.broken = found;
  }
  return report;
}

} // namespace sluice::store
