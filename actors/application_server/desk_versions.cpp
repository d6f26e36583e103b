// Changes that depend on a version: on which one they are made, patches, and the policy; and who has agreements. What
// is in force is what the database manager confirmed.
#include "actors/application_server/desk.hpp"

#include "actors/application_server/http/agreement_patch.hpp"
#include "actors/application_server/http/answers.hpp"
#include "actors/application_server/http/policy_text.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/tenants.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>

namespace sluice {

namespace {

using http::answer;
using http::operation;
using http::problem;

constexpr auto component = caf::atom("desk");

/// Stands for the policy among the names of what is being changed; no agreement has it.
constexpr auto policy_name = "";

} // namespace

std::optional<http::response> desk_state::unmet(const exchange_ptr& x) const {
  const auto& wanted = x->call.only_if;
  if (!wanted.given)
    return std::nullopt;
  if (!book_.loaded() || load_wanted_ || loading_)
    return problem(503, "which version is in force is being asked of the database; nothing was changed");
  const bool policy = x->call.what == operation::replace_policy;
  const auto subject = policy ? std::string{policy_name} : x->call.name;
  const bool in_flight = std::any_of(changing_.begin(), changing_.end(), [&](const auto& other) {
    return other.first != x && other.second == subject;
  });
  const auto* held = policy ? nullptr : book_.find(subject);
  std::optional<std::uint32_t> version;
  if (policy)
    version = book_.policy().version;
  else if (held != nullptr)
    version = held->version;
  if (!in_flight && wanted.holds(version))
    return std::nullopt;
  // Of a patch without a version the client knows nothing of versions.
  const auto status = x->call.is_patched ? 409u : 412u;
  if (in_flight)
    return problem(status, "somebody else is changing it at this moment; nothing was changed, ask again");
  auto out = problem(status, version ? "version " + std::to_string(*version) + " is in force; nothing was changed"
                                     : "there is none; nothing was changed");
  if (version)
    out.etag = http::version_tag(*version);
  return out;
}

void desk_state::patch(const exchange_ptr& x) {
  if (!book_.loaded())
    return x->answer(problem(503, "the agreements have not been loaded from the database yet"));
  const auto* held = book_.find(x->call.name);
  if (held == nullptr)
    return x->answer(problem(404, "there is no agreement " + x->call.name));
  if (auto refusal = unmet(x))
    return x->answer(*std::move(refusal));
  auto made = http::patched(*held, x->call.patch);
  if (auto* refused = std::get_if<http::response>(&made))
    return x->answer(std::move(*refused));
  auto whole = *x;
  whole.call.what = operation::replace_agreement;
  whole.call.document = std::get<agreement>(std::move(made));
  if (!whole.call.only_if.given) {
    whole.call.only_if.given = whole.call.is_patched = true;
    whole.call.only_if.versions = {held->version};
  }
  const auto replaces = std::make_shared<const exchange>(std::move(whole));
  if (auto refusal = beyond_tenant(replaces->call))
    return x->answer(std::move(*refusal));
  admit(replaces);
}

void desk_state::list_tenants(const exchange_ptr& x) {
  if (!book_.loaded())
    return x->answer(problem(503, "the agreements have not been loaded from the database yet"));
  x->answer(http::tenants(book_.agreements(), book_.policy(), x->call));
}

void desk_state::replace_policy(const exchange_ptr& x) {
  if (x->call.dry_run) {
    if (!book_.loaded())
      return x->answer(problem(503, "the policy has not been loaded from the database yet"));
    if (auto refusal = unmet(x))
      return x->answer(*std::move(refusal));
    auto body = http::write_policy(x->call.policy);
    body["status"] = {{"dry_run", true}, {"changes", !same_policy(x->call.policy, book_.policy())}};
    return x->answer(answer(200, body));
  }
  if (auto refusal = unmet(x))
    return x->answer(*std::move(refusal));
  changing_.emplace(x, policy_name);
  ask_database(
      x, true,
      [this, x](const policy_document& stored) {
        changing_.erase(x);
        const bool is_new = stored.version > book_.policy().version;
        if (is_new) {
          book_.put(stored);
          log(log_events::policy_established, component, log_field{"version", stored.version},
              log_field{"who", stored.author}, log_field{"why", stored.reason},
              log_field{"policy", summary_of(stored)});
          note(event_kind::policy_established, "policy",
               "Policy version " + std::to_string(stored.version) + " by " + stored.author + " is in force: "
                   + summary_of(stored) + (stored.reason.empty() ? "." : ". Reason: " + stored.reason));
          audit(x, "replace-policy", "policy",
                "Version " + std::to_string(stored.version) + " by " + stored.author + '.');
          changed();
        }
        x->answer(http::tagged(answer(stored.version == 1 && is_new ? 201 : 200, http::write_policy(stored)),
                               stored.version));
      },
      replace_atom::value, x->call.policy);
}

void desk_state::policy_history(const exchange_ptr& x) {
  ask_database(
      x, false,
      [x](const std::vector<policy_document>& versions) {
        x->answer(answer(200, http::policies_json(versions)));
      },
      history_atom::value);
}

} // namespace sluice
