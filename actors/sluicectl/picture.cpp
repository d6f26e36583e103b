// Composes a picture of `top`.
#include "actors/sluicectl/picture.hpp"

#include "actors/sluicectl/views.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

namespace sluice::ctl {

namespace {

double iops_of(const nlohmann::json& item) {
  const auto found = item.find("iops");
  return found != item.end() && found->is_number() ? found->get<double>() : 0.0;
}

void add_lines(std::vector<std::string>& into, const std::string& text) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    into.push_back(line);
}

} // namespace

std::vector<std::string> picture(const overview& x, std::size_t max_lines) {
  std::vector<nlohmann::json> streams(x.streams.begin(), x.streams.end());
  std::stable_sort(streams.begin(), streams.end(), [](const auto& a, const auto& b) {
    return iops_of(a) > iops_of(b);
  });
  const auto throttled = std::count_if(streams.begin(), streams.end(), [](const auto& item) {
    return item.contains("control") && item["control"] == "throttled";
  });
  std::vector<std::string> lines;
  lines.push_back(x.server + "  " + x.clock + "  " + x.state + "  streams " + std::to_string(streams.size())
                  + ", throttled " + std::to_string(throttled));
  lines.emplace_back();
  add_lines(lines, items_table(resource_kind::backend, x.backends));
  lines.emplace_back();
  add_lines(lines, items_table(resource_kind::stream, streams));
  if (max_lines > 0 && lines.size() > max_lines) {
    const auto hidden = lines.size() - max_lines + 1;
    lines.resize(max_lines - 1);
    lines.push_back("and " + std::to_string(hidden) + " more");
  }
  return lines;
}

std::string cut(const std::string& text, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0) != 0x80;
    if (begins && seen++ == columns)
      break;
  }
  return text.substr(0, end);
}

} // namespace sluice::ctl
