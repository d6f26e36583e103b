// The gate, the table of rights and the reader of requests, in this order.
#include "actors/application_server/entrance.hpp"

#include "actors/application_server/http/answers.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/rights.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"
#include "actors/application_server/http/watch_topics.hpp"

namespace sluice {

namespace {

using http::operation;

http::response refusal_of(const access::turned_away& x) {
  auto out = http::problem(x.status, x.why);
  out.retry_after_s = x.retry_after_s;
  return out;
}

bool is_change_of_agreement(operation x) noexcept {
  return x == operation::create_agreement || x == operation::replace_agreement || x == operation::patch_agreement
         || x == operation::end_agreement;
}

} // namespace

void entrance::know(const std::vector<access_token>& all) {
  gate_.replace(std::make_shared<const access::token_book>(gate_.book()->with(all)));
}

void entrance::know(const access_token& x) {
  gate_.replace(std::make_shared<const access::token_book>(gate_.book()->with(x)));
}

std::variant<http::call, http::response> entrance::judge(const http::request& x, wall_time now, instant tick) {
  const auto from = http::find_route(x.method, x.target);
  caller who;
  who.address = x.address;
  if (!from.open || (from.what == operation::metrics && !settings_.open_metrics)) {
    const bool changes = from.result == http::route::outcome::found && http::changes_something(from.what);
    auto admitted = gate_.admit({x.authorization, x.cookie, x.csrf, x.origin, x.host, x.address, changes}, now, tick);
    if (const auto* refused = std::get_if<access::turned_away>(&admitted))
      return refusal_of(*refused);
    who = std::get<caller>(std::move(admitted));
  }
  if (from.what == operation::metrics && !settings_.open_metrics && who.role == access_role::customer)
    return http::problem(403, "the metrics name everybody; a viewer may read them");
  auto judged = http::read_call(x, from, who);
  auto* asked = std::get_if<http::call>(&judged);
  if (asked == nullptr)
    return judged;
  switch (asked->what) {
  case operation::begin_session:
    return begin_session(x, *asked, now, tick);
  case operation::show_session:
    return show_session(x, who, now);
  case operation::end_session: {
    http::response out;
    out.status = 204;
    out.set_cookie = access::set_cookie({}, settings_.tls);
    return out;
  }
  case operation::watch: {
    http::response out;
    for (auto& topic : asked->topics)
      topic = http::scoped_topic(who, topic);
    const auto end = x.authorization.empty() ? gate_.session_of(x.cookie, now).until : wall_time{};
    out.events = http::watching{std::move(asked->topics), x.last_event_id, who.token, end, {}};
    return out;
  }
  default:
    break;
  }
  if (who.role == access_role::customer && is_change_of_agreement(asked->what) && !asked->dry_run
      && !settings_.customers_may_establish)
    return http::problem(403,
                         "customers may only try agreements here (?dry_run=true); ask your provider to establish it");
  if (asked->force && who.role != access_role::admin)
    return http::problem(403, "only an admin may establish what admission refuses");
  return judged;
}

bool entrance::is_welcome(const http::watching& x, wall_time now) const {
  return (x.until == wall_time{} || now < x.until) && gate_.book()->holder(x.owner, now);
}

http::response entrance::begin_session(const http::request& x, const http::call& asked, wall_time now, instant tick) {
  auto begun = gate_.begin(asked.credential, x.address, now, tick);
  if (const auto* refused = std::get_if<access::turned_away>(&begun))
    return refusal_of(*refused);
  http::response out;
  out.status = 204;
  out.set_cookie = access::set_cookie(std::get<access::gate::begun>(begun).cookie, settings_.tls);
  return out;
}

http::response entrance::show_session(const http::request& x, const caller& who, wall_time now) const {
  const auto session = gate_.session_of(x.cookie, now);
  http::json body{{"token", who.token}, {"role", to_string(who.role)}, {"label", who.label}};
  body["tenant"] = who.tenant.empty() ? http::json(nullptr) : http::json(who.tenant);
  body["until"] = session.until == wall_time{} ? http::json(nullptr) : http::json(http::rfc3339(session.until));
  body["csrf"] = session.csrf.empty() ? http::json(nullptr) : http::json(session.csrf);
  body["customers_may_establish"] = settings_.customers_may_establish;
  return http::answer(200, body);
}

} // namespace sluice
