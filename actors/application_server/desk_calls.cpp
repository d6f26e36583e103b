// What clients ask of the desk. A change is acknowledged only after the database manager said that it is committed.
#include "actors/application_server/desk.hpp"

#include "actors/application_server/exclusion_text.hpp"
#include "actors/application_server/http/admission_text.hpp"
#include "actors/application_server/http/answers.hpp"
#include "actors/application_server/http/export_call.hpp"
#include "actors/application_server/http/past_answers.hpp"
#include "actors/application_server/http/past_call.hpp"
#include "actors/application_server/http/policy_text.hpp"
#include "actors/application_server/http/precondition.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/visibility.hpp"
#include "actors/runtime/log.hpp"

namespace sluice {

namespace {

using http::answer;
using http::operation;
using http::problem;

constexpr auto component = caf::atom("desk");

constexpr auto unknown_outcome = "the database manager was lost before it answered: whether the change was made is "
                                 "unknown; repeating a PUT or DELETE, or a POST of the same terms, is safe";

constexpr auto safe_to_repeat = "; repeating a PUT or DELETE, or a POST of the same terms, is safe";

/// Whether the database certainly holds what it held before.
bool is_certain(const caf::error& why) {
  return why.category() == caf::atom("sluice") && why != ec::database_away && why != ec::database_failed;
}

http::response too_many(const char* what, std::size_t bound) {
  return problem(422, "there are " + std::to_string(bound) + ' ' + what + " already; nothing was changed");
}

bool same_terms(agreement a, const agreement& b) {
  a.version = b.version;
  a.since = b.since;
  return a == b;
}

} // namespace

/// Our own error codes say what happened; anything else (a time-out, a peer that died) leaves the outcome open.
http::response refusal_for(const caf::error& why, bool changes) {
  if (why.category() != caf::atom("sluice"))
    return problem(503, changes ? unknown_outcome : "the database manager did not answer");
  const auto code = static_cast<ec>(why.code());
  auto text = to_string(code);
  if (const auto& context = why.context(); context.size() == 1 && context.match_element<std::string>(0))
    text += ": " + context.get_as<std::string>(0);
  switch (code) {
  case ec::not_found:
    return problem(404, text);
  case ec::already_exists:
    return problem(409,
                   "an agreement of this name exists, or existed, with other terms or with another tenant; replace "
                   "it with PUT, or choose another name");
  case ec::invalid:
    return problem(422, text);
  case ec::export_gone:
    return problem(410, text);
  default: // it may have been lost while it was committed, which only the text says
    return problem(503, changes ? text + safe_to_repeat : text);
  }
}

void desk_state::no_database(const exchange_ptr& x, bool changes) {
  pending_.erase(x);
  changing_.erase(x);
  x->answer(problem(503, changes ? "the database manager is not running; nothing was changed"
                                 : "the database manager is not running"));
}

void desk_state::failed(const exchange_ptr& x, const caf::error& why, bool changes) {
  pending_.erase(x);
  changing_.erase(x);
  if (changes && !is_certain(why)) {
    load_wanted_ = true; // the database knows
    log(log_events::request_failed, component, log_field{"request", "change-terms"},
        log_field{"reason", self_->system().render(why)});
  }
  x->answer(refusal_for(why, changes));
}

void desk_state::on_call(const exchange_ptr& x) {
  if (auto refusal = beyond_tenant(x->call))
    return x->answer(std::move(*refusal));
  switch (const auto what = x->call.what) {
  case operation::health:
    return x->answer(answer(200, {{"status", "ok"}}));
  case operation::readiness: {
    const auto now = standing();
    was_ready_ = was_ready_ || now.complete();
    return x->answer(http::readiness(now));
  }
  case operation::create_agreement:
  case operation::replace_agreement:
    return admit(x);
  case operation::patch_agreement:
  case operation::suspend_agreement:
  case operation::resume_agreement:
    return patch(x);
  case operation::list_tenants:
    return list_tenants(x);
  case operation::replace_policy:
    return replace_policy(x);
  case operation::policy_history:
    return policy_history(x);
  case operation::enter_exclusion:
  case operation::withdraw_exclusion:
    return exclude(x);
  case operation::end_agreement:
    return end(x);
  case operation::agreement_history:
    return history(x);
  case operation::order_limit:
    return order(x);
  case operation::retract_limit:
    return retract(x);
  case operation::import_samples:
    return import_samples(x);
  case operation::import_verdicts:
    return import_verdicts(x);
  case operation::create_token:
    return create_token(x);
  case operation::revoke_token:
    return revoke_token(x);
  case operation::list_tokens:
    return list_tokens(x);
  default:
    if (http::is_about_the_past(what))
      return ask_past(x);
    if (http::is_an_export(what))
      return export_part(x);
    if (what == operation::metrics || http::is_about_the_present(what)) {
      if (!collector_)
        return x->answer(problem(503, "the application server is starting or stopping"));
      return self_->send(collector_, x, std::make_shared<const http::standing>(standing()));
    }
  }
  if (!book_.loaded())
    return x->answer(problem(503, "the agreements have not been loaded from the database yet"));
  if (x->call.what == operation::list_agreements)
    return x->answer(answer(200, http::agreements_json(book_.agreements(), x->call)));
  if (x->call.what == operation::get_policy)
    return x->answer(http::tagged(answer(200, http::write_policy(book_.policy())), book_.policy().version));
  if (x->call.what == operation::list_limits)
    return x->answer(answer(200, http::orders_json(book_.orders(), settings_.time.wall(), x->call)));
  if (const auto* found = book_.find(x->call.name))
    return x->answer(x->call.what == operation::agreement_openslo
                         ? http::openslo(*found)
                         : http::tagged(answer(200, http::write_agreement(*found)), found->version));
  x->answer(problem(404, "there is no agreement " + x->call.name));
}

void desk_state::admit(const exchange_ptr& x) {
  const auto& wanted = x->call.document;
  if (book_.full_for(wanted))
    return x->answer(too_many("agreements", max_agreements));
  if (!database_ && !x->call.dry_run)
    return x->answer(problem(503, "the database manager is not running; nothing was changed"));
  if (!book_.loaded())
    return x->answer(problem(503, "the agreements have not been loaded from the database yet"));
  if (!collector_)
    return x->answer(problem(503, "the application server is starting or stopping"));
  if (auto refusal = unmet(x))
    return x->answer(*std::move(refusal));
  const auto* held = book_.find(wanted.name);
  if (held != nullptr && held->tenant != wanted.tenant && x->call.what != operation::create_agreement)
    return x->answer(problem(422, "the agreement was refused; nothing was changed",
                             {{"metadata.tenant", "cannot be changed; the agreement is with " + held->tenant}}));
  auto question = std::make_shared<admission_question>();
  question->candidate = wanted;
  for (const auto& [of, pending] : pending_)
    question->pending.push_back(pending);
  if (!x->call.dry_run)
    pending_.emplace(x, wanted);
  self_->request(collector_, settings_.ask_patience, admission_question_ptr{std::move(question)})
      .then(
          [this, x](const admission_verdict_ptr& verdict) {
            admitted(x, *verdict);
          },
          [this, x](const caf::error&) {
            pending_.erase(x);
            x->answer(problem(503, "the collector did not answer; nothing was changed"));
          });
}

void desk_state::admitted(const exchange_ptr& x, const admission_verdict& verdict) {
  const auto& wanted = x->call.document;
  const auto* held = book_.find(wanted.name);
  const bool there = held != nullptr && same_terms(wanted, *held);
  if (verdict.outcome == admission_outcome::refused && !x->call.force && !there) {
    pending_.erase(x);
    log(log_events::agreement_refused, component, log_field{"agreement", wanted.name},
        log_field{"reason", http::admission_line(verdict)}, log_field{"fits", to_sentence(verdict.fit)});
    return x->answer(http::admission_problem(as_told(x, verdict)));
  }
  if (!x->call.dry_run)
    return establish(x, verdict);
  if (held != nullptr && !there && x->call.what == operation::create_agreement)
    return x->answer(refusal_for(ec::already_exists, false));
  auto body = http::write_agreement(there ? *held : wanted);
  if (!there)
    body["status"] = http::json::object();
  body["status"]["dry_run"] = true;
  body["status"]["admission"] = http::admission_json(as_told(x, verdict));
  x->answer(answer(200, body));
}

admission_verdict desk_state::as_told(const exchange_ptr& x, const admission_verdict& verdict) const {
  return http::as_seen_by(book_.agreements(), x->call.asker, verdict);
}

void desk_state::establish(const exchange_ptr& x, const admission_verdict& verdict) {
  const bool create = x->call.what == operation::create_agreement;
  if (auto refusal = unmet(x)) { // what was changed while admission was asked
    pending_.erase(x);
    return x->answer(*std::move(refusal));
  }
  changing_.emplace(x, x->call.document.name);
  const auto* held = book_.find(x->call.document.name);
  const bool is_new = held == nullptr || (create && !same_terms(x->call.document, *held));
  const auto done = [this, x, is_new, verdict](const agreement& stored) {
    pending_.erase(x);
    changing_.erase(x);
    established(x, stored, is_new, verdict);
  };
  if (create)
    ask_database(x, true, done, create_atom::value, x->call.document);
  else
    ask_database(x, true, done, replace_atom::value, x->call.document);
}

void desk_state::established(const exchange_ptr& x, const agreement& stored, bool is_new,
                             const admission_verdict& verdict) {
  const auto* held = book_.find(stored.name);
  if (held == nullptr || *held != stored) {
    const bool was_suspended = held != nullptr && held->suspended;
    book_.put(stored);
    const bool forced = verdict.outcome == admission_outcome::refused;
    const auto said = http::admission_line(verdict);
    log(log_events::agreement_established, component, log_field{"agreement", stored.name},
        log_field{"version", stored.version}, log_field{"suspended", stored.suspended},
        log_field{"who", x->call.author()},
        log_field{"admission", forced ? "forced" : std::string{to_string(verdict.outcome)}}, log_field{"reason", said});
    auto text = "Agreement " + stored.name + " with " + stored.tenant + " is "
                + (stored.suspended ? "suspended"
                   : was_suspended  ? "in force again"
                                    : "in force")
                + ", version " + std::to_string(stored.version) + '.';
    if (forced)
      text += " It was forced" + (x->call.who.empty() ? std::string{} : " by " + x->call.who)
              + " although admission refused it: " + said;
    else if (verdict.outcome == admission_outcome::warning)
      text += " Admission warned: " + said;
    note(event_kind::agreement_established, stored.name, text);
    audit(x,
          stored.suspended != was_suspended             ? (stored.suspended ? "suspend-agreement" : "resume-agreement")
          : x->call.what == operation::create_agreement ? "create-agreement"
                                                        : "replace-agreement",
          stored.name, text);
    changed();
  }
  auto body = http::write_agreement(stored);
  body["status"]["admission"] = http::admission_json(as_told(x, verdict));
  x->answer(http::tagged(answer(is_new ? 201 : 200, body), stored.version));
}

void desk_state::exclude(const exchange_ptr& x) {
  const bool enters = x->call.what == operation::enter_exclusion;
  const auto done = [this, x, enters](const exclusion& stored) {
    log(enters ? log_events::exclusion_entered : log_events::exclusion_withdrawn, component,
        log_field{"exclusion", enters ? stored.id : stored.withdraws}, log_field{"agreements", stored.agreements},
        log_field{"who", stored.author}, log_field{"why", stored.reason});
    // At the time of its entry: an equal request, which changes nothing, gives the same lines, which are stored once.
    const auto text = sentence_of(stored);
    if (collector_) {
      const auto kind = enters ? event_kind::exclusion_entered : event_kind::exclusion_withdrawn;
      self_->send(collector_, event{stored.entered, kind, stored.agreements, text});
      self_->send(collector_, audit_entry{stored.entered, x->call.asker.name(),
                                          enters ? "enter-exclusion" : "withdraw-exclusion", stored.agreements, text});
    }
    x->answer(answer(enters ? 201 : 200, http::exclusion_json(stored)));
  };
  if (enters)
    ask_database(x, true, done, create_atom::value, x->call.entry);
  else
    ask_database(x, true, done, retract_atom::value, x->call.entry);
}

void desk_state::end(const exchange_ptr& x) {
  if (auto refusal = unmet(x))
    return x->answer(*std::move(refusal));
  changing_.emplace(x, x->call.name);
  ask_database(
      x, true,
      [this, x](const agreement& last) {
        changing_.erase(x);
        book_.end(last.name);
        log(log_events::agreement_ended, component, log_field{"agreement", last.name},
            log_field{"version", last.version});
        note(event_kind::agreement_ended, last.name, "Agreement " + last.name + " with " + last.tenant + " ended.");
        audit(x, "end-agreement", last.name, "Version " + std::to_string(last.version) + " was the last.");
        changed();
        x->answer(answer(200, http::write_agreement(last)));
      },
      end_atom::value, x->call.name);
}

void desk_state::history(const exchange_ptr& x) {
  ask_database(
      x, false,
      [x](const std::vector<agreement>& versions) {
        x->answer(answer(200, http::versions_json(versions, x->call)));
      },
      history_atom::value, x->call.name);
}

void desk_state::order(const exchange_ptr& x) {
  if (book_.full_for(x->call.order))
    return x->answer(too_many("orders", max_orders));
  if (!collector_)
    return x->answer(problem(503, "the application server is starting or stopping"));
  self_->request(collector_, settings_.ask_patience, list_atom::value, x->call.stream)
      .then(
          [this, x](bool seen) {
            if (seen)
              store_order(x);
            else
              x->answer(problem(404, "there is no stream " + to_string(x->call.stream)
                                         + "; it was not seen in the last ten minutes"));
          },
          [x](const caf::error&) {
            x->answer(problem(503, "the collector did not answer; nothing was changed"));
          });
}

void desk_state::store_order(const exchange_ptr& x) {
  auto wanted = x->call.order;
  wanted.since = settings_.time.wall();
  if (const auto length = x->call.order_length; length > duration::zero())
    wanted.until =
        wall_time{wanted.since.unix_us + std::chrono::duration_cast<std::chrono::microseconds>(length).count()};
  ask_database(
      x, true,
      [this, x](const override_order& stored) {
        book_.put(stored);
        const auto stream = to_string(stored.stream);
        log(log_events::override_ordered, component, log_field{"stream", stream},
            log_field{"iops", stored.iops.per_second}, log_field{"bandwidth", stored.bandwidth.per_second},
            log_field{"who", stored.who}, log_field{"why", stored.why}, log_field{"until_us", stored.until.unix_us});
        note(event_kind::override_ordered, stream, stored.who + " ordered a limit: " + stored.why);
        audit(x, "order-limit", stream,
              std::to_string(stored.iops.per_second) + " IOPS, " + std::to_string(stored.bandwidth.per_second)
                  + " bytes/s, by " + stored.who + ": " + stored.why);
        changed();
        x->answer(answer(200, http::order_json(stored)));
      },
      order_atom::value, wanted);
}

void desk_state::retract(const exchange_ptr& x) {
  ask_database(
      x, true,
      [this, x](const override_order& last) {
        book_.retract(last.stream);
        const auto stream = to_string(last.stream);
        log(log_events::override_ended, component, log_field{"stream", stream}, log_field{"who", last.who});
        note(event_kind::override_ended, stream, "The limit ordered by " + last.who + " was taken back.");
        audit(x, "retract-limit", stream, "It was ordered by " + last.who + '.');
        changed();
        x->answer(answer(200, http::order_json(last)));
      },
      retract_atom::value, x->call.stream);
}

void desk_state::note(event_kind kind, const std::string& subject, const std::string& text) {
  if (collector_)
    self_->send(collector_, event{settings_.time.wall(), kind, subject, text});
}

void desk_state::audit(const exchange_ptr& x, const std::string& action, const std::string& subject,
                       const std::string& detail) {
  if (collector_)
    self_->send(collector_, audit_entry{settings_.time.wall(), x->call.asker.name(), action, subject, detail});
}

} // namespace sluice
