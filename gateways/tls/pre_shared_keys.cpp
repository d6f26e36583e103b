// Reads pre-shared keys.
#include "gateways/tls/pre_shared_keys.hpp"

#include "actors/domain/stream.hpp"

#include <utility>

namespace sluice::tls {

namespace {

int digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool read_hex(std::string_view text, std::vector<unsigned char>& to) {
  if (text.size() % 2 != 0)
    return false;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0)
      return false;
    to.push_back(static_cast<unsigned char>(high << 4 | low));
  }
  return true;
}

/// Empty, or what was expected of this line.
std::string read_line(std::string_view line, pre_shared_keys& to) {
  const auto colon = line.rfind(':'); // a user may hold colons, a key does not
  if (colon == std::string_view::npos)
    return "expected user:hexkey";
  const auto user = line.substr(0, colon);
  if (!valid_name(user))
    return "the user may have letters, digits and . _ : @ -";
  std::vector<unsigned char> key;
  if (!read_hex(line.substr(colon + 1), key))
    return "the key is not hexadecimal";
  if (key.size() < least_key_bytes || key.size() > most_key_bytes)
    return "the key must have " + std::to_string(least_key_bytes) + " to " + std::to_string(most_key_bytes) + " bytes";
  if (to.size() == max_users)
    return "more than " + std::to_string(max_users) + " users";
  if (!to.emplace(user, std::move(key)).second)
    return "this user is there twice";
  return {};
}

} // namespace

std::string read_keys(std::string_view content, pre_shared_keys& to) {
  for (std::size_t number = 1; !content.empty(); ++number) {
    const auto end = content.find('\n');
    auto line = content.substr(0, end);
    content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
      line.remove_suffix(1);
    if (line.empty() || line.starts_with("# "))
      continue;
    if (auto problem = read_line(line, to); !problem.empty())
      return "line " + std::to_string(number) + ": " + problem;
  }
  return to.empty() ? "there is no user in it" : std::string{};
}

} // namespace sluice::tls
