// Puts verdicts of admission into JSON.
#include "actors/application_server/http/admission_text.hpp"

#include "actors/application_server/http/problem.hpp"
#include "actors/domain/quantity.hpp"

namespace sluice::http {

namespace {

json finding_json(const admission_finding& x) {
  json out = {{"kind", to_string(x.kind)}, {"refuses", x.refuses}, {"path", x.path}};
  if (!x.backend.empty())
    out["backend"] = x.backend;
  out["sentence"] = to_sentence(x);
  if (x.wanted != 0) {
    out["wanted_iops"] = x.wanted;
    out["promised_iops"] = x.promised;
    out["capacity_iops"] = x.capacity == 0 ? json(nullptr) : json(x.capacity);
    if (x.capacity != 0)
      out["bound_iops"] = x.bound;
  }
  if (x.target > duration::zero()) {
    out["target"] = duration_text(x.target);
    out["least"] = duration_text(x.least);
  }
  for (const auto& one : x.yields)
    out["yields"].push_back({{"agreement", one.agreement},
                             {"tier", to_string(one.tier)},
                             {"promised_iops", one.promised},
                             {"gets_iops", one.gets}});
  if (x.yielding > x.yields.size())
    out["yields_not_named"] = x.yielding - x.yields.size();
  return out;
}

} // namespace

json admission_json(const admission_verdict& x) {
  json out = {{"outcome", to_string(x.outcome)}, {"findings", json::array()}, {"assumes", admission_assumption}};
  for (const auto& one : x.findings)
    out["findings"].push_back(finding_json(one));
  if (x.outcome == admission_outcome::refused) {
    auto& fits = out["fits"] = json::object();
    if (x.fit.rate)
      fits["iops"] = *x.fit.rate;
    if (x.fit.latency)
      fits["latency"] = duration_text(*x.fit.latency);
    fits["sentence"] = to_sentence(x.fit);
  }
  return out;
}

response admission_problem(const admission_verdict& x) {
  std::vector<mistake> errors;
  for (const auto& one : x.findings)
    if (one.refuses)
      errors.push_back({one.path, to_sentence(one)});
  auto out = problem(409, "the agreement cannot be promised; nothing was changed. " + to_sentence(x.fit), errors);
  auto body = json::parse(out.body);
  body["admission"] = admission_json(x);
  out.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return out;
}

std::string admission_line(const admission_verdict& x) {
  std::string text;
  for (const auto& one : x.findings)
    text += (text.empty() ? "" : " ") + to_sentence(one);
  return text;
}

} // namespace sluice::http
