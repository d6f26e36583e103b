// Heads of chains and the ledger in PostgreSQL. Inside a transaction of the caller; libpqxx's exceptions pass through.
// What the lines say is in actors/evidence.
#pragma once

#include "actors/evidence/chain.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/pqxx>

namespace sluice::store {

/// Heads by the name of their chain.
using chain_heads = std::map<std::string, evidence::head, std::less<>>;

/// The heads of these chains, of a new one {0, zeros}; nobody else can move them until the transaction ends. Take all
/// that a transaction needs at once: they are locked in the order of their names, so that two cannot wait for each
/// other.
[[nodiscard]] chain_heads lock_heads(pqxx::work& transaction, const std::set<std::string>& chains);

/// Writes back what lock_heads() gave, after entries were appended. In one statement.
void store_heads(pqxx::work& transaction, const chain_heads& heads);

/// Appends to the ledger, in the transaction of the change that it proves. `now` is when it is entered.
void prove(pqxx::work& transaction, const agreement& stored, wall_time now);
void prove(pqxx::work& transaction, const evidence::agreement_end& x, wall_time now);
void prove(pqxx::work& transaction, const exclusion& stored, wall_time now);
void prove(pqxx::work& transaction, const policy_document& stored, wall_time now);

/// The same for a line of any kind of the ledger.
void append_to_ledger(pqxx::work& transaction, std::string_view line, wall_time now);

/// What the tables of agreements and policies hold, as lines in the order of their times.
struct dated_line {
  wall_time at;
  std::string line;
};
[[nodiscard]] std::vector<dated_line> lines_of_terms(pqxx::work& transaction);

/// Enters the versions and ends that were there before there was a ledger, in the order of their times, as entered
/// `now`. Does nothing if the ledger has an entry; answers how many it entered. Called when a database was opened.
std::uint64_t adopt_history(pqxx::work& transaction, wall_time now);

/// A digest that was selected as encode(hash, 'hex').
[[nodiscard]] evidence::digest to_digest(const pqxx::field& hexadecimal);

/// An array of PostgreSQL as a parameter: any texts, quoted.
[[nodiscard]] std::string text_array(const std::set<std::string>& texts);
[[nodiscard]] std::string text_array(const std::vector<std::string>& texts);

} // namespace sluice::store
