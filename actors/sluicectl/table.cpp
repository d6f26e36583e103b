// Aligns columns.
#include "actors/sluicectl/table.hpp"

#include "actors/sluicectl/figures.hpp"

#include <algorithm>

namespace sluice::ctl {

namespace {

void add_cell(std::string& line, const std::string& text, std::size_t wide, side align) {
  const std::string space(wide - width(text), ' ');
  line += align == side::right ? space + text : text + space;
}

} // namespace

std::string aligned_table(const std::vector<heading>& headings, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> wide;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    wide.push_back(width(headings[i].text));
    for (const auto& row : rows)
      wide[i] = std::max(wide[i], width(row[i]));
  }
  std::string all;
  const auto add_line = [&](const auto& cell) {
    std::string line;
    for (std::size_t i = 0; i < headings.size(); ++i) {
      line += i == 0 ? "" : "  ";
      add_cell(line, cell(i), wide[i], headings[i].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    all += line + '\n';
  };
  add_line([&](std::size_t i) {
    return headings[i].text;
  });
  for (const auto& row : rows)
    add_line([&](std::size_t i) {
      return row[i];
    });
  return all;
}

} // namespace sluice::ctl
