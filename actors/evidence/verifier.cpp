// Reads a file line by line, and keeps its lines in their order.
#include "actors/evidence/verifier.hpp"

#include "actors/evidence/export_checker.hpp"

#include <istream>

namespace sluice::evidence {

namespace {

struct section_name {
  std::string_view name;
  export_section what;
  bool once;
};
constexpr section_name sections[] = {
    {export_title, export_section::title, true}, {"agreement", export_section::agreement, true},
    {"period", export_section::period, true},    {"root", export_section::root, false},
    {"leaf", export_section::leaf, false},       {"ledger", export_section::ledger, false},
    {"start", export_section::start, true},      {"chain", export_section::chain, false},
    {"count", export_section::count, false},     {"decision", export_section::decision, false},
    {"end", export_section::end, true},
};

/// One line without its line feed. False at the end of the file and for what is no line: `wrong` says which.
bool read_line(std::istream& file, std::string& line, std::string& wrong) {
  line.clear();
  auto* bytes = file.rdbuf();
  for (auto c = bytes->sbumpc(); c != std::char_traits<char>::eof(); c = bytes->sbumpc()) {
    if (c == '\n')
      return true;
    if (line.size() == max_line_bytes) {
      wrong = "is longer than any line of an export";
      return false;
    }
    line += static_cast<char>(c);
  }
  if (!line.empty())
    wrong = "does not end with a line feed";
  return false;
}

} // namespace

std::string export_checker::enter(export_section next, bool once) {
  if (!begun_)
    return next == export_section::title ? std::string{} : "is not `" + std::string{export_title} + "`";
  if (next < now_ || (next == now_ && once))
    return "stands in the wrong place";
  for (const auto needed :
       {export_section::agreement, export_section::period, export_section::start, export_section::end})
    if (now_ < needed && needed < next)
      return "comes too early: a line is missing before it";
  return {};
}

std::string export_checker::take(std::string_view line) {
  const auto kind = line.substr(0, line.find('\t'));
  for (const auto& x : sections) {
    if (x.name != kind)
      continue;
    if (auto wrong = enter(x.what, x.once); !wrong.empty())
      return wrong;
    begun_ = true;
    now_ = x.what;
    if (auto wrong = check(x.what, line); !wrong.empty())
      return wrong;
    hash_.add(line);
    hash_.add("\n");
    return {};
  }
  return begun_ ? "is of no kind that an export has" : "is not `" + std::string{export_title} + "`";
}

std::string export_checker::check(export_section what, std::string_view line) {
  switch (what) {
  case export_section::title:
    return line == export_title ? std::string{} : malformed;
  case export_section::agreement:
    return agreement(line);
  case export_section::period:
    return period(line);
  case export_section::root:
    return root(line);
  case export_section::leaf:
    return leaf_of_root(line);
  case export_section::ledger:
    return ledger(line);
  case export_section::start:
    return start(line);
  case export_section::chain:
    return verdict(line);
  case export_section::count:
    return count(line);
  case export_section::decision:
    return decision(line);
  case export_section::end:
    return end(line);
  }
  return malformed;
}

std::variant<verified_export, file_problem> verify_export(std::istream& file, const std::vector<public_key>& trusted) {
  export_checker checker{trusted};
  std::string line;
  std::string wrong;
  std::uint64_t number = 0;
  while (read_line(file, line, wrong)) {
    ++number;
    if (checker.ended())
      return file_problem{number, "follows the last line"};
    wrong = checker.take(line);
    if (!wrong.empty())
      return file_problem{number, wrong};
  }
  if (!wrong.empty())
    return file_problem{number + 1, wrong};
  if (!checker.ended())
    return file_problem{number + 1, "is missing: the file ends before its last line"};
  return checker.finish();
}

} // namespace sluice::evidence
