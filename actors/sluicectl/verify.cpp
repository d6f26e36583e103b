// `evidence verify`: proves an export offline and says what it holds. The checks are in actors/evidence.
#include "actors/evidence/line.hpp"
#include "actors/evidence/verifier.hpp"
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/kept_roots.hpp"
#include "actors/sluicectl/structured.hpp"
#include "actors/sluicectl/table.hpp"
#include "actors/sluicectl/verified_text.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>

namespace sluice::ctl {

namespace {

using nlohmann::json;
using namespace sluice::evidence;

/// A key file holds 64 digits and a line break; nobody needs to read more of it.
constexpr std::streamsize max_key_bytes = 256;

public_key key_of(const std::string& word) {
  public_key key{};
  if (parse_hex(word, key))
    return key;
  std::ifstream file{word, std::ios::binary};
  if (!file)
    throw failure{exit_code::usage,
                  "--key: " + printable(word) + " is neither 64 hexadecimal digits nor a file that can be read"};
  std::string text(max_key_bytes, '\0');
  file.read(text.data(), max_key_bytes);
  text.resize(static_cast<std::size_t>(file.gcount()));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.pop_back();
  if (!parse_hex(text, key))
    throw failure{exit_code::usage, "--key: the file " + printable(word) + " does not hold 64 hexadecimal digits"};
  return key;
}

std::variant<verified_export, file_problem> verify_file(const std::string& name, const std::vector<public_key>& keys) {
  if (name == "-")
    return verify_export(std::cin, keys);
  const failure unreadable{exit_code::usage, printable(name) + " cannot be read"};
  std::ifstream file{name, std::ios::binary};
  if (!file)
    throw unreadable;
  try {
    return verify_export(file, keys);
  } catch (const std::ios_base::failure&) { // a directory, a disk that fails
    throw unreadable;
  }
}

outcome_counts total_of(const counts_by_point& x) {
  outcome_counts sum;
  for (const auto& [of, count] : x) {
    sum.met += count.met;
    sum.violated += count.violated;
    sum.exempt += count.exempt;
    sum.no_data += count.no_data;
  }
  return sum;
}

json as_json(const outcome_counts& x) {
  return {{"met", x.met}, {"violated", x.violated}, {"exempt", x.exempt}, {"noData", x.no_data}};
}

std::string second_text(wall_time x) {
  return time_text(x).substr(0, 19) + "Z";
}

void print_counts(const verified_export& x, std::ostream& out) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [of, count] : x.counts)
    rows.push_back({std::to_string(of.first), std::to_string(of.second), std::to_string(count.met),
                    std::to_string(count.violated), std::to_string(count.exempt), std::to_string(count.no_data)});
  if (!rows.empty())
    out << '\n'
        << aligned_table({{"VERSION", side::right},
                          {"POINT", side::right},
                          {"MET", side::right},
                          {"VIOLATED", side::right},
                          {"EXEMPT", side::right},
                          {"NO DATA", side::right}},
                         rows);
}

} // namespace

json as_json(const verified_export& x) {
  json counts = json::array();
  for (const auto& [of, count] : x.counts) {
    auto one = as_json(count);
    one["version"] = of.first;
    one["point"] = of.second;
    counts.push_back(one);
  }
  json gaps = json::array();
  for (const auto& gap : x.gaps)
    gaps.push_back(
        {{"version", gap.version}, {"point", gap.point}, {"from", time_text(gap.from)}, {"to", time_text(gap.to)}});
  json signers = json::array();
  for (const auto& one : x.signers)
    signers.push_back({{"key", to_hex(one.key)},
                       {"fingerprint", fingerprint_of(one.key)},
                       {"firstDay", day_text(one.first_day)},
                       {"lastDay", day_text(one.last_day)}});
  json roots = json::object();
  for (const auto& [day, root] : x.day_roots)
    roots[day_text(day)] = to_hex(root);
  return {{"right", true},
          {"agreement", x.scope.agreement},
          {"from", time_text(x.scope.from)},
          {"to", time_text(x.scope.to)},
          {"made", time_text(x.scope.made)},
          {"sha256", x.sha256},
          {"key", to_hex(x.key)},
          {"fingerprint", fingerprint_of(x.key)},
          {"keyCompared", x.key_trusted},
          {"verdicts", x.verdicts},
          {"total", as_json(total_of(x.counts))},
          {"counts", counts},
          {"verdictsBeyondRoots", x.verdicts_beyond_roots},
          {"entriesBeyondRoots", x.entries_beyond_roots},
          {"ledgerEntries", x.ledger_entries},
          {"decisions", x.decisions},
          {"roots", x.roots},
          {"dayRoots", roots},
          {"rootsSignedBy", signers},
          {"gapCount", x.gap_count},
          {"gaps", gaps}};
}

void print(const verified_export& x, std::ostream& out) {
  out << "agreement   " << printable(x.scope.agreement) << ", " << second_text(x.scope.from) << " to "
      << second_text(x.scope.to) << "\nfile        is as it was signed at " << second_text(x.scope.made)
      << "\nsha256      " << x.sha256 << "\nsigned by   " << fingerprint_of(x.key)
      << (x.key_trusted ? ", a key that was given" : ", not compared with anything: say --key, or compare it yourself");
  out << "\nroots       " << x.roots;
  for (const auto& one : x.signers)
    out << ", " << day_text(one.first_day) << " to " << day_text(one.last_day) << " by " << fingerprint_of(one.key);
  out << "\nverdicts    " << x.verdicts;
  if (x.verdicts_beyond_roots != 0)
    out << ", the last " << x.verdicts_beyond_roots << " of them in no root yet";
  out << "\nentries     " << x.ledger_entries << " of the ledger, " << x.decisions << " decisions";
  if (x.entries_beyond_roots != 0)
    out << ", " << x.entries_beyond_roots << " of them in no root yet";
  out << "\ngaps        " << x.gap_count << '\n';
  constexpr std::size_t shown_gaps = 20;
  for (std::size_t i = 0; i < x.gaps.size() && i < shown_gaps; ++i)
    out << "            " << second_text(x.gaps[i].from) << " to " << second_text(x.gaps[i].to) << ", point "
        << x.gaps[i].point << " of version " << x.gaps[i].version << '\n';
  if (x.gap_count > shown_gaps)
    out << "            … and " << x.gap_count - shown_gaps << " more\n";
  print_counts(x, out);
}

exit_code run(const verify_command& x, server_link& server, const console& io) {
  std::vector<public_key> keys;
  for (const auto& word : x.keys)
    keys.push_back(key_of(word));
  const auto kept = read_kept_roots(x.roots);
  const auto how = server.where().output;
  const bool as_text = !is_structured(how);
  const auto refuse = [&](std::uint64_t line, const std::string& what) {
    if (!as_text)
      io.out << structured({{"right", false}, {"line", line}, {"what", what}}, how);
    io.err << printable(x.file) << ": " << (line == 0 ? "" : "line " + std::to_string(line) + ' ') << printable(what)
           << '\n';
    return exit_code::refused;
  };
  const auto found = verify_file(x.file, keys);
  if (const auto* problem = std::get_if<file_problem>(&found))
    return refuse(problem->line, problem->what);
  const auto& right = std::get<verified_export>(found);
  if (const auto wrong = compare(kept, right.day_roots); !wrong.empty())
    return refuse(0, wrong);
  if (as_text) {
    print(right, io.out);
    if (!kept.empty())
      io.out << "compared    " << compared_days(kept, right.day_roots) << " of its roots with those that were kept\n";
  } else {
    io.out << structured(as_json(right), how);
  }
  return exit_code::done;
}

} // namespace sluice::ctl
