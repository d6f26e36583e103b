// Who comes in: tokens, sessions and the gate, without sockets and actors.
#include "actors/application_server/access/gate.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace sluice;
using namespace sluice::access;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("unit.access");

namespace {

const std::string file_token(64, 'f');
constexpr wall_time now{1'763'800'000'000'000};
constexpr instant tick = 1h;

wall_time after(std::chrono::seconds x) {
  return {now.unix_us + std::chrono::microseconds{x}.count()};
}

struct issued {
  access_token kept;
  std::string text;
};

issued issue(access_role role, const std::string& tenant = {}) {
  const auto made = make_token();
  issued x;
  x.kept.id = made.id;
  x.kept.digest = digest_of(made.secret);
  x.kept.role = role;
  x.kept.tenant = tenant;
  x.kept.label = "test";
  x.text = made.joined();
  return x;
}

struct guarded {
  gate door{file_token, {}};

  void know(const std::vector<access_token>& all) {
    door.replace(std::make_shared<const token_book>(door.book()->with(all)));
  }
  std::variant<caller, turned_away> by_token(const std::string& text, wall_time at = now) {
    const auto header = "Bearer " + text;
    credentials x;
    x.authorization = header;
    return door.admit(x, at, tick);
  }
  unsigned status_by_token(const std::string& text, wall_time at = now) {
    const auto said = by_token(text, at);
    const auto* refused = std::get_if<turned_away>(&said);
    return refused == nullptr ? 200 : refused->status;
  }
};

} // namespace

TEST_CASE("tokens have a form, and no two are alike") {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const auto made = make_token();
    const auto text = made.joined();
    CHECK(text.size() == 56);
    const auto parts = parse_token(text);
    REQUIRE(parts);
    CHECK(parts->id == made.id);
    CHECK(parts->secret == made.secret);
    seen.insert(text);
  }
  CHECK(seen.size() == 1'000);
  for (const std::string& wrong :
       {std::string{}, std::string{"slc_"}, make_token().joined() + "x", "xlc_" + make_token().joined().substr(4),
        "slc_ABCDEFGH_" + std::string(43, 'a'), "slc_abcdefgh_" + std::string(42, 'a') + '+',
        "slc_abcdefgh-" + std::string(43, 'a')})
    CHECK(!parse_token(wrong));
}

TEST_CASE("a token opens as long as it is good") {
  guarded x;
  auto one = issue(access_role::operator_);
  auto other = issue(access_role::customer, "acme");
  x.know({one.kept, other.kept});
  CHECK(std::get<caller>(x.by_token(one.text)).role == access_role::operator_);
  CHECK(std::get<caller>(x.by_token(other.text)).tenant == "acme");
  CHECK(std::get<caller>(x.by_token(file_token)).role == access_role::admin);

  auto mixed = *parse_token(one.text);
  mixed.id = other.kept.id; // somebody else's secret
  CHECK(x.status_by_token(mixed.joined()) == 401);
  CHECK(x.status_by_token(one.text + ' ') == 401);
  CHECK(x.status_by_token("") == 401);

  one.kept.expires = after(60s);
  other.kept.revoked = now;
  x.know({one.kept, other.kept});
  CHECK(x.status_by_token(one.text, after(59s)) == 200);
  CHECK(x.status_by_token(one.text, after(60s)) == 401);
  CHECK(x.status_by_token(other.text) == 401);
}

TEST_CASE("until the tokens are loaded, what may be one of them is asked to come again") {
  guarded x;
  const auto one = issue(access_role::operator_);
  const auto waits = [](const auto& said) {
    const auto* refused = std::get_if<turned_away>(&said);
    return refused != nullptr && refused->status == 503 && refused->retry_after_s > 0;
  };
  CHECK(waits(x.by_token(one.text)));
  CHECK(waits(x.door.begin(one.text, "10.0.0.1", now, tick)));
  CHECK(x.status_by_token(file_token) == 200);
  for (const auto& none : {std::string{"slc_"}, one.text + 'x', std::string(64, 'e'), std::string{}})
    CHECK(x.status_by_token(none) == 401);

  // A session that the process before began.
  const auto signed_before = "sluice_session=" + write_session(derived_key(file_token), {one.kept.id, after(1h)});
  credentials shown;
  shown.cookie = signed_before;
  CHECK(waits(x.door.admit(shown, now, tick)));
  const auto forged = signed_before + 'x';
  shown.cookie = forged;
  CHECK(std::get<turned_away>(x.door.admit(shown, now, tick)).status == 401);

  x.know({});
  CHECK(x.status_by_token(one.text) == 401);
  x.know({one.kept});
  CHECK(x.status_by_token(one.text) == 200);
}

TEST_CASE("every changed character of a token shuts the gate") {
  guarded x;
  const auto one = issue(access_role::admin);
  x.know({one.kept});
  for (std::size_t i = 0; i < one.text.size(); ++i) {
    auto wrong = one.text;
    wrong[i] = wrong[i] == 'a' ? 'b' : 'a';
    CHECK(x.status_by_token(wrong) == 401);
  }
}

TEST_CASE("a session lasts until its end, or its token's") {
  guarded x;
  auto one = issue(access_role::viewer);
  x.know({one.kept});
  auto begun = x.door.begin(one.text, "10.0.0.1", now, tick);
  REQUIRE(std::holds_alternative<gate::begun>(begun));
  const auto cookie = "a=b; sluice_session=" + std::get<gate::begun>(begun).cookie + "; c=d";
  const auto ask = [&](wall_time at) {
    credentials shown;
    shown.cookie = cookie;
    const auto said = x.door.admit(shown, at, tick);
    return std::holds_alternative<caller>(said) ? 200u : std::get<turned_away>(said).status;
  };
  CHECK(ask(now) == 200);
  CHECK(ask(after(12h - 1s)) == 200);
  CHECK(ask(after(12h)) == 401);
  one.kept.revoked = now;
  x.know({one.kept});
  CHECK(ask(now) == 401);

  // Another server with the same token file knows the session, one with another file does not.
  gate again{file_token, {}};
  gate stranger{std::string(64, 'e'), {}};
  CHECK(again.session_of(cookie, now).until == after(12h));
  CHECK(stranger.session_of(cookie, now).until == wall_time{});
}

TEST_CASE("every changed character of a session ends it") {
  const auto key = derived_key(file_token);
  const auto text = write_session(key, {"file", after(1h)});
  REQUIRE(read_session(key, text, now));
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto wrong = text;
    wrong[i] = wrong[i] == 'a' ? 'b' : 'a';
    CHECK(!read_session(key, wrong, now));
  }
  CHECK(!read_session(key, "", now));
  CHECK(!read_session(key, "..", now));
}

TEST_CASE("a change by cookie needs a page of ours") {
  guarded x;
  auto begun = x.door.begin(file_token, "10.0.0.1", now, tick);
  const auto cookie = "sluice_session=" + std::get<gate::begun>(begun).cookie;
  const auto csrf = x.door.session_of(cookie, now).csrf;
  const auto ask = [&](bool changes, const std::string& shown, const std::string& origin) {
    credentials c;
    c.cookie = cookie;
    c.csrf = shown;
    c.origin = origin;
    c.host = "sluice.example:8080";
    c.changes = changes;
    const auto said = x.door.admit(c, now, tick);
    return std::holds_alternative<caller>(said) ? 200u : std::get<turned_away>(said).status;
  };
  CHECK(ask(false, "", "") == 200);
  CHECK(ask(true, csrf, "https://sluice.example:8080") == 200);
  CHECK(ask(true, csrf, "") == 200);
  CHECK(ask(true, "", "https://sluice.example:8080") == 403);
  CHECK(ask(true, csrf + "x", "") == 403);
  CHECK(ask(true, csrf, "https://evil.example") == 403);
  CHECK(ask(true, csrf, "null") == 403);
}

TEST_CASE("who shows a bad token is not let in by a good cookie") {
  guarded x;
  auto begun = x.door.begin(file_token, "10.0.0.1", now, tick);
  const auto cookie = "sluice_session=" + std::get<gate::begun>(begun).cookie;
  credentials shown;
  shown.authorization = "Bearer wrong";
  shown.cookie = cookie;
  CHECK(std::holds_alternative<turned_away>(x.door.admit(shown, now, tick)));
}

TEST_CASE("a cookie that is there twice is none") {
  CHECK(cookie_value("sluice_session=a", "sluice_session") == "a");
  CHECK(cookie_value("x=1; sluice_session=a;y=2", "sluice_session") == "a");
  CHECK(cookie_value("sluice_session=a; sluice_session=b", "sluice_session").empty());
  CHECK(cookie_value("xsluice_session=a", "sluice_session").empty());
  CHECK(cookie_value("", "sluice_session").empty());
  CHECK(set_cookie("t", true).find("; HttpOnly; SameSite=Strict;") != std::string::npos);
  CHECK(set_cookie("t", true).ends_with("; Secure"));
  CHECK(set_cookie("", false).find("Max-Age=0") != std::string::npos);
}

TEST_CASE("who asks too often waits") {
  gate door{file_token, {10, 20, 3}};
  credentials shown;
  const auto header = "Bearer " + file_token;
  shown.authorization = header;
  const auto status = [&](instant at) {
    const auto said = door.admit(shown, now, at);
    return std::holds_alternative<caller>(said) ? 200u : std::get<turned_away>(said).status;
  };
  for (int i = 0; i < 20; ++i)
    CHECK(status(tick) == 200);
  CHECK(status(tick) == 429);
  CHECK(status(tick + 100ms) == 200);
  CHECK(status(tick + 100ms) == 429);

  const auto sign_in = [&](const char* from, instant at) {
    const auto said = door.begin("wrong", from, now, at);
    return std::get<turned_away>(said).status;
  };
  for (int i = 0; i < 3; ++i)
    CHECK(sign_in("10.0.0.9", tick) == 401);
  CHECK(sign_in("10.0.0.9", tick) == 429);
  CHECK(sign_in("10.0.0.8", tick) == 401);
  CHECK(sign_in("10.0.0.9", tick + 20s) == 401);
}

TEST_SUITE_END();
