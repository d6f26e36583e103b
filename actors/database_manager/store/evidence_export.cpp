// Chooses what an export holds, and reads it.
#include "actors/database_manager/store/evidence_export.hpp"

#include "actors/database_manager/store/calendar.hpp"
#include "actors/evidence/line.hpp"

#include <algorithm>
#include <set>

namespace sluice::store {

namespace {

constexpr std::int64_t day_us = 86'400'000'000;

/// The verdicts at an end of a span along the index, among which is the first or last of the chain: more than an
/// interval has.
constexpr auto last_before = "SELECT position, encode(hash, 'hex') FROM (SELECT position, hash FROM verdicts WHERE "
                             "agreement = $1 AND since < $2 ORDER BY since DESC, point DESC, version DESC LIMIT 64) x "
                             "ORDER BY position DESC LIMIT 1";
constexpr auto first_from = "SELECT position FROM (SELECT position FROM verdicts WHERE agreement = $1 AND since >= $2 "
                            "AND since < $3 ORDER BY since, point, version LIMIT 64) x ORDER BY position LIMIT 1";

wall_time day_begin(wall_time x) {
  return wall_time{day_of(x) * day_us};
}

/// The first root that holds the position; the number of roots if none does.
std::size_t covering(const std::vector<day_position>& leaves, std::uint64_t position) {
  const auto at = std::find_if(leaves.begin(), leaves.end(), [&](const day_position& x) {
    return x.position >= position;
  });
  return static_cast<std::size_t>(at - leaves.begin());
}

/// A version, or the end of one, and from when it held.
struct version_entry {
  stored_entry entry;
  wall_time since;
};

/// All that began before `to`, without what others replaced before `from`. The entries are in the order of the ledger.
std::vector<stored_entry> that_held(const std::vector<version_entry>& all, wall_time from, wall_time to) {
  std::vector<stored_entry> list;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool replaced_before = i + 1 < all.size() && all[i + 1].since <= from;
    if (all[i].since < to && !replaced_before)
      list.push_back(all[i].entry);
  }
  return list;
}

} // namespace

evidence_export::evidence_export(evidence::export_scope scope, const evidence::signing_key& key)
    : scope_(std::move(scope)), key_(key), chain_(evidence::verdicts_chain(scope_.agreement)) {}

outcome<std::string> evidence_export::next_page(pqxx::work& transaction) {
  while (out_.pending() == 0 && stage_ != stage::done) {
    std::optional<failure> problem;
    switch (stage_) {
    case stage::beginning:
      problem = begin(transaction);
      break;
    case stage::verdicts:
      problem = verdicts(transaction);
      break;
    case stage::decisions:
      decisions(transaction);
      break;
    case stage::end:
      out_.finish(key_);
      stage_ = stage::done;
      break;
    case stage::done:
      break;
    }
    if (problem)
      return *problem;
  }
  return out_.take();
}

std::optional<failure> evidence_export::begin(pqxx::work& transaction) {
  if (scope_.from >= scope_.to)
    return failure{failure_kind::refused, "the period ends before it begins"};
  if (transaction.exec_params("SELECT FROM agreements WHERE name = $1 LIMIT 1", scope_.agreement).empty())
    return failure{failure_kind::not_found, "there never was an agreement " + scope_.agreement};
  own_leaves_ = leaves_of_chain(transaction, chain_);
  for (const auto chain : {evidence::ledger_chain, evidence::decisions_chain})
    shared_leaves_.emplace(chain, leaves_of_chain(transaction, std::string{chain}));
  if (auto problem = find_span(transaction))
    return problem;
  if (auto problem = find_start(transaction))
    return problem;
  choose_days(transaction);
  out_.begin(scope_);
  write_roots(transaction);
  write_ledger(transaction);
  out_.start(at_);
  // Verdicts lie on grids that change with versions: what is near the borders is sorted out by position.
  constexpr std::int64_t margin_us = 2 * 3'600'000'000;
  stream_ = std::make_unique<verdict_stream>(scope_.agreement, wall_time{scope_.from.unix_us - margin_us},
                                             wall_time{scope_.to.unix_us + day_us + margin_us});
  decisions_end_ = INT64_MAX;
  stage_ = stage::verdicts;
  return std::nullopt;
}

std::optional<failure> evidence_export::find_span(pqxx::work& transaction) {
  const auto first =
      transaction.exec_params(first_from, scope_.agreement, to_timestamp(scope_.from), to_timestamp(scope_.to));
  const auto last = transaction.exec_params(last_before, scope_.agreement, to_timestamp(scope_.to));
  if (!last.empty())
    span_.last = last[0][0].as<std::uint64_t>();
  span_.first = first.empty() ? span_.last + 1 : first[0][0].as<std::uint64_t>();
  if (first.empty())
    return std::nullopt;
  // On to the next signed root, so that the last verdicts are held by one; at most a day more.
  const auto root = covering(own_leaves_, span_.last);
  if (root < own_leaves_.size() && own_leaves_[root].day.unix_us < scope_.to.unix_us + day_us)
    span_.last = own_leaves_[root].position;
  return std::nullopt;
}

std::optional<failure> evidence_export::find_start(pqxx::work& transaction) {
  at_ = {};
  if (span_.first == 1)
    return std::nullopt;
  const auto wanted = span_.first - 1;
  for (const auto& row : transaction.exec_params(last_before, scope_.agreement, to_timestamp(scope_.from)))
    if (row[0].as<std::uint64_t>() == wanted)
      at_ = {wanted, evidence::parse_digest(row[1].c_str()).value_or(evidence::digest{})};
  for (const auto& leaf : own_leaves_)
    if (leaf.position == wanted)
      at_ = {wanted, leaf.hash};
  if (at_.position != wanted)
    return failure{failure_kind::refused, "the verdict before the period is not stored any more, and no root holds it: "
                                          "choose a period that begins later"};
  return std::nullopt;
}

void evidence_export::choose_days(pqxx::work& transaction) {
  const auto ledger = shared_leaves_.find(evidence::ledger_chain);
  std::vector<version_entry> versions;
  std::vector<version_entry> policies;
  for (std::uint64_t at = 0;;) {
    const auto page = ledger_after(transaction, at);
    if (page.empty())
      break;
    at = page.back().position;
    for (const auto& entry : page) {
      const auto about = evidence::subject_of(entry.line);
      const auto fields = evidence::fields_of(entry.line);
      if (!about || fields.size() < 5)
        continue;
      const auto since = evidence::parse_time(fields[about->kind == "policy" ? 3 : 4]);
      if (about->kind == "policy" && since)
        policies.push_back({entry, *since});
      else if (about->kind.starts_with("agreement") && about->subject == scope_.agreement && since)
        versions.push_back({entry, *since});
      else if (about->kind == "exclusion" && matches(about->subject, scope_.agreement))
        terms_.push_back(entry);
    }
  }
  // All versions up to a day after it, whatever replaced them: a clock that was set may have dated them late.
  for (auto& x : versions)
    if (x.since.unix_us < scope_.to.unix_us + day_us)
      terms_.push_back(std::move(x.entry));
  for (auto& x : that_held(policies, scope_.from, scope_.to))
    terms_.push_back(std::move(x));
  std::sort(terms_.begin(), terms_.end(), [](const stored_entry& a, const stored_entry& b) {
    return a.position < b.position;
  });
  for (const auto& x : terms_)
    if (const auto root = covering(ledger->second, x.position); root < ledger->second.size())
      days_[ledger->second[root].day] = true;
  // The days of the period and those that the last verdicts and decisions wait for.
  const auto from = day_begin(scope_.from);
  const wall_time to{scope_.to.unix_us + day_us};
  for (const auto& x : ledger->second)
    if (x.day >= from && x.day < to)
      days_[x.day] = true;
}

void evidence_export::write_roots(pqxx::work& transaction) {
  std::vector<root_with_leaves> roots;
  for (const auto& [day, chosen] : days_)
    if (auto x = read_root(transaction, day))
      roots.push_back(std::move(*x));
  for (const auto& x : roots)
    out_.root(x.root);
  for (const auto& x : roots) {
    std::vector<evidence::digest> hashes;
    for (const auto& leaf : x.leaves)
      hashes.push_back(evidence::hash_of(leaf));
    const evidence::merkle_tree tree{std::move(hashes)};
    for (std::size_t i = 0; i < x.leaves.size(); ++i) {
      const auto& leaf = x.leaves[i];
      const bool own = leaf.chain == chain_ && leaf.position + 1 >= span_.first && leaf.position <= span_.last;
      if (own || leaf.chain == evidence::entries_leaf(evidence::ledger_chain)
          || leaf.chain == evidence::entries_leaf(evidence::decisions_chain))
        out_.root_leaf(x.root.day, leaf, {i, tree.size(), tree.path(i)});
    }
  }
}

void evidence_export::write_ledger(pqxx::work& transaction) {
  for (const auto& x : terms_)
    out_.ledger_entry(placed(transaction, evidence::ledger_chain, x));
  terms_.clear();
}

std::optional<failure> evidence_export::verdicts(pqxx::work& transaction) {
  if (at_.position < span_.last || span_.first > span_.last) {
    auto page = span_.first > span_.last ? std::vector<stored_entry>{} : stream_->next(transaction, at_.position + 1);
    if (page.empty() && span_.first <= span_.last)
      return failure{failure_kind::refused, "verdict " + std::to_string(at_.position + 1) + " of " + scope_.agreement
                                                + " is missing: check the evidence in the database"};
    for (const auto& x : page) {
      if (x.position > span_.last)
        break;
      at_ = evidence::next(at_, x.line);
      if (at_.hash != x.hash)
        return failure{failure_kind::refused, "verdict " + std::to_string(x.position) + " of " + scope_.agreement
                                                  + " is not as it was written: check the evidence in the database"};
      out_.verdict(at_, x.line);
      const auto f = evidence::fields_of(x.line);
      if (x.at >= scope_.from && x.at < scope_.to)
        evidence::add_outcome(counts_[{static_cast<std::uint32_t>(evidence::parse_number(f[2]).value_or(0)),
                                       static_cast<std::uint32_t>(evidence::parse_number(f[3]).value_or(0))}],
                              f[6]);
    }
  }
  if (span_.first > span_.last || at_.position >= span_.last) {
    out_.counts(counts_);
    stage_ = stage::decisions;
  }
  return std::nullopt;
}

void evidence_export::decisions(pqxx::work& transaction) {
  const auto page =
      decisions_after(transaction, last_decision_, decisions_end_, scope_.agreement, scope_.from, scope_.to);
  for (const auto& x : page)
    out_.decision(placed(transaction, evidence::decisions_chain, x));
  if (!page.empty())
    last_decision_ = page.back().position;
  if (page.size() < chain_page_rows)
    stage_ = stage::end;
}

evidence::lone_entry evidence_export::placed(pqxx::work& transaction, std::string_view chain, const stored_entry& x) {
  const auto& leaves = shared_leaves_.find(chain)->second;
  auto before = hash_at(transaction, chain, x.position - 1);
  if (const auto last = covering(leaves, x.position - 1); !before && last < leaves.size())
    before = leaves[last].hash; // retention dropped the entry before it, whole days at a time
  evidence::lone_entry entry{{x.position - 1, before.value_or(evidence::digest{})}, x.line, std::nullopt, {}};
  const auto day = covering(leaves, x.position);
  if (day == leaves.size() || !days_.contains(leaves[day].day))
    return entry;
  const auto* tree = tree_of(transaction, chain, day);
  if (tree == nullptr)
    return entry;
  const auto first = (day == 0 ? 0 : leaves[day - 1].position) + 1;
  entry.day = leaves[day].day;
  entry.place = {x.position - first, tree->size(), tree->path(x.position - first)};
  return entry;
}

const evidence::merkle_tree* evidence_export::tree_of(pqxx::work& transaction, std::string_view chain,
                                                      std::size_t day) {
  const auto& leaves = shared_leaves_.find(chain)->second;
  const auto after = day == 0 ? 0 : leaves[day - 1].position;
  const auto last = leaves[day].position;
  if (tree_ == nullptr || tree_name_ != std::pair{std::string{chain}, day}) {
    tree_.reset();
    if (last - after > max_tree_entries)
      return nullptr;
    std::vector<evidence::digest> hashes;
    for (auto at = after; at < last;) {
      const auto page = hashes_between(transaction, chain, at, last);
      for (const auto& x : page)
        hashes.push_back(evidence::hash_of({std::string{chain}, x.position, x.hash}));
      if (page.empty())
        break;
      at = page.back().position;
    }
    if (hashes.size() != last - after)
      return nullptr; // retention dropped some of the day
    tree_ = std::make_unique<evidence::merkle_tree>(std::move(hashes));
    tree_name_ = {std::string{chain}, day};
  }
  return tree_.get();
}

} // namespace sluice::store
