// Text and signatures.
#include "actors/application_server/access/session.hpp"

#include <charconv>

namespace sluice::access {

namespace {

constexpr std::string_view session_purpose = "session";
constexpr std::string_view csrf_purpose = "csrf";

} // namespace

std::string write_session(const session_key& key, const session& x) {
  auto text = x.token + '.' + std::to_string(x.until.unix_us / 1'000'000);
  return text + '.' + key.sign(session_purpose, text);
}

std::optional<session> read_session(const session_key& key, std::string_view text, wall_time now) {
  const auto last = text.rfind('.');
  if (last == std::string_view::npos || !key.verifies(session_purpose, text.substr(0, last), text.substr(last + 1)))
    return std::nullopt;
  const auto signed_part = text.substr(0, last);
  const auto first = signed_part.find('.');
  if (first == std::string_view::npos)
    return std::nullopt;
  const auto end = signed_part.substr(first + 1);
  std::int64_t seconds = 0;
  const auto [stop, code] = std::from_chars(end.data(), end.data() + end.size(), seconds);
  const wall_time until{seconds * 1'000'000};
  if (code != std::errc{} || stop != end.data() + end.size() || until <= now)
    return std::nullopt;
  return session{std::string{signed_part.substr(0, first)}, until};
}

std::string csrf_of(const session_key& key, std::string_view cookie) {
  return key.sign(csrf_purpose, cookie);
}

bool csrf_holds(const session_key& key, std::string_view cookie, std::string_view shown) {
  return key.verifies(csrf_purpose, cookie, shown);
}

std::string_view cookie_value(std::string_view header, std::string_view name) {
  std::string_view found;
  bool seen = false;
  while (!header.empty()) {
    const auto end = header.find(';');
    auto one = header.substr(0, end);
    header = end == std::string_view::npos ? std::string_view{} : header.substr(end + 1);
    while (one.starts_with(' '))
      one.remove_prefix(1);
    const auto middle = one.find('=');
    if (middle == std::string_view::npos || one.substr(0, middle) != name)
      continue;
    if (seen)
      return {};
    seen = true;
    found = one.substr(middle + 1);
  }
  return found;
}

std::string set_cookie(std::string_view text, bool tls) {
  const auto age = text.empty() ? 0 : std::chrono::duration_cast<std::chrono::seconds>(session_length).count();
  return std::string{session_cookie} + '=' + std::string{text}
         + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(age) + (tls ? "; Secure" : "");
}

} // namespace sluice::access
