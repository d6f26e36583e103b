// A table of paths, matched part by part.
#include "actors/application_server/http/route.hpp"

#include <array>
#include <optional>
#include <vector>

namespace sluice::http {

namespace {

constexpr std::string_view api = "/api/v1";

constexpr std::array<known_route, 57> table{{
    {"GET", "/healthz", operation::health},
    {"GET", "/readyz", operation::readiness},
    {"GET", "/metrics", operation::metrics},
    {"GET", "/api/v1/overview", operation::show_overview},
    {"GET", "/api/v1/agreements", operation::list_agreements},
    {"POST", "/api/v1/agreements", operation::create_agreement},
    {"GET", "/api/v1/agreements/NAME", operation::get_agreement},
    {"PUT", "/api/v1/agreements/NAME", operation::replace_agreement},
    {"PATCH", "/api/v1/agreements/NAME", operation::patch_agreement},
    {"DELETE", "/api/v1/agreements/NAME", operation::end_agreement},
    {"POST", "/api/v1/agreements/NAME/suspend", operation::suspend_agreement},
    {"POST", "/api/v1/agreements/NAME/resume", operation::resume_agreement},
    {"GET", "/api/v1/agreements/NAME/history", operation::agreement_history},
    {"GET", "/api/v1/streams", operation::list_streams},
    {"GET", "/api/v1/streams/G/V/C", operation::show_stream},
    {"GET", "/api/v1/streams/G/V/C/explain", operation::explain_stream},
    {"PUT", "/api/v1/streams/G/V/C/limit", operation::order_limit},
    {"DELETE", "/api/v1/streams/G/V/C/limit", operation::retract_limit},
    {"GET", "/api/v1/limits", operation::list_limits},
    {"GET", "/api/v1/throttles", operation::list_throttles},
    {"GET", "/api/v1/gateways", operation::list_gateways},
    {"GET", "/api/v1/backends", operation::list_backends},
    {"GET", "/api/v1/events", operation::list_events},
    {"GET", "/api/v1/policy", operation::get_policy},
    {"PUT", "/api/v1/policy", operation::replace_policy},
    {"GET", "/api/v1/policy/history", operation::policy_history},
    {"GET", "/api/v1/agreements/NAME/explain", operation::explain_agreement},
    {"GET", "/api/v1/backends/NAME/explain", operation::explain_backend},
    {"GET", "/api/v1/compliance", operation::show_compliance},
    {"GET", "/api/v1/agreements/NAME/compliance", operation::show_compliance},
    {"GET", "/api/v1/agreements/NAME/violations", operation::list_violations},
    {"GET", "/api/v1/agreements/NAME/report", operation::make_report},
    {"GET", "/api/v1/streams/G/V/C/history", operation::show_history},
    {"GET", "/api/v1/streams/G/V/C/decisions", operation::list_decisions},
    {"GET", "/api/v1/top", operation::list_top},
    {"GET", "/api/v1/tenants/NAME/statement", operation::make_statement},
    {"GET", "/api/v1/agreements/NAME/openslo", operation::agreement_openslo},
    {"GET", "/api/v1/exclusions", operation::list_exclusions},
    {"POST", "/api/v1/exclusions", operation::enter_exclusion},
    {"DELETE", "/api/v1/exclusions/NAME", operation::withdraw_exclusion},
    {"GET", "/api/v1/agreements/NAME/evidence", operation::export_evidence},
    {"GET", "/api/v1/agreements/NAME/verdicts", operation::export_verdicts},
    {"GET", "/api/v1/streams/G/V/C/samples", operation::export_samples},
    {"GET", "/api/v1/evidence/key", operation::show_evidence_key},
    {"GET", "/api/v1/evidence/check", operation::show_evidence_check},
    {"POST", "/api/v1/evidence/check", operation::begin_evidence_check},
    {"POST", "/api/v1/samples", operation::import_samples},
    {"POST", "/api/v1/verdicts", operation::import_verdicts},
    {"POST", "/api/v1/session", operation::begin_session},
    {"GET", "/api/v1/session", operation::show_session},
    {"DELETE", "/api/v1/session", operation::end_session},
    {"GET", "/api/v1/watch", operation::watch},
    {"GET", "/api/v1/tokens", operation::list_tokens},
    {"POST", "/api/v1/tokens", operation::create_token},
    {"DELETE", "/api/v1/tokens/NAME", operation::revoke_token},
    {"GET", "/api/v1/audit", operation::list_audit},
    {"GET", "/api/v1/tenants", operation::list_tenants},
}};

/// Chosen: the deepest path has 7 parts.
constexpr std::size_t max_parts = 8;
constexpr std::size_t max_query_fields = 8;

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decoded(std::string_view x) {
  std::string out;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] != '%') {
      out += x[i];
      continue;
    }
    if (i + 2 >= x.size())
      return std::nullopt;
    const auto high = hex_digit(x[i + 1]);
    const auto low = hex_digit(x[i + 2]);
    if (high < 0 || low < 0)
      return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::vector<std::string_view> split(std::string_view x, char at, std::size_t most) {
  std::vector<std::string_view> parts;
  while (parts.size() < most) {
    const auto end = x.find(at);
    parts.push_back(x.substr(0, end));
    if (end == std::string_view::npos)
      return parts;
    x.remove_prefix(end + 1);
  }
  return {}; // too many
}

/// Whether the path has the pattern's form; fills in the names.
bool fits(const std::vector<std::string_view>& path, std::string_view pattern, route& found) {
  const auto wanted = split(pattern, '/', max_parts);
  if (wanted.size() != path.size())
    return false;
  std::array<std::string*, 4> names{&found.name, &found.stream.gateway, &found.stream.volume, &found.stream.client};
  constexpr std::array<std::string_view, 4> marks{"NAME", "G", "V", "C"};
  for (std::size_t i = 0; i < path.size(); ++i) {
    bool is_name = false;
    for (std::size_t k = 0; k < marks.size(); ++k) {
      if (wanted[i] != marks[k])
        continue;
      is_name = true;
      auto name = percent_decoded(path[i]);
      if (!name || name->empty())
        return false;
      *names[k] = std::move(*name);
    }
    if (!is_name && wanted[i] != path[i])
      return false;
  }
  return true;
}

bool read_query(std::string_view text, route& to) {
  if (text.empty())
    return true;
  const auto fields = split(text, '&', max_query_fields);
  for (const auto field : fields) {
    const auto middle = field.find('=');
    const auto name = percent_decoded(field.substr(0, middle));
    const auto value = percent_decoded(middle == std::string_view::npos ? "" : field.substr(middle + 1));
    if (!name || !value || !to.query.emplace(*name, *value).second)
      return false;
  }
  return !fields.empty();
}

bool names_valid(const route& x) {
  const auto good = [](const std::string& name) {
    return name.empty() || valid_name(name);
  };
  return good(x.name) && good(x.stream.gateway) && good(x.stream.volume) && good(x.stream.client);
}

} // namespace

std::span<const known_route> known_routes() noexcept {
  return table;
}

route find_route(std::string_view method, std::string_view target) {
  if (method == "HEAD")
    method = "GET";
  const auto question = target.find('?');
  const auto path = split(target.substr(0, question), '/', max_parts);
  route out;
  out.open = !(target.starts_with(api) && (target.size() == api.size() || target[api.size()] == '/'));
  for (const auto& x : table) {
    route candidate;
    if (!fits(path, x.pattern, candidate))
      continue;
    if (x.method != method) {
      out.result = route::outcome::wrong_method;
      out.allow += (out.allow.empty() ? "" : ", ") + std::string{x.method};
      continue;
    }
    candidate.what = x.what;
    candidate.open = out.open || x.what == operation::begin_session;
    candidate.result = route::outcome::found;
    if (!names_valid(candidate)) {
      candidate.result = route::outcome::malformed;
      candidate.detail = "a name in the path is not 1 to 255 characters of A-Z a-z 0-9 . _ : @ -";
    } else if (question != std::string_view::npos && !read_query(target.substr(question + 1), candidate)) {
      candidate.result = route::outcome::malformed;
      candidate.detail = "the query cannot be read: it must be name=value, each name once";
    }
    return candidate;
  }
  return out;
}

} // namespace sluice::http
