// Tokens, cookies and how often.
#include "actors/application_server/access/gate.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::access {

namespace {

constexpr std::string_view bearer = "Bearer ";

/// Buckets that are kept; beyond it full ones, which say nothing, are dropped. Chosen.
constexpr std::size_t max_buckets = 20'000;

/// After how many seconds somebody shall ask again whose token may be in the database. Chosen: the desk tries to load
/// twice a second.
constexpr unsigned load_retry_s = 1;

/// Whether a page of this origin is one of ours: the same host, whatever the scheme, since a proxy may speak TLS for
/// us.
bool is_ours(std::string_view origin, std::string_view host) noexcept {
  const auto scheme = origin.find("://");
  return scheme != std::string_view::npos && origin.substr(scheme + 3) == host && !host.empty();
}

/// Whose token is not known is nobody, once all tokens are.
turned_away nobody(const token_book& book, bool may_be_known, const char* why) {
  if (book.loaded() || !may_be_known)
    return {401, why, 0};
  return {503, "the tokens have not been loaded from the database yet", load_retry_s};
}

constexpr auto opens_nothing = "this token opens nothing: it is unknown, revoked or over";

} // namespace

gate::gate(std::string_view file_token, visit_bounds bounds)
    : key_(derived_key(file_token)),
      bounds_(bounds),
      book_(std::make_shared<const token_book>(digest_of(file_token))) {}

unsigned gate::take(buckets& from, std::string_view name, double per_second, double at_once, instant tick) {
  const auto filled = [&](const bucket& x) {
    const auto passed = std::chrono::duration<double>(tick - x.filled).count();
    return std::min(at_once, x.tokens + std::max(0.0, passed) * per_second);
  };
  auto found = from.find(name);
  if (found == from.end()) {
    if (from.size() >= max_buckets)
      std::erase_if(from, [&](const auto& x) {
        return filled(x.second) >= at_once;
      });
    found = from.emplace(std::string{name}, bucket{at_once, tick}).first;
  }
  auto& one = found->second;
  one.tokens = filled(one);
  one.filled = tick;
  if (one.tokens < 1)
    return static_cast<unsigned>(std::ceil((1 - one.tokens) / per_second));
  one.tokens -= 1;
  return 0;
}

std::variant<caller, turned_away> gate::admit(const credentials& x, wall_time now, instant tick) {
  const auto book = book_.load();
  std::optional<caller> who;
  const auto cookie = cookie_value(x.cookie, session_cookie);
  if (!x.authorization.empty()) {
    const bool shows_token = x.authorization.starts_with(bearer);
    const auto token = shows_token ? x.authorization.substr(bearer.size()) : std::string_view{};
    if (shows_token)
      who = book->owner_of(token, now);
    if (!who)
      return nobody(*book, parse_token(token).has_value(), opens_nothing);
  } else if (!cookie.empty()) {
    const auto session = read_session(key_, cookie, now);
    if (session)
      who = book->holder(session->token, now);
    if (!who)
      return nobody(*book, session.has_value(), "the session is over; sign in again");
    if (x.changes && !x.origin.empty() && !is_ours(x.origin, x.host))
      return turned_away{403, "a page of another site asked for this change", 0};
    if (x.changes && !csrf_holds(key_, cookie, x.csrf))
      return turned_away{403, "a change by cookie needs the X-CSRF-Token that GET /api/v1/session tells", 0};
  } else {
    return turned_away{401,
                       "a bearer token is needed; sluicectl token create makes one, the first one is in the "
                       "application server's token file",
                       0};
  }
  who->address = x.address;
  if (const auto wait = take(visits_, who->token, bounds_.per_second, bounds_.at_once, tick); wait > 0)
    return turned_away{429, "this token asks too often", wait};
  return std::move(*who);
}

std::variant<gate::begun, turned_away> gate::begin(std::string_view token, std::string_view address, wall_time now,
                                                   instant tick) {
  const auto per_minute = bounds_.logins_per_minute;
  if (const auto wait = take(logins_, address, per_minute / 60, per_minute, tick); wait > 0)
    return turned_away{429, "too many sign-ins came from this address", wait};
  const auto book = book_.load();
  auto who = book->owner_of(token, now);
  if (!who)
    return nobody(*book, parse_token(token).has_value(), opens_nothing);
  who->address = address;
  const wall_time until{now.unix_us + std::chrono::duration_cast<std::chrono::microseconds>(session_length).count()};
  auto cookie = write_session(key_, {who->token, until});
  return begun{std::move(*who), std::move(cookie)};
}

gate::shown_session gate::session_of(std::string_view cookie_header, wall_time now) const {
  const auto cookie = cookie_value(cookie_header, session_cookie);
  const auto session = cookie.empty() ? std::nullopt : read_session(key_, cookie, now);
  return session ? shown_session{session->until, csrf_of(key_, cookie)} : shown_session{};
}

} // namespace sluice::access
