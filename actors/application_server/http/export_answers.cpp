// Pages, links, and the state of a check.
#include "actors/application_server/http/export_answers.hpp"

#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/wall_clock_text.hpp"
#include "actors/exchange/csv_columns.hpp"

#include <algorithm>

namespace sluice::http {

namespace {

std::string path_of(const call& x) {
  if (x.what == operation::export_samples)
    return "/api/v1/streams/" + to_string(x.stream) + "/samples";
  return "/api/v1/agreements/" + x.name + (x.what == operation::export_evidence ? "/evidence" : "/verdicts");
}

json time_or_null(wall_time x) {
  return x == wall_time{} ? json{} : json(rfc3339(x));
}

json last_check(const evidence_check& x) {
  if (x.ended == wall_time{})
    return {};
  json out = {{"ended", rfc3339(x.ended)}};
  if (!x.problem.empty()) {
    out["outcome"] = "not-completed";
    out["reason"] = x.problem;
    return out;
  }
  out["outcome"] = x.broken.empty() ? "right" : "broken";
  if (!x.broken.empty())
    out["broken"] = {{"chain", x.broken_chain}, {"position", x.broken_position}, {"what", x.broken}};
  else
    out["chains"] = x.chains;
  out["entries"] = x.entries;
  out["roots"] = x.roots;
  out["unproved"] = x.unproved;
  return out;
}

response check_answer(const call& x, const evidence_check& check) {
  json body = {{"running", check.running}, {"since", time_or_null(check.since)}, {"last", last_check(check)}};
  if (check.running)
    body["entries"] = check.seen;
  return answer(x.what == operation::begin_evidence_check ? 202 : 200, body);
}

response key_answer(const export_page& page) {
  if (page.public_key.empty())
    return problem(404, "nothing is signed here: the database manager has no signing-key");
  return answer(200, {{"key", page.public_key}, {"fingerprint", page.fingerprint}, {"algorithm", "Ed25519"}});
}

} // namespace

std::string next_page_path(const call& x, const export_page& page) {
  if (page.next.empty())
    return {};
  auto path = path_of(x) + "?from=" + exchange::time_text(page.from) + "&to=" + exchange::time_text(page.to);
  if (x.imported)
    path += "&imported=yes";
  return path + "&cursor=" + page.next;
}

response export_answer(const call& x, const export_page& page) {
  if (x.what == operation::show_evidence_key)
    return key_answer(page);
  if (x.what == operation::show_evidence_check || x.what == operation::begin_evidence_check)
    return check_answer(x, page.check);
  response out;
  out.body = page.text;
  out.content_type = x.what == operation::export_evidence ? "text/plain; charset=utf-8" : "text/csv; charset=utf-8";
  if (const auto next = next_page_path(x, page); !next.empty())
    out.link = '<' + next + ">; rel=\"next\"";
  return out;
}

response imported_answer(std::size_t lines, std::uint64_t fresh) {
  return answer(200, {{"lines", lines}, {"new", fresh}});
}

std::optional<response> refused_import(const std::vector<sample_row>& rows, wall_time closed_until) {
  if (closed_until == wall_time{})
    return problem(503, "nothing was taken: which seconds are closed is not known yet");
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].total.taken >= closed_until) // the header is line 1
      return problem(
          422, "nothing was taken: only seconds that are closed can be imported, those before " + rfc3339(closed_until),
          {{"line " + std::to_string(i + 2), "is of " + rfc3339(rows[i].total.taken)}});
  return std::nullopt;
}

} // namespace sluice::http
