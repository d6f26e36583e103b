// A small export, made in memory: two days, two versions, a gap, an exclusion, decisions among those of others.
#pragma once

#include "actors/evidence/export_writer.hpp"
#include "actors/evidence/verifier.hpp"

#include <sstream>
#include <string>
#include <vector>

namespace sluice::test {

using namespace sluice::evidence;

inline constexpr wall_time first_day{1'795'305'600'000'000}; // 2026-11-22 00:00:00
inline constexpr wall_time after(std::int64_t seconds) {
  return wall_time{first_day.unix_us + seconds * 1'000'000};
}
inline constexpr std::int64_t day_s = 86'400;

inline signing_key key_number(int x) {
  std::array<std::byte, 32> seed{};
  seed[0] = static_cast<std::byte>(x);
  return signing_key::of_seed(seed);
}

inline agreement agreement_version(std::uint32_t version, wall_time since) {
  agreement x;
  x.name = "oltp-gold";
  x.tenant = "acme";
  x.version = version;
  x.since = since;
  x.objective.latency = {{latency_statistic::mean, std::chrono::milliseconds{version}, rate{}}};
  x.objective.compliance.interval = std::chrono::hours{4}; // longer than real ones, so that the file is small
  return x;
}

inline final_verdict verdict_at(std::uint32_t version, wall_time from, verdict_outcome outcome) {
  final_verdict x;
  x.what.agreement = "oltp-gold";
  x.what.version = version;
  x.what.from = from;
  x.what.length = std::chrono::hours{4};
  x.what.outcome = outcome;
  x.what.target = std::chrono::milliseconds{version};
  x.what.iops = 100;
  return x;
}

inline decision decision_for(const std::string& agreement, wall_time at) {
  decision x;
  x.at = at;
  x.what.stream = {"gw1", "batch", "c"};
  x.what.generation = 1;
  x.what.why.rule = throttle_rule::protection;
  x.what.why.beneficiary = agreement;
  return x;
}

/// A chain with all its lines.
struct whole_chain {
  std::string name;
  std::vector<std::string> lines;
  std::vector<head> heads{head{}}; ///< heads[i] after i lines

  void add(const std::string& line) {
    lines.push_back(line);
    heads.push_back(next(heads.back(), line));
  }
  [[nodiscard]] leaf leaf_at(std::uint64_t position) const {
    return {name, position, heads[position].hash};
  }
  [[nodiscard]] merkle_tree entries(std::uint64_t after_position, std::uint64_t to) const {
    std::vector<digest> list;
    for (auto i = after_position + 1; i <= to; ++i)
      list.push_back(hash_of(leaf_at(i)));
    return merkle_tree{list};
  }
  /// As an entry of which the root of `day` covers (after_position, to].
  [[nodiscard]] lone_entry lone(std::uint64_t position, wall_time day, std::uint64_t after_position,
                                std::uint64_t to) const {
    const auto tree = entries(after_position, to);
    const auto index = position - after_position - 1;
    return {heads[position - 1], lines[position - 1], day, {index, tree.size(), tree.path(index)}};
  }
};

/// What a server would have; a test may change it before it is exported.
struct small_world {
  whole_chain verdicts{"verdicts/oltp-gold", {}};
  whole_chain ledger{"ledger", {}};
  whole_chain decisions{"decisions", {}};
  std::vector<signed_root> roots;
  std::vector<std::vector<leaf>> leaves;
  signing_key key = key_number(1);
  std::vector<std::uint64_t> verdicts_then, ledger_then, decisions_then; ///< positions at the ends of the days

  small_world() {
    ledger.add(ledger_line(after(0), line_of(agreement_version(1, after(0)))));
    ledger.add(ledger_line(after(5), line_of(agreement_end{"somebody-else", 1, after(5)})));
    exclusion window{1,     "oltp-*", after(7200), std::chrono::hours{1}, "", "UTC", "ann", "new disks",
                     false, 0,        after(10)};
    ledger.add(ledger_line(after(10), line_of(window)));
    ledger.add(ledger_line(after(day_s), line_of(agreement_version(2, after(day_s)))));
    for (int i = 0; i < 6; ++i)
      decisions.add(line_of(decision_for(i % 2 == 0 ? "oltp-gold" : "other", after(i * day_s / 3))));
    for (int hour = 0; hour < 50; hour += 4)
      if (hour != 8 && hour != 28) // gaps
        verdicts.add(line_of(verdict_at(hour < 24 ? 1 : 2, after(hour * 3600),
                                        hour == 12 ? verdict_outcome::violated : verdict_outcome::met)));
    end_day(5, 3, 3);
    end_day(10, 5, 6);
  }

  /// `counted` verdicts, entries of the ledger and decisions are in the root of the next day.
  void end_day(std::uint64_t verdict_count, std::uint64_t ledger_count, std::uint64_t decision_count) {
    const auto day = after(static_cast<std::int64_t>(roots.size()) * day_s);
    const auto previous = [](const std::vector<std::uint64_t>& x) {
      return x.empty() ? 0 : x.back();
    };
    if (!roots.empty())
      ledger.add(ledger_line(day, line_of(roots.back())));
    std::vector<leaf> list{verdicts.leaf_at(verdict_count), ledger.leaf_at(ledger_count),
                           decisions.leaf_at(decision_count)};
    list.push_back({entries_leaf("ledger"), ledger_count, ledger.entries(previous(ledger_then), ledger_count).root()});
    list.push_back({entries_leaf("decisions"), decision_count,
                    decisions.entries(previous(decisions_then), decision_count).root()});
    list.push_back({"verdicts/somebody-else", 7, sha256_of("x")});
    sort_leaves(list);
    roots.push_back(make_root(day, list, key));
    leaves.push_back(list);
    verdicts_then.push_back(verdict_count);
    ledger_then.push_back(ledger_count);
    decisions_then.push_back(decision_count);
  }

  void write_leaf(export_writer& out, std::size_t day, const std::string& chain) const {
    std::vector<digest> hashes;
    std::size_t index = 0;
    for (std::size_t i = 0; i < leaves[day].size(); ++i) {
      hashes.push_back(hash_of(leaves[day][i]));
      if (leaves[day][i].chain == chain)
        index = i;
    }
    out.root_leaf(roots[day].day, leaves[day][index], {index, hashes.size(), merkle_tree{hashes}.path(index)});
  }

  void write_lone(export_writer& out, const whole_chain& chain, std::uint64_t position,
                  const std::vector<std::uint64_t>& then) const {
    const auto write = [&](const lone_entry& x) {
      chain.name == "ledger" ? out.ledger_entry(x) : out.decision(x);
    };
    std::uint64_t before = 0;
    for (std::size_t day = 0; day < then.size(); ++day) {
      if (position <= then[day])
        return write(chain.lone(position, roots[day].day, before, then[day]));
      before = then[day];
    }
    write({chain.heads[position - 1], chain.lines[position - 1], std::nullopt, {}});
  }

  /// The file of both days and what follows them.
  [[nodiscard]] std::string file() const {
    export_writer out;
    const export_scope scope{"oltp-gold", after(0), after(3 * day_s), after(3 * day_s)};
    out.begin(scope);
    for (const auto& x : roots)
      out.root(x);
    for (std::size_t day = 0; day < roots.size(); ++day)
      for (const auto* chain : {"decisions/entries", "ledger/entries", "verdicts/oltp-gold"})
        write_leaf(out, day, chain);
    for (const std::uint64_t position : {1, 3, 4})
      write_lone(out, ledger, position, ledger_then);
    out.start(verdicts.heads[0]);
    counts_by_point counts;
    for (std::size_t i = 0; i < verdicts.lines.size(); ++i) {
      out.verdict(verdicts.heads[i + 1], verdicts.lines[i]);
      const auto violated = verdicts.lines[i].find("\tviolated\t") != std::string::npos;
      const auto version = verdicts.lines[i].find("oltp-gold\t1\t") != std::string::npos ? 1u : 2u;
      add_outcome(counts[{version, 0}], violated ? "violated" : "met");
    }
    out.counts(counts);
    for (const std::uint64_t position : {1, 3, 5})
      write_lone(out, decisions, position, decisions_then);
    out.finish(key);
    return out.take();
  }
};

inline std::variant<verified_export, file_problem> verify(const std::string& text,
                                                          const std::vector<public_key>& trusted = {}) {
  std::istringstream file{text};
  return verify_export(file, trusted);
}

/// Where and what, or "right".
inline std::string said_of(const std::string& text, const std::vector<public_key>& trusted = {}) {
  const auto x = verify(text, trusted);
  if (const auto* problem = std::get_if<file_problem>(&x))
    return std::to_string(problem->line) + ": " + problem->what;
  return "right";
}

inline std::vector<std::string> lines_of_file(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream file{text};
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  return lines;
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines)
    text += line + '\n';
  return text;
}

/// The lines with an end by `key` that fits them: what a provider who holds the key can do to a file.
inline std::string signed_again(std::vector<std::string> lines, const signing_key& key) {
  lines.pop_back();
  auto text = joined(lines);
  const auto all = sha256_of(text);
  return text + "end\t" + to_hex(all) + '\t' + to_hex(key.published()) + '\t' + to_hex(key.sign(export_message(all)))
         + '\n';
}

} // namespace sluice::test
