// What each line of an export must be.
#include "actors/evidence/export_checker.hpp"

#include "actors/evidence/line.hpp"

namespace sluice::evidence {

namespace {

/// Everything before the n-th tab, and what follows it.
struct split_line {
  std::vector<std::string_view> before;
  std::string_view rest;
};
std::optional<split_line> split(std::string_view line, std::size_t tabs) {
  split_line x;
  for (; tabs > 0; --tabs) {
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos)
      return std::nullopt;
    x.before.push_back(line.substr(0, tab));
    line.remove_prefix(tab + 1);
  }
  x.rest = line;
  return x;
}

std::optional<std::vector<digest>> parse_path(std::string_view text) {
  std::vector<digest> path;
  while (!text.empty()) {
    const auto x = parse_digest(text.substr(0, 64));
    if (!x || (text.size() > 64 && (text[64] != ',' || text.size() == 65)))
      return std::nullopt;
    path.push_back(*x);
    text.remove_prefix(std::min<std::size_t>(text.size(), 65));
  }
  return path;
}

std::optional<tree_place> parse_place(std::string_view index, std::string_view size, std::string_view path) {
  const auto i = parse_number(index);
  const auto n = parse_number(size);
  auto siblings = parse_path(path);
  if (!i || !n || !siblings)
    return std::nullopt;
  return tree_place{*i, *n, std::move(*siblings)};
}

} // namespace

std::string export_checker::agreement(std::string_view line) {
  const auto f = fields_of(line);
  auto name = f.size() == 2 ? unescape(f[1]) : std::nullopt;
  if (!name || name->empty())
    return malformed;
  found_.scope.agreement = std::move(*name);
  return {};
}

std::string export_checker::period(std::string_view line) {
  const auto f = fields_of(line);
  if (f.size() != 4)
    return malformed;
  const auto from = parse_time(f[1]);
  const auto to = parse_time(f[2]);
  const auto made = parse_time(f[3]);
  if (!from || !to || !made || *from >= *to)
    return malformed;
  found_.scope.from = *from;
  found_.scope.to = *to;
  found_.scope.made = *made;
  return {};
}

std::string export_checker::root(std::string_view line) {
  const auto x = parse_root(line);
  if (!x)
    return malformed;
  if (!roots_.empty() && roots_.rbegin()->first >= x->day)
    return "is out of order";
  if (roots_.size() >= max_file_roots)
    return "is one root too many";
  if (!verifies(*x))
    return "has a signature that is not that of its root";
  if (!trusts(x->key))
    return "is signed by a key that was not given, " + fingerprint_of(x->key);
  roots_.emplace(x->day, x->root);
  ++found_.roots;
  if (found_.signers.empty() || found_.signers.back().key != x->key)
    found_.signers.push_back({x->key, x->day, x->day});
  found_.signers.back().last_day = x->day;
  return {};
}

std::string export_checker::leaf_of_root(std::string_view line) {
  const auto f = fields_of(line);
  if (f.size() != 8)
    return malformed;
  const auto day = parse_day(f[1]);
  auto chain = unescape(f[2]);
  const auto position = parse_number(f[3]);
  const auto hash = parse_digest(f[4]);
  const auto place = parse_place(f[5], f[6], f[7]);
  if (!day || !chain || !position || !hash || !place)
    return malformed;
  const auto root = roots_.find(*day);
  if (root == roots_.end())
    return "is of a day of which the file has no root";
  const leaf x{std::move(*chain), *position, *hash};
  if (root_by_path(hash_of(x), place->index, place->size, place->path) != root->second)
    return "is not in the root of its day";
  if (x.chain == verdicts_chain(found_.scope.agreement)) {
    const auto [at, fresh] = signed_heads_.emplace(x.position, x.hash);
    return fresh || at->second == x.hash ? std::string{} : "has another hash than a root before";
  }
  if (x.chain != entries_leaf(ledger_chain) && x.chain != entries_leaf(decisions_chain))
    return "is of a chain that the file is not about";
  return entry_trees_.emplace(std::pair{*day, x.chain}, x).second ? std::string{} : "is there twice";
}

std::string export_checker::in_its_tree(const leaf& x, const std::vector<std::string_view>& f) {
  // f: kind, position, before, hash, day, index, size, path
  const auto place = parse_place(f[5], f[6], f[7]);
  if (!place)
    return malformed;
  if (f[4].empty()) {
    ++found_.entries_beyond_roots;
    return place->size == 0 && place->path.empty() ? std::string{} : malformed;
  }
  const auto day = parse_day(f[4]);
  if (!day)
    return malformed;
  const auto tree = entry_trees_.find({*day, entries_leaf(x.chain)});
  if (tree == entry_trees_.end())
    return "is said to be in a tree that the file does not have";
  const bool inside = x.position <= tree->second.position
                      && root_by_path(hash_of(x), place->index, place->size, place->path) == tree->second.hash;
  return inside ? std::string{} : "is not in the tree of its day";
}

/// An entry of the ledger or of the decisions; `content` is its line then.
std::string export_checker::entry(std::string_view line, std::string_view chain, std::string_view& content) {
  const auto parts = split(line, 8);
  if (!parts)
    return malformed;
  const auto position = parse_number(parts->before[1]);
  const auto before = parse_digest(parts->before[2]);
  const auto hash = parse_digest(parts->before[3]);
  if (!position || *position == 0 || !before || !hash)
    return malformed;
  content = parts->rest;
  if (next({*position - 1, *before}, content).hash != *hash)
    return "has another hash than its content";
  if (*position == 1 && *before != digest{})
    return "is the first of its chain, and does not begin it";
  auto& last = last_lone_[chain];
  if (*position <= last.position)
    return "is out of order";
  if (*position == last.position + 1 && *before != last.hash)
    return "does not follow the entry before it";
  last = {*position, *hash};
  return in_its_tree({std::string{chain}, *position, *hash}, parts->before);
}

std::string export_checker::ledger(std::string_view line) {
  std::string_view content;
  if (auto wrong = entry(line, ledger_chain, content); !wrong.empty())
    return wrong;
  ++found_.ledger_entries;
  const auto about = subject_of(content);
  if (!about)
    return malformed;
  if (about->kind == "exclusion" && !matches(about->subject, found_.scope.agreement))
    return "is an exclusion of other agreements";
  if (about->kind == "agreement" || about->kind == "agreement-end") {
    content.remove_prefix(content.find('\t') + 1);
    if (!read_terms(content, found_.scope.agreement, terms_))
      return "is no version of this agreement that can follow those before";
  }
  return {};
}

std::string export_checker::decision(std::string_view line) {
  std::string_view content;
  if (auto wrong = entry(line, decisions_chain, content); !wrong.empty())
    return wrong;
  ++found_.decisions;
  const auto f = fields_of(content);
  if (f.size() != 19 || f[0] != "decision" || !parse_time(f[1]))
    return malformed;
  const auto named = [&](std::string_view field) {
    return unescape(field) == found_.scope.agreement;
  };
  return named(f[7]) || named(f[8]) ? std::string{} : "does not name this agreement";
}

std::string export_checker::start(std::string_view line) {
  const auto f = fields_of(line);
  if (f.size() != 3)
    return malformed;
  const auto position = parse_number(f[1]);
  const auto hash = parse_digest(f[2]);
  if (!position || !hash)
    return malformed;
  if (*position == 0 && *hash != digest{})
    return "is the beginning of a chain and has a hash";
  now_at_ = {*position, *hash};
  return meets_signed_head();
}

std::string export_checker::meets_signed_head() {
  const auto at = signed_heads_.find(now_at_.position);
  if (at == signed_heads_.end())
    return {};
  if (at->second != now_at_.hash)
    return "is not the entry that a root commits to";
  ++heads_met_;
  found_.verdicts_beyond_roots = 0;
  return {};
}

std::string export_checker::verdict(std::string_view line) {
  const auto parts = split(line, 3);
  if (!parts)
    return malformed;
  const auto position = parse_number(parts->before[1]);
  const auto hash = parse_digest(parts->before[2]);
  if (!position || !hash)
    return malformed;
  if (*position != now_at_.position + 1)
    return "is entry " + std::to_string(*position) + " of the chain where " + std::to_string(now_at_.position + 1)
           + " must come";
  now_at_ = next(now_at_, parts->rest);
  if (now_at_.hash != *hash)
    return "has another hash than its content and what is before it";
  if (auto wrong = judged(fields_of(parts->rest)); !wrong.empty())
    return wrong;
  return meets_signed_head();
}

std::string export_checker::judged(const std::vector<std::string_view>& f) {
  if (f.size() != 15 || f[0] != "verdict")
    return malformed;
  if (unescape(f[1]) != found_.scope.agreement)
    return "is a verdict of another agreement";
  const auto version = parse_number(f[2]);
  const auto point = parse_number(f[3]);
  const auto since = parse_time(f[4]);
  const auto length = parse_number(f[5]);
  const auto target = parse_number(f[10]);
  constexpr std::uint64_t largest = INT64_MAX;
  if (!version || *version > UINT32_MAX || !point || *point > UINT32_MAX || !since || !length || *length > largest
      || !target || *target > largest)
    return malformed;
  outcome_counts one;
  if (!add_outcome(one, f[6]))
    return "has an outcome that there is not";
  if (*since < found_.scope.from || *since >= found_.scope.to)
    return {}; // it leads to the next root, and counts in another period
  ++found_.verdicts;
  ++found_.verdicts_beyond_roots;
  const judged_interval x{static_cast<std::uint32_t>(*version), static_cast<std::uint32_t>(*point), *since,
                          duration{static_cast<std::int64_t>(*length)}, duration{static_cast<std::int64_t>(*target)}};
  add_outcome(found_.counts[{x.version, x.point}], f[6]);
  return covered_.add(x);
}

std::string export_checker::count(std::string_view line) {
  const auto f = fields_of(line);
  if (f.size() != 7)
    return malformed;
  std::array<std::uint64_t, 6> x{};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto number = parse_number(f[i + 1]);
    if (!number)
      return malformed;
    x[i] = *number;
  }
  if (told_ != 0 && std::pair{x[0], x[1]} <= last_count_)
    return "is out of order";
  last_count_ = {x[0], x[1]};
  ++told_;
  const auto found = x[0] > UINT32_MAX || x[1] > UINT32_MAX
                         ? found_.counts.end()
                         : found_.counts.find({static_cast<std::uint32_t>(x[0]), static_cast<std::uint32_t>(x[1])});
  if (found == found_.counts.end() || found->second != outcome_counts{x[2], x[3], x[4], x[5]})
    return "counts other verdicts than the file has";
  return {};
}

std::string export_checker::end(std::string_view line) {
  const auto f = fields_of(line);
  signature sign{};
  if (f.size() != 4 || !parse_hex(f[2], found_.key) || !parse_hex(f[3], sign))
    return malformed;
  const auto all = hash_.finish();
  if (parse_digest(f[1]) != all)
    return "has another SHA-256 than the lines before it";
  if (!verifies(found_.key, export_message(all), sign))
    return "has a signature that is not that of the file";
  if (!trusts(found_.key))
    return "is signed by a key that was not given, " + fingerprint_of(found_.key);
  if (told_ != found_.counts.size())
    return "comes although counts of verdicts are missing";
  if (heads_met_ != signed_heads_.size())
    return "comes although the file has no verdict that one of its roots commits to";
  found_.sha256 = to_hex(all);
  found_.key_trusted = !trusted_.empty();
  covered_.finish();
  found_.gaps = covered_.gaps();
  found_.gap_count = covered_.gap_count();
  return {};
}

} // namespace sluice::evidence
