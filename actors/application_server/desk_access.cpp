// Who sees what at the desk: tokens made and taken back, and customers kept to their own tenant.
#include "actors/application_server/access/secret.hpp"
#include "actors/application_server/desk.hpp"
#include "actors/application_server/http/answers.hpp"
#include "actors/application_server/http/page.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"
#include "actors/domain/selection.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>

namespace sluice {

namespace {

using http::answer;
using http::operation;
using http::problem;

constexpr auto component = caf::atom("desk");

http::json token_json(const access_token& x, wall_time now) {
  const auto moment = [](wall_time y) {
    return y == wall_time{} ? http::json(nullptr) : http::json(http::rfc3339(y));
  };
  return {{"id", x.id},
          {"role", to_string(x.role)},
          {"tenant", x.tenant.empty() ? http::json(nullptr) : http::json(x.tenant)},
          {"label", x.label},
          {"created", moment(x.created)},
          {"created_by", x.created_by},
          {"expires", moment(x.expires)},
          {"revoked", moment(x.revoked)},
          {"good", x.good_at(now)}};
}

} // namespace

void desk_state::create_token(const exchange_ptr& x) {
  const auto made = access::make_token();
  auto wanted = x->call.token;
  wanted.id = made.id;
  wanted.digest = access::digest_of(made.secret);
  wanted.created_by = x->call.asker.token;
  wanted.created = settings_.time.wall();
  if (const auto length = x->call.order_length; length > duration::zero())
    wanted.expires =
        wall_time{wanted.created.unix_us + std::chrono::duration_cast<std::chrono::microseconds>(length).count()};
  ask_database(
      x, true,
      [this, x, text = made.joined()](const access_token& stored) {
        token_changed(x, stored, "create-token",
                      "Role " + std::string{to_string(stored.role)} + (stored.tenant.empty() ? "" : " of ")
                          + stored.tenant + ", for " + stored.label + '.');
        auto body = token_json(stored, settings_.time.wall());
        body["token"] = text; // this once
        x->answer(answer(201, body));
      },
      create_atom::value, wanted);
}

void desk_state::revoke_token(const exchange_ptr& x) {
  ask_database(
      x, true,
      [this, x](const access_token& stored) {
        token_changed(x, stored, "revoke-token", "It was for " + stored.label + '.');
        x->answer(answer(200, token_json(stored, settings_.time.wall())));
      },
      retract_atom::value, x->call.token);
}

void desk_state::token_changed(const exchange_ptr& x, const access_token& stored, const char* action,
                               const std::string& detail) {
  const auto found = std::ranges::lower_bound(tokens_, stored.id, {}, &access_token::id);
  if (found == tokens_.end() || found->id != stored.id)
    tokens_.insert(found, stored);
  else
    *found = stored;
  if (settings_.tokens_known)
    settings_.tokens_known(tokens_);
  log(log_events::token_changed, component, log_field{"token", stored.id}, log_field{"action", action},
      log_field{"who", x->call.asker.name()});
  audit(x, action, stored.id, detail);
}

void desk_state::list_tokens(const exchange_ptr& x) {
  if (!book_.loaded())
    return x->answer(problem(503, "the tokens have not been loaded from the database yet"));
  const auto begin = std::ranges::upper_bound(tokens_, x->call.after, {}, &access_token::id);
  x->answer(answer(200, http::page_of(
                            begin, tokens_.end(), x->call.limit,
                            [](const access_token& y) {
                              return y.id;
                            },
                            [now = settings_.time.wall()](const access_token& y) {
                              return token_json(y, now);
                            })));
}

bool desk_state::is_of(const std::string& tenant, const stream_id& stream) const {
  const auto known = book_.agreements();
  const auto* found = owner_of(known, stream);
  return found != nullptr && found->tenant == tenant;
}

bool desk_state::has_place(const std::string& tenant, const selector& streams) const {
  bool within_own = false;
  for (const auto& x : book_.agreements()) {
    if (x.tenant == tenant)
      within_own = within_own || within(streams, x.streams);
    else if (may_overlap(streams, x.streams))
      return false;
  }
  return within_own;
}

std::optional<http::response> desk_state::beyond_tenant(const http::call& x) const {
  const auto& tenant = x.asker.tenant;
  if (x.asker.role != access_role::customer)
    return std::nullopt;
  const auto* held = book_.find(x.what == operation::create_agreement ? x.document.name : x.name);
  switch (x.what) {
  case operation::create_agreement:
  case operation::replace_agreement:
    if (x.document.tenant != tenant)
      return problem(403, "an agreement of your own can only be with " + tenant);
    if (held != nullptr && held->tenant != tenant)
      return problem(409, "this name is taken; choose another one");
    if (x.document.suspended != (held != nullptr && held->suspended))
      return problem(403, "whether an agreement is suspended is your provider's to say");
    if (const bool keeps = held != nullptr && held->streams == x.document.streams;
        !x.dry_run && !keeps && !has_place(tenant, x.document.streams))
      return problem(403,
                     "these streams are not yours: an agreement lies within one that your provider has established "
                     "with you, and beside those of others");
    return std::nullopt;
  case operation::make_statement:
    return x.name == tenant ? std::nullopt : std::optional{problem(404, "there is no tenant " + x.name)};
  case operation::show_stream:
  case operation::explain_stream:
  case operation::show_history:
  case operation::export_samples:
    return is_of(tenant, x.stream) ? std::nullopt
                                   : std::optional{problem(404, "there is no stream " + to_string(x.stream))};
  default:
    break;
  }
  if (x.name.empty() || (held != nullptr && held->tenant == tenant))
    return std::nullopt;
  return problem(404, "there is no agreement " + x.name);
}

} // namespace sluice
