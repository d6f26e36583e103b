// Spans and periods are read as those of questions about the past; what exports have besides is read here.
#include "actors/application_server/http/export_call.hpp"

#include "actors/application_server/http/past_call.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/exchange/samples_csv.hpp"
#include "actors/exchange/verdicts_csv.hpp"

#include <algorithm>

namespace sluice::http {

namespace {

export_kind kind_of(operation x) noexcept {
  switch (x) {
  case operation::export_evidence:
    return export_kind::evidence;
  case operation::export_verdicts:
    return export_kind::verdicts;
  case operation::export_samples:
    return export_kind::samples;
  case operation::show_evidence_key:
    return export_kind::key;
  default:
    return export_kind::check;
  }
}

bool is_name_of_somebody(const std::string& x) {
  return !x.empty() && x.size() <= max_who_size && std::all_of(x.begin(), x.end(), [](char c) {
    return c >= ' ' && c < 0x7f;
  });
}

response wrong_field(const std::string& name, const char* what) {
  return problem(422, "a query field is wrong", {{'?' + name, what}});
}

/// What was read, or the first wrong line as an answer.
template<class Row>
std::optional<response> take(std::variant<std::vector<Row>, exchange::csv_mistake> read, std::vector<Row>& to) {
  if (auto* wrong = std::get_if<exchange::csv_mistake>(&read))
    return problem(422, "nothing was taken: line " + std::to_string(wrong->line) + " is wrong",
                   {{"line " + std::to_string(wrong->line), std::move(wrong->what)}});
  to = std::get<std::vector<Row>>(std::move(read));
  return std::nullopt;
}

} // namespace

bool is_an_export(operation x) noexcept {
  switch (x) {
  case operation::export_evidence:
  case operation::export_verdicts:
  case operation::export_samples:
  case operation::show_evidence_key:
  case operation::show_evidence_check:
  case operation::begin_evidence_check:
    return true;
  default:
    return false;
  }
}

bool is_an_import(operation x) noexcept {
  return x == operation::import_samples || x == operation::import_verdicts;
}

std::optional<response> read_export_query(const route& from, call& to) {
  auto rest = from;
  const auto take_out = [&](const std::string& name) {
    const auto found = rest.query.find(name);
    if (found == rest.query.end())
      return std::optional<std::string>{};
    auto value = std::move(found->second);
    rest.query.erase(found);
    return std::optional{std::move(value)};
  };
  const bool has_pages = from.what == operation::export_evidence || from.what == operation::export_verdicts
                         || from.what == operation::export_samples;
  if (is_an_import(from.what))
    if (const auto who = take_out("who")) {
      if (!is_name_of_somebody(*who))
        return wrong_field("who", "must be 1 to 255 characters of ASCII");
      to.who = *who;
    }
  if (from.what == operation::export_verdicts)
    if (const auto imported = take_out("imported")) {
      to.imported = *imported == "yes";
      if (!to.imported && *imported != "no")
        return wrong_field("imported", "must be yes or no");
    }
  if (has_pages) {
    if (const auto cursor = take_out("cursor"))
      to.after = *cursor;
    return read_past(rest, to);
  }
  if (!rest.query.empty())
    return wrong_field(rest.query.begin()->first, "is no query field of this path");
  return std::nullopt;
}

std::optional<response> read_import(std::string_view body, call& to) {
  if (to.what == operation::import_samples)
    return take(exchange::read_samples(body), to.rows);
  return take(exchange::read_verdicts(body), to.verdicts);
}

export_question export_of(const call& x, wall_time now) {
  export_question out;
  out.what = kind_of(x.what);
  out.begin = x.what == operation::begin_evidence_check;
  if (out.what == export_kind::key || out.what == export_kind::check)
    return out;
  const auto span = complete(x, now);
  out.agreement = span.agreement;
  out.stream = span.stream;
  out.period = span.period;
  out.from = span.from;
  out.to = span.to;
  out.imported = x.imported;
  out.cursor = x.after;
  return out;
}

} // namespace sluice::http
