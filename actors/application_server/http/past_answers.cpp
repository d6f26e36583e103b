// One function per kind of answer.
#include "actors/application_server/http/past_answers.hpp"

#include "actors/application_server/http/json_figures.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/calendar/zone.hpp"
#include "actors/domain/error_budget.hpp"
#include "actors/domain/remedy.hpp"
#include "actors/exchange/openslo_text.hpp"
#include "actors/report/document.hpp"
#include "actors/report/figures.hpp"

namespace sluice::http {

namespace {

template<class T>
json or_null(const std::optional<T>& x) {
  return x ? json(*x) : json(nullptr);
}

double seconds(duration x) {
  return static_cast<double>(x.count()) / 1e9;
}

/// What every answer begins with.
json span_json(const history_question& question, const history_answer& x) {
  json out;
  if (!question.period.empty())
    out["period"] = question.period;
  out["from"] = rfc3339(x.from);
  out["to"] = rfc3339(x.to);
  return out;
}

json counts_json(const interval_counts& x) {
  return {{"compliance_ppm", or_null(compliance_ppm(x))},
          {"coverage_ppm", or_null(coverage_ppm(x))},
          {"met", x.met},
          {"violated", x.violated},
          {"exempt", x.exempt},
          {"no_data", x.no_data},
          {"idle", x.idle},
          {"excluded", x.excluded}};
}

json account_json(const agreement_account& x) {
  const auto& rules = x.terms.objective.compliance;
  const auto budget = budget_of(x.whole, x.to_come, rules.target_ppm);
  const auto credit = remedy_of(x.whole, rules.remedies);
  json out = {{"agreement", x.terms.name},      {"tenant", x.terms.tenant},
              {"version", x.terms.version},     {"time_zone", rules.time_zone},
              {"from", rfc3339(x.from)},        {"to", rfc3339(x.to)},
              {"ended", time_or_null(x.ended)}, {"is_over", x.to_come == 0},
              {"target_ppm", rules.target_ppm}, {"kept", or_null(is_kept(x.whole, rules.target_ppm))}};
  out.update(counts_json(x.whole));
  out["interval_s"] = seconds(rules.interval);
  out["budget"] = {{"allowed_s", seconds(time_of(static_cast<std::int64_t>(budget.allowed), rules.interval))},
                   {"used_s", seconds(time_of(static_cast<std::int64_t>(budget.consumed), rules.interval))},
                   {"left_s", seconds(time_of(budget.left, rules.interval))}};
  out["burn_rate_milli"] = or_null(burn_rate_milli(x.whole, rules.target_ppm));
  out["credit_ppm"] = credit ? json(credit->credit_ppm) : json(nullptr);
  return out;
}

json objectives_json(const agreement_account& x) {
  auto list = json::array();
  for (const auto& one : x.objectives) {
    json part = {{"objective", report::promise_text(x.terms.objective, static_cast<std::uint32_t>(one.point))},
                 {"version", one.version},
                 {"point", one.point}};
    part.update(counts_json(one.counts));
    list.push_back(std::move(part));
  }
  return list;
}

json windows_json(const std::vector<window_account>& windows, std::uint32_t target_ppm) {
  auto list = json::array();
  for (std::size_t i = 0; i + 1 < windows.size() && i / 2 < burn_alerts.size(); i += 2) {
    const auto& alert = burn_alerts[i / 2];
    const auto& longer = windows[i];
    const auto& shorter = windows[i + 1];
    list.push_back({{"long_s", seconds(longer.length)},
                    {"long_rate_milli", or_null(burn_rate_milli(longer.whole, target_ppm))},
                    {"short_s", seconds(shorter.length)},
                    {"short_rate_milli", or_null(burn_rate_milli(shorter.whole, target_ppm))},
                    {"threshold_milli", alert.threshold_milli},
                    {"alert", is_alert(alert, longer.whole, shorter.whole, target_ppm)}});
  }
  return list;
}

response compliance(const history_question& question, const history_answer& x) {
  if (!question.agreement.empty()) {
    const auto& account = x.accounts.front();
    auto out = span_json(question, x);
    out.update(account_json(account));
    out["judged_until"] = time_or_null(x.judged_until);
    out["objectives"] = objectives_json(account);
    out["burn"] = windows_json(x.windows, account.terms.objective.compliance.target_ppm);
    return answer(200, out);
  }
  auto list = json::array();
  for (const auto& account : x.accounts)
    list.push_back(account_json(account));
  auto out = span_json(question, x);
  out["judged_until"] = time_or_null(x.judged_until);
  out["items"] = std::move(list);
  if (!x.next.empty())
    out["next"] = x.next;
  return answer(200, out);
}

response statement(const history_question& question, const history_answer& x) {
  if (!x.next.empty())
    return problem(422, "the tenant had more than " + std::to_string(max_accounts)
                            + " agreements in this period; ask for a shorter one");
  auto out = span_json(question, x);
  auto list = json::array();
  std::uint64_t missed = 0;
  std::uint64_t credited = 0;
  for (const auto& account : x.accounts) {
    const auto& rules = account.terms.objective.compliance;
    list.push_back(account_json(account));
    missed += is_kept(account.whole, rules.target_ppm).value_or(true) ? 0 : 1;
    credited += remedy_of(account.whole, rules.remedies) ? 1 : 0;
  }
  out["tenant"] = question.tenant;
  out["judged_until"] = time_or_null(x.judged_until);
  out["agreements"] = x.accounts.size();
  out["missed"] = missed;
  out["credited"] = credited;
  out["items"] = std::move(list);
  return answer(200, out);
}

response history(const history_question& question, const history_answer& x) {
  auto out = span_json(question, x);
  out["stream"] = to_string(question.stream);
  out["resolution_s"] = seconds(x.resolution);
  out["source"] = x.source;
  auto list = json::array();
  for (const auto& p : x.series) {
    const auto measured = seconds(p.measured);
    const auto per_second = [&](std::uint64_t sum) {
      return measured > 0 ? rounded(static_cast<double>(sum) / measured) : 0.0;
    };
    list.push_back({{"at", rfc3339(p.at)},
                    {"measured_s", rounded(measured)},
                    {"iops", per_second(p.completions)},
                    {"read_bandwidth", per_second(p.read_bytes)},
                    {"write_bandwidth", per_second(p.write_bytes)},
                    {"errors", p.errors},
                    {"mean_ms", rounded(milliseconds(p.mean))},
                    {"p50_ms", rounded(milliseconds(p.p50))},
                    {"p90_ms", rounded(milliseconds(p.p90))},
                    {"p95_ms", rounded(milliseconds(p.p95))},
                    {"p99_ms", rounded(milliseconds(p.p99))},
                    {"p999_ms", rounded(milliseconds(p.p999))},
                    {"backend_mean_ms", rounded(milliseconds(p.backend_mean))},
                    {"limited_by_rate_s", rounded(seconds(p.limited_by_rate))},
                    {"limited_by_depth_s", rounded(seconds(p.limited_by_depth))}});
  }
  out["items"] = std::move(list);
  return answer(200, out);
}

response violations(const history_question& question, const history_answer& x) {
  auto out = span_json(question, x);
  auto list = json::array();
  for (const auto& v : x.violations)
    list.push_back({{"from", rfc3339(v.from)},
                    {"length_s", seconds(v.length)},
                    {"intervals", v.intervals},
                    {"version", v.version},
                    {"point", v.point},
                    {"cause", to_string(v.cause)},
                    {"culprit", text_or_null(v.culprit)},
                    {"worst_ms", rounded(milliseconds(v.worst))},
                    {"target_ms", rounded(milliseconds(v.target))},
                    {"least_iops", v.least_iops},
                    {"requests", v.requests}});
  out["items"] = std::move(list);
  if (!x.next.empty())
    out["next"] = x.next;
  return answer(200, out);
}

response top(const history_question& question, const history_answer& x) {
  auto out = span_json(question, x);
  out["by"] = to_string(question.by);
  auto list = json::array();
  for (const auto& one : x.ranking)
    list.push_back({{"name", one.name},
                    {"violated_s", seconds(one.violated)},
                    {"intervals", one.intervals},
                    {"agreements", one.agreements}});
  out["items"] = std::move(list);
  return answer(200, out);
}

response decisions(const history_question& question, const history_answer& x) {
  auto out = span_json(question, x);
  auto list = json::array();
  for (const auto& one : x.decisions) {
    const auto& why = one.what.why;
    list.push_back({{"at", rfc3339(one.at)},
                    {"stream", to_string(one.what.stream)},
                    {"rule", to_string(why.rule)},
                    {"mode", mode_text(why.observed)},
                    {"for", text_or_null(why.beneficiary)},
                    {"agreement", text_or_null(why.agreement)},
                    {"backend", text_or_null(why.backend)},
                    {"iops", number_or_null(one.what.now.iops.per_second)},
                    {"bandwidth", number_or_null(one.what.now.bandwidth.per_second)},
                    {"depth", number_or_null(one.what.now.depth)},
                    {"measured_ms", rounded(milliseconds(why.measured))},
                    {"target_ms", rounded(milliseconds(why.target))},
                    {"demand", why.demand},
                    {"promised", why.promised},
                    {"capacity", why.capacity}});
  }
  out["items"] = std::move(list);
  if (!x.next.empty())
    out["next"] = x.next;
  return answer(200, out);
}

response exclusions(const history_answer& x) {
  json out = {{"items", json::array()}};
  for (const auto& one : x.exclusions)
    out["items"].push_back(exclusion_json(one));
  if (!x.next.empty())
    out["next"] = x.next;
  return answer(200, out);
}

/// Who and from where: an entry's name is that of domain/access.hpp, or what an author wrote.
std::pair<std::string, std::string> name_and_address(const std::string& who) {
  constexpr std::string_view from = " from ";
  const auto at = who.rfind(from);
  if (at == std::string::npos)
    return {who, {}};
  const auto address = who.substr(at + from.size());
  const bool numeric = !address.empty() && address.find_first_not_of("0123456789abcdefABCDEF.:%") == std::string::npos;
  return numeric ? std::pair{who.substr(0, at), address} : std::pair{who, std::string{}};
}

response audit(const history_question& question, const history_answer& x) {
  auto out = span_json(question, x);
  auto list = json::array();
  for (const auto& one : x.audit) {
    const auto [name, address] = name_and_address(one.who);
    list.push_back({{"at", rfc3339(one.at)},
                    {"who", name},
                    {"address", text_or_null(address)},
                    {"action", one.action},
                    {"subject", one.subject},
                    {"detail", one.detail}});
  }
  out["items"] = std::move(list);
  if (!x.next.empty())
    out["next"] = x.next;
  return answer(200, out);
}

/// A page of its own that loads and runs nothing, in whatever frame or origin it stands.
response page_of(std::string html) {
  response out{200, std::move(html), "text/html; charset=utf-8", 0, {}};
  out.headers.emplace_back("Content-Security-Policy",
                           "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
                           "form-action 'none'; frame-ancestors 'none'");
  return out;
}

response report_in(report_format format, const history_question& question, const history_answer& x) {
  // A period without a name of its own is told by its days.
  const report::clocks on{x.accounts.front().terms.objective.compliance.time_zone};
  const bool named = !question.period.empty() && question.period != "current";
  const auto period = named ? question.period : on.day(x.from) + " to " + on.day(wall_time{x.to.unix_us - 1});
  const auto document = report::make_document(x, period);
  switch (format) {
  case report_format::as_text:
    return {200, report::text(document), "text/plain; charset=utf-8", 0, {}};
  case report_format::as_html:
    return page_of(report::html(document));
  case report_format::as_json:
    break;
  }
  return {200, report::json_text(document), "application/json", 0, {}};
}

} // namespace

response openslo(const agreement& x) {
  const auto zone = calendar::zone::find(x.objective.compliance.time_zone);
  if (!zone)
    return problem(503, "the time zone " + x.objective.compliance.time_zone + " is not known here");
  return {200, exchange::write_openslo(x, *zone), "application/yaml", 0, {}};
}

json exclusion_json(const exclusion& x) {
  return {{"id", x.id},
          {"agreements", x.agreements},
          {"from", rfc3339(x.starts)},
          {"length_s", seconds(x.length)},
          {"recurrence", text_or_null(x.recurrence)},
          {"time_zone", x.time_zone},
          {"who", x.author},
          {"why", x.reason},
          {"correction", x.correction},
          {"withdraws", x.withdraws == 0 ? json(nullptr) : json(x.withdraws)},
          {"entered", rfc3339(x.entered)}};
}

response answer_about_the_past(const call& x, const history_question& question, const history_answer& found) {
  switch (x.what) {
  case operation::show_compliance:
    return compliance(question, found);
  case operation::make_statement:
    return statement(question, found);
  case operation::show_history:
    return history(question, found);
  case operation::list_violations:
    return violations(question, found);
  case operation::list_top:
    return top(question, found);
  case operation::list_decisions:
    return decisions(question, found);
  case operation::list_exclusions:
    return exclusions(found);
  case operation::list_audit:
    return audit(question, found);
  case operation::make_report:
    return report_in(x.format, question, found);
  default:
    return problem(500, "this call went to the wrong place");
  }
}

} // namespace sluice::http
