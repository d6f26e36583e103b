// The SQL of heads and of the ledger.
#include "actors/database_manager/store/ledger.hpp"

#include "actors/database_manager/store/agreements.hpp"
#include "actors/database_manager/store/calendar.hpp"
#include "actors/database_manager/store/policies.hpp"

#include <algorithm>

namespace sluice::store {

namespace {

void append_quoted(std::string& to, std::string_view text) {
  to += to.size() > 1 ? ",\"" : "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      to += '\\';
    to += c;
  }
  to += '"';
}

wall_time to_time(const pqxx::field& us) {
  return wall_time{us.as<std::int64_t>()};
}

void add_agreements(pqxx::work& transaction, std::vector<dated_line>& list) {
  for (const auto& row : transaction.exec("SELECT DISTINCT name FROM agreements ORDER BY name")) {
    const auto versions = agreement_history(transaction, row[0].c_str());
    for (auto at = versions->rbegin(); at != versions->rend(); ++at)
      list.push_back({at->since, evidence::line_of(*at)});
  }
  // A version that ended and that none follows at that very time.
  const auto ends = transaction.exec("SELECT a.name, a.version, (extract(epoch FROM a.valid_until) * 1000000)::bigint "
                                     "FROM agreements a WHERE a.valid_until IS NOT NULL AND NOT EXISTS (SELECT FROM "
                                     "agreements b WHERE b.name = a.name AND b.version = a.version + 1 "
                                     "AND b.valid_from = a.valid_until) ORDER BY a.name, a.version");
  for (const auto& row : ends) {
    const evidence::agreement_end x{row[0].c_str(), row[1].as<std::uint32_t>(), to_time(row[2])};
    list.push_back({x.at, evidence::line_of(x)});
  }
}

void add_policies(pqxx::work& transaction, std::vector<dated_line>& list) {
  for (const auto& row : transaction.exec("SELECT version FROM policies ORDER BY version")) {
    const auto x = policy_version(transaction, row[0].as<std::uint32_t>());
    list.push_back({x.since, evidence::line_of(x)});
  }
}

} // namespace

evidence::digest to_digest(const pqxx::field& hexadecimal) {
  const auto x = evidence::parse_digest(hexadecimal.c_str());
  if (!x)
    throw pqxx::conversion_error{std::string{"a stored hash is no SHA-256: "} + hexadecimal.c_str()};
  return *x;
}

std::string text_array(const std::set<std::string>& texts) {
  return text_array(std::vector<std::string>{texts.begin(), texts.end()});
}

std::string text_array(const std::vector<std::string>& texts) {
  std::string array = "{";
  for (const auto& text : texts)
    append_quoted(array, text);
  return array + '}';
}

chain_heads lock_heads(pqxx::work& transaction, const std::set<std::string>& chains) {
  const auto names = text_array(chains);
  transaction.exec_params("INSERT INTO chain_heads (chain, position, hash) SELECT name, 0, decode(repeat('00', 32), "
                          "'hex') FROM unnest($1::text[]) name ORDER BY name COLLATE \"C\" ON CONFLICT DO NOTHING",
                          names);
  chain_heads heads;
  for (const auto& row :
       transaction.exec_params("SELECT chain, position, encode(hash, 'hex') FROM chain_heads WHERE chain = "
                               "ANY ($1::text[]) ORDER BY chain COLLATE \"C\" FOR UPDATE",
                               names))
    heads.emplace(row[0].c_str(), evidence::head{row[1].as<std::uint64_t>(), to_digest(row[2])});
  return heads;
}

void store_heads(pqxx::work& transaction, const chain_heads& heads) {
  std::vector<std::string> names;
  std::vector<std::string> positions;
  std::vector<std::string> hashes;
  for (const auto& [chain, head] : heads) {
    names.push_back(chain);
    positions.push_back(std::to_string(head.position));
    hashes.push_back(evidence::to_hex(head.hash));
  }
  transaction.exec_params("UPDATE chain_heads h SET position = x.position, hash = decode(x.hash, 'hex') "
                          "FROM unnest($1::text[], $2::bigint[], $3::text[]) AS x (chain, position, hash) "
                          "WHERE h.chain = x.chain",
                          text_array(names), text_array(positions), text_array(hashes));
}

void append_to_ledger(pqxx::work& transaction, std::string_view line, wall_time now) {
  const std::string chain{evidence::ledger_chain};
  auto heads = lock_heads(transaction, {chain});
  auto& head = heads.begin()->second;
  const auto body = evidence::ledger_line(now, line);
  const auto about = evidence::subject_of(body);
  if (!about)
    throw pqxx::usage_error{"no line of the ledger: " + body};
  head = evidence::next(head, body);
  transaction.exec_params("INSERT INTO ledger (position, at, kind, subject, body, hash) "
                          "VALUES ($1, $2, $3, $4, $5, decode($6, 'hex'))",
                          head.position, to_timestamp(now), about->kind, about->subject, body,
                          evidence::to_hex(head.hash));
  store_heads(transaction, heads);
}

void prove(pqxx::work& transaction, const agreement& stored, wall_time now) {
  append_to_ledger(transaction, evidence::line_of(stored), now);
}

void prove(pqxx::work& transaction, const evidence::agreement_end& x, wall_time now) {
  append_to_ledger(transaction, evidence::line_of(x), now);
}

void prove(pqxx::work& transaction, const exclusion& stored, wall_time now) {
  append_to_ledger(transaction, evidence::line_of(stored), now);
}

void prove(pqxx::work& transaction, const policy_document& stored, wall_time now) {
  append_to_ledger(transaction, evidence::line_of(stored), now);
}

std::vector<dated_line> lines_of_terms(pqxx::work& transaction) {
  std::vector<dated_line> list;
  add_agreements(transaction, list);
  add_policies(transaction, list);
  std::stable_sort(list.begin(), list.end(), [](const dated_line& a, const dated_line& b) {
    return a.at < b.at;
  });
  return list;
}

std::uint64_t adopt_history(pqxx::work& transaction, wall_time now) {
  if (!transaction.exec("SELECT FROM ledger LIMIT 1").empty())
    return 0;
  const auto heads = lock_heads(transaction, {std::string{evidence::ledger_chain}});
  if (heads.begin()->second.position != 0)
    return 0;
  const auto list = lines_of_terms(transaction);
  for (const auto& entry : list)
    append_to_ledger(transaction, entry.line, now);
  return list.size();
}

} // namespace sluice::store
