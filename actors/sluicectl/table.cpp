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

template<class Cell>
std::string line_of(const std::vector<heading>& headings, const std::vector<std::size_t>& wide, Cell cell) {
  std::string line;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    line += i == 0 ? "" : "  ";
    add_cell(line, cell(i), wide[i], headings[i].align);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

} // namespace

running_table::running_table(std::vector<heading> headings) : headings_(std::move(headings)) {
  for (const auto& x : headings_)
    wide_.push_back(width(x.text));
}

void running_table::widen(const std::vector<std::vector<std::string>>& all) {
  for (std::size_t i = 0; i < headings_.size(); ++i)
    for (const auto& row : all)
      wide_[i] = std::max(wide_[i], width(row[i]));
}

std::string running_table::headings(const std::vector<std::vector<std::string>>& next) {
  widen(next);
  return line_of(headings_, wide_, [&](std::size_t i) {
    return headings_[i].text;
  });
}

std::string running_table::rows(const std::vector<std::vector<std::string>>& all) {
  widen(all);
  std::string text;
  for (const auto& row : all)
    text += line_of(headings_, wide_, [&](std::size_t i) {
      return row[i];
    });
  return text;
}

std::string aligned_table(const std::vector<heading>& headings, const std::vector<std::vector<std::string>>& rows) {
  running_table table{headings};
  auto text = table.headings(rows);
  return text + table.rows(rows);
}

} // namespace sluice::ctl
