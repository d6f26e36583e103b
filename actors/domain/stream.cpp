// Names a stream, and matches patterns against its parts.
#include "actors/domain/stream.hpp"

#include <algorithm>

namespace sluice {

namespace {

bool name_character(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == ':'
         || c == '@' || c == '-';
}

} // namespace

bool valid_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= max_name_size && name.front() != '.' && name.front() != '-'
         && std::all_of(name.begin(), name.end(), name_character);
}

bool valid_pattern(std::string_view pattern) noexcept {
  return !pattern.empty() && pattern.size() <= max_name_size && pattern.front() != '.' && pattern.front() != '-'
         && std::all_of(pattern.begin(), pattern.end(), [](char c) {
              return c == '*' || c == '?' || name_character(c);
            });
}

std::string to_string(const stream_id& x) {
  return x.gateway + '/' + x.volume + '/' + x.client;
}

std::optional<stream_id> parse_stream_id(std::string_view text) {
  const auto first = text.find('/');
  if (first == std::string_view::npos)
    return std::nullopt;
  const auto second = text.find('/', first + 1);
  if (second == std::string_view::npos)
    return std::nullopt;
  const auto gateway = text.substr(0, first);
  const auto volume = text.substr(first + 1, second - first - 1);
  const auto client = text.substr(second + 1);
  if (!valid_name(gateway) || !valid_name(volume) || !valid_name(client))
    return std::nullopt;
  return stream_id{std::string{gateway}, std::string{volume}, std::string{client}};
}

bool matches(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  auto star = std::string_view::npos; // where the last '*' stands, and how much of the text it has swallowed
  std::size_t swallowed = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      swallowed = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++swallowed;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

bool matches(const selector& x, const stream_id& stream) noexcept {
  return matches(x.gateway, stream.gateway) && matches(x.volume, stream.volume) && matches(x.client, stream.client);
}

} // namespace sluice
