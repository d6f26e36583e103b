// Reads roots and compares them.
#include "actors/sluicectl/kept_roots.hpp"

#include "actors/evidence/line.hpp"
#include "actors/evidence/root.hpp"
#include "actors/sluicectl/failure.hpp"
#include "actors/sluicectl/figures.hpp"

#include <fstream>
#include <optional>

namespace sluice::ctl {

namespace {

using evidence::digest;

/// Lines of a file that are looked through. Chosen: an export of a year of verdicts every 10 s has a tenth of it.
constexpr std::size_t max_lines = 50'000'000;

struct day_root {
  wall_time day;
  digest root{};
};

/// `2026-11-22=…`, the root in 64 hexadecimal digits.
std::optional<day_root> parse_word(std::string_view text) {
  const auto middle = text.find('=');
  if (middle == std::string_view::npos)
    return std::nullopt;
  const auto day = evidence::parse_day(text.substr(0, middle));
  const auto root = evidence::parse_digest(text.substr(middle + 1));
  return day && root ? std::optional{day_root{*day, *root}} : std::nullopt;
}

void put(std::map<wall_time, digest>& to, const day_root& x) {
  const auto [at, fresh] = to.emplace(x.day, x.root);
  if (!fresh && at->second != x.root)
    throw failure{exit_code::usage,
                  "--root: two roots of " + evidence::day_text(x.day) + " were given, and they differ"};
}

void read_file(const std::string& name, std::map<wall_time, digest>& to) {
  std::ifstream file{name, std::ios::binary};
  const auto before = to.size();
  std::string line;
  for (std::size_t i = 0; i < max_lines && std::getline(file, line); ++i) {
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    if (const auto kept = parse_word(line))
      put(to, *kept);
    else if (const auto root = evidence::parse_root(line))
      put(to, {root->day, root->root});
  }
  if (to.size() == before)
    throw failure{exit_code::usage, "--root: " + printable(name)
                                        + " is neither DAY=HEX nor a file that holds such lines or an export's roots"};
}

} // namespace

kept_roots read_kept_roots(const std::vector<std::string>& words) {
  kept_roots kept;
  for (const auto& word : words) {
    if (const auto one = parse_word(word))
      put(kept.named, *one);
    else
      read_file(word, kept.from_files);
  }
  return kept;
}

std::string compare(const kept_roots& kept, const std::map<wall_time, digest>& of_export) {
  const auto differs = [&](wall_time day, const digest& root) -> std::string {
    const auto found = of_export.find(day);
    if (found == of_export.end() || found->second == root)
      return {};
    return "has another root of " + evidence::day_text(day)
           + " than the one that was kept: " + evidence::to_hex(found->second);
  };
  for (const auto& [day, root] : kept.named) {
    if (!of_export.contains(day))
      return "holds no root of " + evidence::day_text(day) + ", so that it cannot be compared";
    if (auto wrong = differs(day, root); !wrong.empty())
      return wrong;
  }
  for (const auto& [day, root] : kept.from_files)
    if (auto wrong = differs(day, root); !wrong.empty())
      return wrong;
  return !kept.empty() && compared_days(kept, of_export) == 0 ? "holds no root of a day of which one was kept"
                                                              : std::string{};
}

std::size_t compared_days(const kept_roots& kept, const std::map<wall_time, digest>& of_export) {
  std::size_t count = 0;
  for (const auto& [day, root] : of_export)
    if (kept.named.contains(day) || kept.from_files.contains(day))
      ++count;
  return count;
}

} // namespace sluice::ctl
