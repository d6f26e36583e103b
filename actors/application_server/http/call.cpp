// Judges requests, in the order in which little is told to those who may know nothing.
#include "actors/application_server/http/call.hpp"

#include "actors/application_server/http/access_call.hpp"
#include "actors/application_server/http/agreement_patch.hpp"
#include "actors/application_server/http/export_call.hpp"
#include "actors/application_server/http/past_call.hpp"
#include "actors/application_server/http/policy_text.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/rights.hpp"
#include "actors/application_server/http/text_reader.hpp"
#include "actors/domain/quantity.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace sluice::http {

namespace {

using verdict_on_part = std::optional<response>; // nothing: go on

/// The media type without parameters, in lower case.
std::string media_type(std::string_view x) {
  std::string out{x.substr(0, x.find(';'))};
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_utf8(const std::string& x) {
  try {
    return !json(x).dump().empty(); // refuses what is none
  } catch (const json::exception&) {
    return false;
  }
}

/// Reads a query field as a number from 1 to `most`.
verdict_on_part number_field(const route& from, const char* name, unsigned most, unsigned& to) {
  const auto found = from.query.find(name);
  if (found == from.query.end())
    return std::nullopt;
  const auto& text = found->second;
  unsigned value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size() || value < 1 || value > most)
    return problem(422, "a query field is wrong",
                   {{std::string{"?"} + name, "must be a whole number from 1 to " + std::to_string(most)}});
  to = value;
  return std::nullopt;
}

/// Reads a query field that is true or false.
verdict_on_part switch_field(const route& from, const char* name, bool& to) {
  const auto found = from.query.find(name);
  if (found == from.query.end())
    return std::nullopt;
  to = found->second == "true";
  if (!to && found->second != "false")
    return problem(422, "a query field is wrong", {{std::string{"?"} + name, "must be true or false"}});
  return std::nullopt;
}

/// Reads a query field as text that can be kept. @param least bytes; with 0 it may be absent
verdict_on_part text_field(const route& from, const char* name, std::size_t least, std::size_t most, std::string& to) {
  const auto found = from.query.find(name);
  if (found != from.query.end())
    to = found->second;
  else if (least > 0)
    return problem(422, "a query field is missing", {{std::string{"?"} + name, "is missing"}});
  const bool readable = to.find('\0') == std::string::npos && is_utf8(to);
  if (to.size() < least || to.size() > most || !readable)
    return problem(422, "a query field is wrong",
                   {{std::string{"?"} + name, "must be text of at most " + std::to_string(most) + " bytes in UTF-8"
                                                  + (least > 0 ? ", and not empty" : "")}});
  return std::nullopt;
}

/// Of those who change terms: who, why, and whether in earnest.
verdict_on_part read_change(const route& from, call& to) {
  if (auto wrong = switch_field(from, "dry_run", to.dry_run))
    return wrong;
  if (auto wrong = switch_field(from, "force", to.force))
    return wrong;
  const bool policy = from.what == operation::replace_policy;
  // A policy is never changed by nobody; a dry run changes nothing.
  if (auto wrong = text_field(from, "who", policy && !to.dry_run ? 1 : 0, max_who_size, to.who))
    return wrong;
  std::string why;
  if (auto wrong = text_field(from, "why", 0, max_why_size, why))
    return wrong;
  to.policy.author = to.who;
  to.policy.reason = why;
  return std::nullopt;
}

verdict_on_part read_filter(const route& from, stream_filter& to) {
  for (auto [name, field] : {std::pair{"agreement", &to.agreement}, {"backend", &to.backend}, {"text", &to.text}})
    if (auto wrong = text_field(from, name, 0, max_name_size, *field))
      return wrong;
  return switch_field(from, "throttled", to.throttled);
}

/// Reads `next` of the page before. Of streams the answer says whether it is one.
verdict_on_part read_after(const route& from, call& to) {
  const auto found = from.query.find("after");
  if (found == from.query.end())
    return std::nullopt;
  to.after = found->second;
  if (from.what == operation::agreement_history) {
    unsigned version = 0;
    return number_field(from, "after", std::numeric_limits<unsigned>::max(), version);
  }
  if (from.what == operation::list_limits && !parse_stream_id(to.after))
    return problem(422, "a query field is wrong", {{"?after", "must be a stream, written gateway/volume/client"}});
  const bool by_name = from.what == operation::list_agreements || from.what == operation::list_tenants
                       || from.what == operation::list_tokens;
  if (by_name && !valid_name(to.after))
    return problem(422, "a query field is wrong", {{"?after", "must be a name"}});
  return std::nullopt;
}

verdict_on_part read_query(const route& from, call& to) {
  if (is_about_the_past(from.what))
    return read_past(from, to);
  if (from.what == operation::withdraw_exclusion)
    return read_withdrawal(from, to);
  if (is_an_export(from.what) || is_an_import(from.what))
    return read_export_query(from, to);
  if (from.what == operation::watch)
    return read_topics(from, to);
  const auto allowed = [&](std::string_view name) {
    switch (from.what) {
    case operation::list_streams:
      return name == "limit" || name == "after" || name == "agreement" || name == "backend" || name == "text"
             || name == "throttled";
    case operation::list_agreements:
      return name == "limit" || name == "after" || name == "text";
    case operation::agreement_history:
    case operation::list_limits:
    case operation::list_tenants:
    case operation::list_tokens:
      return name == "limit" || name == "after";
    case operation::show_stream:
      return name == "seconds";
    case operation::list_events:
      return name == "limit";
    case operation::create_agreement:
    case operation::replace_agreement:
    case operation::patch_agreement:
    case operation::suspend_agreement:
    case operation::resume_agreement:
      return name == "dry_run" || name == "force" || name == "who";
    case operation::replace_policy:
      return name == "dry_run" || name == "who" || name == "why";
    default:
      return false;
    }
  };
  for (const auto& [name, value] : from.query)
    if (!allowed(name))
      return problem(422, "a query field is wrong", {{'?' + name, "is no query field of this path"}});
  if (auto wrong = read_change(from, to))
    return wrong;
  if (from.what == operation::list_events)
    to.limit = default_events;
  if (auto wrong = number_field(from, "seconds", max_series_seconds, to.seconds))
    return wrong;
  if (auto wrong = number_field(from, "limit", max_page, to.limit))
    return wrong;
  if (auto wrong = read_after(from, to))
    return wrong;
  return read_filter(from, to.wanted);
}

std::optional<document_format> format_of(const request& x) {
  const auto type = media_type(x.content_type);
  if (type == "application/yaml" || type == "application/x-yaml" || type == "text/yaml")
    return document_format::as_yaml;
  return type == "application/json" ? std::optional{document_format::as_json} : std::nullopt;
}

response refusal_of(refused_document& x) {
  return problem(x.mistakes.empty() ? 400 : 422, std::move(x.why), x.mistakes);
}

/// Whether it changes something that has versions.
bool knows_versions(operation x) noexcept {
  return x == operation::replace_agreement || x == operation::patch_agreement || x == operation::suspend_agreement
         || x == operation::resume_agreement || x == operation::end_agreement || x == operation::replace_policy;
}

verdict_on_part read_policy_document(const request& x, call& to) {
  const auto format = format_of(x);
  if (!format)
    return problem(415, "a policy must be sent as application/json or application/yaml");
  auto read = read_policy(x.body, *format);
  if (auto* refused = std::get_if<refused_document>(&read))
    return refusal_of(*refused);
  auto& policy = std::get<policy_document>(read);
  policy.author = std::move(to.policy.author);
  policy.reason = std::move(to.policy.reason);
  to.policy = std::move(policy);
  return std::nullopt;
}

verdict_on_part read_document(const request& x, const route& from, call& to) {
  const auto format = format_of(x);
  if (!format)
    return problem(415, "an agreement must be sent as application/json or application/yaml");
  auto read = read_agreement(x.body, *format);
  if (auto* refused = std::get_if<refused_document>(&read))
    return refusal_of(*refused);
  to.document = std::get<agreement>(std::move(read));
  if (from.what == operation::replace_agreement && to.document.name != from.name)
    return problem(422, "the agreement was refused; nothing was changed",
                   {{"metadata.name", "must be the name in the path, " + from.name}});
  return std::nullopt;
}

/// Reads the body of an operator's order, one field at a time.
class order_reader {
public:
  order_reader(const json& body, call& to) : body_(body), to_(to) {}

  std::vector<mistake> read() && {
    if (!body_.is_object())
      return {{"", "must be an object with iops, bandwidth or both, who and why"}};
    for (const auto& [name, value] : body_.items())
      field(name, value);
    text("who", to_.order.who, max_who_size);
    text("why", to_.order.why, max_why_size);
    if (!body_.contains("iops") && !body_.contains("bandwidth"))
      found_.push_back({"iops", "is missing; an order needs iops, bandwidth or both"});
    return std::move(found_);
  }

private:
  void field(const std::string& name, const json& value) {
    if (name == "iops") {
      constexpr std::uint64_t most = 100'000'000; // as in an agreement
      if (value.is_number_unsigned() && value.get<std::uint64_t>() >= 1 && value.get<std::uint64_t>() <= most)
        to_.order.iops = rate{value.get<std::uint64_t>()};
      else
        found_.push_back({name, "must be a whole number from 1 to 100000000"});
    } else if (name == "bandwidth") {
      constexpr std::uint64_t most = std::uint64_t{1} << 42; // as in an agreement
      const auto parsed = value.is_string() ? parse_bandwidth(value.get<std::string>()) : std::nullopt;
      if (parsed && !parsed->unlimited() && parsed->per_second <= most)
        to_.order.bandwidth = *parsed;
      else
        found_.push_back({name, "must be a number with a unit, such as 10MB/s, above 0 and at most 4TiB/s"});
    } else if (name == "for") {
      const auto parsed = value.is_string() ? parse_duration(value.get<std::string>()) : std::nullopt;
      if (parsed && *parsed > duration::zero() && *parsed <= max_order_length)
        to_.order_length = *parsed;
      else
        found_.push_back({name, "must be a number with a unit, such as 10m, above 0 and at most 366 days"});
    } else if (name != "who" && name != "why") {
      found_.push_back({name, "is no field of an order"});
    }
  }

  void text(const char* name, std::string& to, std::size_t most) {
    const auto value = body_.find(name);
    if (value == body_.end())
      found_.push_back({name, "is missing"});
    else if (!value->is_string() || value->get<std::string>().empty() || value->get<std::string>().size() > most)
      found_.push_back({name, "must be text of 1 to " + std::to_string(most) + " bytes"});
    else if (to = value->get<std::string>(); to.find('\0') != std::string::npos)
      found_.push_back({name, "must not contain a zero byte"});
  }

  const json& body_;
  call& to_;
  std::vector<mistake> found_;
};

verdict_on_part read_order(const request& x, const route& from, call& to) {
  if (media_type(x.content_type) != "application/json")
    return problem(415, "an order must be sent as application/json");
  auto read = read_json(x.body);
  if (auto* bad = std::get_if<unreadable>(&read))
    return problem(400, std::move(bad->why));
  to.order.stream = from.stream;
  if (const auto found = order_reader{std::get<json>(read), to}.read(); !found.empty())
    return problem(422, "the order was refused; nothing was changed", found);
  return std::nullopt;
}

verdict_on_part read_json_object(const request& x, const char* what, json& to) {
  if (media_type(x.content_type) != "application/json")
    return problem(415, std::string{what} + " must be sent as application/json");
  auto read = read_json(x.body);
  if (auto* bad = std::get_if<unreadable>(&read))
    return problem(400, std::move(bad->why));
  to = std::move(std::get<json>(read));
  return std::nullopt;
}

verdict_on_part read_access(const request& x, call& to) {
  json body;
  if (auto wrong = read_json_object(x, "this", body))
    return wrong;
  return to.what == operation::create_token ? read_token(body, to) : read_credential(body, to);
}

verdict_on_part read_patch(const request& x, call& to) {
  if (media_type(x.content_type) != "application/merge-patch+json")
    return problem(415, "a patch must be sent as application/merge-patch+json");
  to.patch = x.body;
  return refused_patch(x.body);
}

verdict_on_part read_body(const request& x, const route& from, call& to) {
  switch (from.what) {
  case operation::create_agreement:
  case operation::replace_agreement:
    return read_document(x, from, to);
  case operation::patch_agreement:
    return read_patch(x, to);
  case operation::suspend_agreement:
  case operation::resume_agreement:
    to.patch = suspension_patch(from.what == operation::suspend_agreement);
    return std::nullopt;
  case operation::order_limit:
    return read_order(x, from, to);
  case operation::replace_policy:
    return read_policy_document(x, to);
  case operation::enter_exclusion:
    if (media_type(x.content_type) != "application/json")
      return problem(415, "an exclusion must be sent as application/json");
    return read_exclusion(x.body, to);
  case operation::import_samples:
  case operation::import_verdicts:
    if (media_type(x.content_type) != "text/csv")
      return problem(415, "rows and verdicts must be sent as text/csv");
    return read_import(x.body, to);
  case operation::create_token:
  case operation::begin_session:
    return read_access(x, to);
  case operation::revoke_token:
    to.token.id = from.name;
    return std::nullopt;
  default:
    return std::nullopt; // a body that nobody asked for is ignored
  }
}

} // namespace

std::variant<call, response> read_call(const request& x, const route& from, const caller& asker) {
  switch (from.result) {
  case route::outcome::unknown_path:
    return problem(404, "there is nothing at this path");
  case route::outcome::malformed:
    return problem(400, from.detail);
  case route::outcome::wrong_method: {
    auto refusal = problem(405, "this path knows only " + from.allow);
    refusal.allow = from.allow;
    return refusal;
  }
  case route::outcome::found:
    break;
  }
  call to;
  to.what = from.what;
  to.name = from.name;
  to.stream = from.stream;
  to.asker = asker;
  if (knows_versions(from.what))
    to.only_if = read_precondition(x.if_match, x.if_none_match);
  if (!from.open && !may(asker.role, right_of(from.what)))
    return no_right(asker, from.what);
  if (auto wrong = read_query(from, to))
    return *std::move(wrong);
  if (auto wrong = read_body(x, from, to))
    return *std::move(wrong);
  return to;
}

} // namespace sluice::http
