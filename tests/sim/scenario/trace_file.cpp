// The lines.
#include "tests/sim/scenario/trace_file.hpp"

#include "tests/sim/scenario/file_text.hpp"

#include <array>
#include <charconv>
#include <fstream>
#include <string_view>

namespace sluice::sim {

namespace {

constexpr std::uint64_t longest_us = 86'400'000'000;        // a day
constexpr std::uint64_t largest_request = 64 * 1024 * 1024; // above what NBD clients send

bool number(std::string_view text, std::uint64_t most, std::uint64_t& to) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), to);
  return code == std::errc{} && end == text.data() + text.size() && to <= most;
}

/// Four fields; false if there are more or fewer.
bool split(std::string_view line, std::array<std::string_view, 4>& to) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto comma = line.find(',');
    if ((comma == std::string_view::npos) != (i + 1 == to.size()))
      return false;
    to[i] = line.substr(0, comma);
    line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  }
  return true;
}

} // namespace

std::vector<trace_record> read_trace_file(const std::string& path, std::string& problem) {
  std::ifstream in{path};
  if (!in) {
    problem = why_unreadable(path);
    return {};
  }
  std::vector<trace_record> records;
  std::string line;
  for (std::size_t count = 1; std::getline(in, line); ++count) {
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    if (line.empty() || line.front() == '#' || line == "time_us,operation,size_bytes,offset_bytes")
      continue;
    std::array<std::string_view, 4> field;
    std::uint64_t at = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
    const auto good = split(line, field) && number(field[0], longest_us, at) && (field[1] == "R" || field[1] == "W")
                      && number(field[2], largest_request, size) && number(field[3], ~std::uint64_t{0}, offset);
    const duration when = std::chrono::microseconds{at};
    if (!good || (!records.empty() && when < records.back().at)) {
      problem = "line " + std::to_string(count)
                + " must be time_us,operation,size_bytes,offset_bytes with operation R or W and times that do not fall";
      return {};
    }
    if (records.size() >= max_trace_records) {
      problem = "has more than 10000000 lines";
      return {};
    }
    records.push_back({when, offset, static_cast<std::uint32_t>(size), field[1] == "W"});
  }
  if (records.empty())
    problem = "holds no request";
  return records;
}

} // namespace sluice::sim
