// RFC 4180: within a field that is quoted the quotes are doubled, so that a line ends where their number is even.
#include "actors/sluicectl/csv_pages.hpp"

namespace sluice::ctl {

namespace {

/// Where the line that begins at `from` ends, after its line feed; counts the line feeds in it.
std::size_t line_end(std::string_view text, std::size_t from, std::size_t& line_feeds) {
  bool quoted = false;
  for (auto i = from; i < text.size(); ++i) {
    if (text[i] == '"')
      quoted = !quoted;
    if (text[i] != '\n')
      continue;
    ++line_feeds;
    if (!quoted)
      return i + 1;
  }
  return text.size();
}

} // namespace

std::vector<csv_page> split_csv(std::string_view text, std::size_t most_bytes) {
  std::size_t line = 1;
  std::size_t line_feeds = 0;
  const auto header = text.substr(0, line_end(text, 0, line_feeds));
  std::vector<csv_page> pages{{{}, header, 1}};
  line += line_feeds;
  for (auto at = header.size(); at < text.size();) {
    line_feeds = 0;
    const auto end = line_end(text, at, line_feeds);
    auto& last = pages.back();
    if (last.header.size() + last.lines.size() + (end - at) <= most_bytes
        || (pages.size() == 1 && last.lines.size() == header.size()))
      last.lines = text.substr(at - last.lines.size(), last.lines.size() + (end - at));
    else
      pages.push_back({header, text.substr(at, end - at), line});
    line += line_feeds;
    at = end;
  }
  return pages;
}

} // namespace sluice::ctl
