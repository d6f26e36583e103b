// The SQL of roots.
#include "actors/database_manager/store/roots.hpp"

#include "actors/database_manager/store/calendar.hpp"
#include "actors/database_manager/store/chain_rows.hpp"

#include <algorithm>

namespace sluice::store {

namespace {

constexpr std::int64_t day_us = 86'400'000'000;

/// The last verdicts of a day along the index, among which the last of the chain is: more than one interval has.
constexpr auto select_verdict_heads =
    "SELECT h.chain, v.position, encode(v.hash, 'hex'), l.position, encode(l.hash, 'hex') FROM chain_heads h "
    "LEFT JOIN LATERAL (SELECT x.position, x.hash FROM (SELECT position, hash FROM verdicts WHERE agreement = "
    "substr(h.chain, 10) AND since < $1 ORDER BY since DESC, point DESC, version DESC LIMIT 64) x "
    "ORDER BY x.position DESC LIMIT 1) v ON true "
    "LEFT JOIN root_leaves l ON l.day = $2 AND l.chain = h.chain "
    "WHERE h.chain LIKE 'verdicts/%' AND h.position > 0";

wall_time begin_of(std::int64_t day) {
  return wall_time{day * day_us};
}

std::string date_of(wall_time day) {
  return to_date(day_of(day));
}

/// The earliest day without a root; nothing if nothing was ever entered.
std::optional<wall_time> next_day(pqxx::work& transaction) {
  const auto last = transaction.exec1("SELECT (max(day) - date '1970-01-01')::bigint FROM roots");
  if (!last[0].is_null())
    return begin_of(last[0].as<std::int64_t>() + 1);
  const auto first = transaction.exec1("SELECT (extract(epoch FROM least((SELECT at FROM ledger WHERE position = 1), "
                                       "(SELECT at FROM decisions WHERE position = 1))) * 1000000)::bigint");
  if (first[0].is_null())
    return std::nullopt;
  return begin_of(day_of(wall_time{first[0].as<std::int64_t>()}));
}

bool complete(pqxx::work& transaction, wall_time end, wall_time now) {
  const auto theirs = transaction.exec1("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
  const auto surely = std::min(now.unix_us, theirs[0].as<std::int64_t>());
  if (surely < end.unix_us)
    return false;
  if (surely >= end.unix_us + std::chrono::microseconds{root_patience}.count())
    return true;
  return !transaction
              .exec_params("SELECT FROM progress WHERE derivation = 'verdicts' AND until >= $1", to_timestamp(end))
              .empty();
}

std::vector<evidence::leaf> verdict_leaves(pqxx::work& transaction, wall_time end, const std::string& day_before) {
  std::vector<evidence::leaf> list;
  for (const auto& row : transaction.exec_params(select_verdict_heads, to_timestamp(end), day_before)) {
    evidence::leaf x{row[0].c_str(), 0, {}};
    // A chain never goes back, whatever the clock that dates its verdicts does.
    for (const int at : {1, 3})
      if (!row[at].is_null() && row[at].as<std::uint64_t>() > x.position)
        x = {x.chain, row[at].as<std::uint64_t>(), to_digest(row[at + 1])};
    if (x.position != 0)
      list.push_back(std::move(x));
  }
  return list;
}

/// The head of `ledger` or `decisions` then, and the tree of the entries since the day before.
void add_shared_chain(pqxx::work& transaction, const std::string& chain, wall_time end, const std::string& day_before,
                      std::vector<evidence::leaf>& to) {
  evidence::leaf before{chain, 0, {}};
  for (const auto& row : transaction.exec_params("SELECT position, encode(hash, 'hex') FROM root_leaves WHERE day = $1 "
                                                 "AND chain = $2",
                                                 day_before, chain))
    before = {chain, row[0].as<std::uint64_t>(), to_digest(row[1])};
  auto now = before;
  for (const auto& row :
       transaction.exec_params("SELECT position, encode(hash, 'hex') FROM " + chain
                                   + " WHERE position > $1 AND at < $2 ORDER BY position DESC LIMIT 1",
                               before.position, to_timestamp(end)))
    now = {chain, row[0].as<std::uint64_t>(), to_digest(row[1])};
  if (now.position == 0)
    return;
  to.push_back(now);
  if (now.position == before.position)
    return;
  evidence::merkle_root entries;
  for (auto at = before.position; at < now.position;) {
    const auto page = hashes_between(transaction, chain, at, now.position);
    for (const auto& entry : page)
      entries.add(evidence::hash_of({chain, entry.position, entry.hash}));
    at = page.empty() ? now.position : page.back().position;
  }
  to.push_back({evidence::entries_leaf(chain), now.position, entries.root()});
}

void insert(pqxx::work& transaction, const evidence::signed_root& root, const std::vector<evidence::leaf>& leaves) {
  const auto day = date_of(root.day);
  transaction.exec_params("INSERT INTO roots (day, root, public_key, signature) VALUES ($1, decode($2, 'hex'), "
                          "decode($3, 'hex'), decode($4, 'hex'))",
                          day, evidence::to_hex(root.root), evidence::to_hex(root.key), evidence::to_hex(root.sign));
  std::vector<std::string> chains;
  std::vector<std::string> positions;
  std::vector<std::string> hashes;
  for (const auto& x : leaves) {
    chains.push_back(x.chain);
    positions.push_back(std::to_string(x.position));
    hashes.push_back(evidence::to_hex(x.hash));
  }
  transaction.exec_params(
      "INSERT INTO root_leaves (day, chain, position, hash) SELECT $1, chain, position, "
      "decode(hash, 'hex') FROM unnest($2::text[], $3::bigint[], $4::text[]) AS x (chain, position, "
      "hash)",
      day, text_array(chains), text_array(positions), text_array(hashes));
}

} // namespace

std::optional<evidence::signed_root> make_next_root(pqxx::work& transaction, const evidence::signing_key& key,
                                                    wall_time now) {
  transaction.exec("SELECT pg_advisory_xact_lock(hashtext('root'), 0)"); // one at a time
  const auto day = next_day(transaction);
  if (!day)
    return std::nullopt;
  const wall_time end{day->unix_us + day_us};
  if (!complete(transaction, end, now))
    return std::nullopt;
  const auto day_before = date_of(wall_time{day->unix_us - 1});
  auto leaves = verdict_leaves(transaction, end, day_before);
  add_shared_chain(transaction, std::string{evidence::decisions_chain}, end, day_before, leaves);
  add_shared_chain(transaction, std::string{evidence::ledger_chain}, end, day_before, leaves);
  evidence::sort_leaves(leaves);
  const auto root = evidence::make_root(*day, leaves, key);
  insert(transaction, root, leaves);
  append_to_ledger(transaction, evidence::line_of(root), now);
  return root;
}

std::optional<root_with_leaves> read_root(pqxx::work& transaction, wall_time day) {
  const auto rows = transaction.exec_params("SELECT encode(root, 'hex'), encode(public_key, 'hex'), "
                                            "encode(signature, 'hex') FROM roots WHERE day = $1",
                                            date_of(day));
  if (rows.empty())
    return std::nullopt;
  root_with_leaves x;
  x.root.day = day;
  x.root.root = to_digest(rows[0][0]);
  x.root.key = to_digest(rows[0][1]);
  if (!evidence::parse_hex(rows[0][2].c_str(), x.root.sign))
    throw pqxx::conversion_error{"a stored signature is none"};
  for (const auto& row : transaction.exec_params("SELECT chain, position, encode(hash, 'hex') FROM root_leaves "
                                                 "WHERE day = $1 ORDER BY chain COLLATE \"C\"",
                                                 date_of(day)))
    x.leaves.push_back({row[0].c_str(), row[1].as<std::uint64_t>(), to_digest(row[2])});
  return x;
}

std::vector<day_position> leaves_of_chain(pqxx::work& transaction, const std::string& chain) {
  std::vector<day_position> list;
  for (const auto& row : transaction.exec_params("SELECT (day - date '1970-01-01')::bigint, position, encode(hash, "
                                                 "'hex') FROM root_leaves WHERE chain = $1 ORDER BY day",
                                                 chain))
    list.push_back({begin_of(row[0].as<std::int64_t>()), row[1].as<std::uint64_t>(), to_digest(row[2])});
  return list;
}

} // namespace sluice::store
