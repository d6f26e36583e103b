// Cursors are the export's number in hexadecimal, a point, and the number of the page.
#include "actors/database_manager/query/open_exports.hpp"

#include "actors/database_manager/query/export_pages.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace sluice::query {

namespace {

using store::failure;
using store::failure_kind;
using store::outcome;

struct page_number {
  std::uint64_t id = 0;
  std::uint64_t page = 0;
};

std::string cursor_of(const page_number& x) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), x.id, 16).ptr;
  return std::string{digits.data(), end} + '.' + std::to_string(x.page);
}

std::optional<page_number> parse_cursor(const std::string& text) {
  page_number x;
  const auto* const last = text.data() + text.size();
  const auto id = std::from_chars(text.data(), last, x.id, 16);
  if (id.ec != std::errc{} || id.ptr == last || *id.ptr != '.')
    return std::nullopt;
  const auto page = std::from_chars(id.ptr + 1, last, x.page);
  return page.ec == std::errc{} && page.ptr == last ? std::optional{x} : std::nullopt;
}

no_page gone(const std::string& why) {
  return {no_page::kind::gone, {failure_kind::refused, why}};
}

/// Where a page ends: after a line, if there is one.
std::size_t page_end(const std::string& waiting) {
  if (waiting.size() <= max_export_page_bytes)
    return waiting.size();
  const auto line = waiting.rfind('\n', max_export_page_bytes - 1);
  return line == std::string::npos ? max_export_page_bytes : line + 1;
}

} // namespace

std::variant<export_page, no_page> open_exports::page(const snapshot_reader& read, const export_question& x,
                                                      instant now, wall_time label) {
  sweep(now);
  if (x.cursor.empty())
    return begin(read, x, now, label);
  const auto which = parse_cursor(x.cursor);
  if (!which)
    return no_page{no_page::kind::failed,
                   {failure_kind::refused, "this page does not exist: a cursor is what the page before gave"}};
  return go_on(read, which->id, which->page, x, now);
}

bool open_exports::sweep(instant now) {
  std::erase_if(open_, [&](const auto& x) {
    return now - x.second.used >= idle_;
  });
  return !open_.empty();
}

outcome<store::done> open_exports::fill(store::reading& from, one_export& x) {
  while (!x.ended && x.waiting.size() <= max_export_page_bytes) {
    auto more = from.next_page(*x.pages);
    if (!more)
      return more.why();
    x.ended = more->empty();
    x.waiting += *more;
  }
  return store::done{};
}

void open_exports::give(std::uint64_t id, one_export& x) {
  const auto end = page_end(x.waiting);
  x.last.text = x.waiting.substr(0, end);
  x.waiting.erase(0, end);
  ++x.last_page;
  x.last.next = x.ended && x.waiting.empty() ? std::string{} : cursor_of({id, x.last_page + 1});
}

std::variant<export_page, no_page> open_exports::begin(const snapshot_reader& read, const export_question& x,
                                                       instant now, wall_time label) {
  if (open_.size() >= max_open_exports) { // one that was read to its end waits for nobody who is likely to come
    const auto read_out = std::find_if(open_.begin(), open_.end(), [](const auto& each) {
      return each.second.last.next.empty();
    });
    if (read_out == open_.end())
      return no_page{no_page::kind::too_many,
                     {failure_kind::busy, std::to_string(open_.size())
                                              + " exports of evidence are being read already; try again in a minute"}};
    open_.erase(read_out);
  }
  one_export fresh;
  const auto first = read([&](store::reading& from) -> outcome<export_page> {
    fresh = {}; // whatever an earlier attempt read
    const auto span = span_of(from, x, label);
    if (!span)
      return span.why();
    fresh.agreement = x.agreement;
    fresh.last.from = span->from;
    fresh.last.to = span->to;
    fresh.pages = std::make_unique<store::evidence_export>(
        evidence::export_scope{x.agreement, span->from, span->to, label}, key_);
    if (const auto filled = fill(from, fresh); !filled)
      return filled.why();
    return export_page{};
  });
  if (!first)
    return no_page{no_page::kind::failed, first.why()};
  const auto id = next_id_++;
  fresh.used = now;
  give(id, fresh);
  return open_.emplace(id, std::move(fresh)).first->second.last;
}

std::variant<export_page, no_page> open_exports::go_on(const snapshot_reader& read, std::uint64_t id,
                                                       std::uint64_t page, const export_question& x, instant now) {
  const auto found = open_.find(id);
  if (found == open_.end() || found->second.agreement != x.agreement)
    return gone("it is not open any more");
  auto& of = found->second;
  of.used = now;
  if (page == of.last_page)
    return of.last;
  if (page != of.last_page + 1 || of.last.next.empty())
    return gone("its pages must be asked for one after the other");
  const auto filled = read([&](store::reading& from) -> outcome<export_page> {
    if (const auto more = fill(from, of); !more)
      return more.why();
    return export_page{};
  });
  if (!filled) {
    const auto why = filled.why().text;
    open_.erase(found); // part of what follows may have been read: it cannot be read again
    return gone(why);
  }
  give(id, of);
  return of.last;
}

} // namespace sluice::query
