// The whole file.
#include "tests/sim/scenario/reader.hpp"

#include "tests/sim/scenario/file_text.hpp"
#include "tests/sim/scenario/parts.hpp"

#include <algorithm>

namespace sluice::sim {

std::vector<std::string> numbered(const std::string& name, bool given, std::uint64_t count) {
  if (!given)
    return {name};
  std::vector<std::string> names;
  for (std::uint64_t i = 1; i <= count; ++i)
    names.push_back(name + '-' + std::to_string(i));
  return names;
}

std::string item_path(const std::string& list, std::size_t index) {
  return list + '[' + std::to_string(index) + ']';
}

reading read_scenario(const std::string& text, const std::string& file) {
  reading result;
  auto& x = result.what;
  x.file = file;
  const auto root = read_tree(text, result.problems);
  if (!result.problems.empty())
    return result;
  {
    section top{root, "", result.problems};
    top.need("scenario");
    x.title = top.text("scenario");
    x.about = top.text("about");
    top.need("length");
    x.length = top.time("length", std::chrono::seconds{1}, std::chrono::seconds{1});
    x.terms_delay = top.time("terms_delay", x.terms_delay);
    read_policy(top, x.policy);
    read_backends(top, x);
    read_gateways(top, x);
    read_agreements(top, x);
    read_clients(top, x);
    read_faults(top, x);
    read_oracle(top, x.oracle);
    read_bars(top, x);
  }
  std::stable_sort(result.problems.begin(), result.problems.end(), [](const complaint& a, const complaint& b) {
    return a.line < b.line;
  });
  return result;
}

reading read_scenario_file(const std::string& file) {
  std::string problem;
  if (const auto text = file_text(file, max_file_bytes, problem))
    return read_scenario(*text, file);
  reading result;
  result.what.file = file;
  result.problems.push_back({0, "", problem});
  return result;
}

} // namespace sluice::sim
