// Reads tags of versions.
#include "actors/application_server/http/precondition.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::http {

namespace {

std::string_view trimmed(std::string_view x) {
  while (!x.empty() && x.front() == ' ')
    x.remove_prefix(1);
  while (!x.empty() && x.back() == ' ')
    x.remove_suffix(1);
  return x;
}

/// A weak tag names no version: If-Match compares strongly.
std::optional<std::uint32_t> version_in(std::string_view tag) {
  if (tag.size() < 4 || !tag.starts_with("\"v") || tag.back() != '"')
    return std::nullopt;
  tag = tag.substr(2, tag.size() - 3);
  std::uint32_t version = 0;
  const auto [end, code] = std::from_chars(tag.data(), tag.data() + tag.size(), version);
  return code == std::errc{} && end == tag.data() + tag.size() ? std::optional{version} : std::nullopt;
}

} // namespace

std::string version_tag(std::uint32_t version) {
  return "\"v" + std::to_string(version) + '"';
}

bool precondition::holds(std::optional<std::uint32_t> in_force) const noexcept {
  if (!given)
    return true;
  if (!in_force)
    return absent && !any && versions.empty();
  return !absent && (any || std::find(versions.begin(), versions.end(), *in_force) != versions.end());
}

precondition read_precondition(std::string_view if_match, std::string_view if_none_match) {
  precondition out;
  out.absent = trimmed(if_none_match) == "*";
  out.given = out.absent || !if_match.empty();
  out.any = trimmed(if_match) == "*";
  while (!out.any && !if_match.empty()) {
    const auto end = if_match.find(',');
    if (const auto version = version_in(trimmed(if_match.substr(0, end))))
      out.versions.push_back(*version);
    if_match = end == std::string_view::npos ? std::string_view{} : if_match.substr(end + 1);
  }
  return out;
}

} // namespace sluice::http
