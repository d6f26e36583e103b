// Reads tokens, credentials and topics.
#include "actors/application_server/http/access_call.hpp"

#include "actors/application_server/http/answers.hpp"
#include "actors/application_server/http/problem.hpp"
#include "actors/application_server/http/rights.hpp"
#include "actors/application_server/http/watch_hub.hpp"
#include "actors/domain/quantity.hpp"

#include <algorithm>

namespace sluice::http {

namespace {

/// Reads the body that wants a token made.
class token_reader {
public:
  token_reader(const json& body, access_token& to) : body_(body), to_(to) {}

  std::vector<mistake> read() && {
    if (!body_.is_object())
      return {{"", "must be an object with role, label and, for a customer, tenant"}};
    for (const auto& [name, value] : body_.items())
      if (name != "role" && name != "label" && name != "tenant" && name != "for")
        found_.push_back({name, "is no field of a token"});
    const auto role = parse_access_role(text("role"));
    if (!role)
      found_.push_back({"role", "must be viewer, customer, operator or admin"});
    to_.role = role.value_or(access_role::viewer);
    to_.label = text("label");
    if (to_.label.empty() || to_.label.size() > max_access_label_size || to_.label.find('\0') != std::string::npos)
      found_.push_back({"label", "must be text of 1 to 255 bytes: what the token is for, or whose it is"});
    to_.tenant = text("tenant");
    const bool customer = role == access_role::customer;
    if (customer ? !valid_name(to_.tenant) : !to_.tenant.empty())
      found_.push_back({"tenant", customer ? "must be the name of the customer's tenant" : "is only for customers"});
    return std::move(found_);
  }

private:
  std::string text(const char* name) {
    const auto value = body_.find(name);
    return value != body_.end() && value->is_string() ? value->get<std::string>() : std::string{};
  }

  const json& body_;
  access_token& to_;
  std::vector<mistake> found_;
};

/// How long a token may be good. Chosen: ten years.
constexpr duration max_token_length = std::chrono::hours{24 * 3653};

} // namespace

response no_right(const caller& asker, operation x) {
  const auto needed = right_of(x);
  return problem(403, "the role " + std::string{to_string(asker.role)} + " may not do this; it takes the role "
                          + std::string{to_string(needed.least)});
}

std::optional<response> read_token(const json& body, call& to) {
  auto found = token_reader{body, to.token}.read();
  if (const auto length = body.is_object() ? body.find("for") : body.end(); length != body.end()) {
    const auto parsed = length->is_string() ? parse_duration(length->get<std::string>()) : std::nullopt;
    if (parsed && *parsed > duration::zero() && *parsed <= max_token_length)
      to.order_length = *parsed;
    else
      found.push_back({"for", "must be a number with a unit, such as 90d, above 0 and at most ten years"});
  }
  if (!found.empty())
    return problem(422, "no token was made", found);
  return std::nullopt;
}

std::optional<response> read_credential(const json& body, call& to) {
  if (!body.is_object() || !body.contains("token") || !body["token"].is_string())
    return problem(422, "nobody was signed in", {{"token", "must be the text of a token"}});
  to.credential = body["token"].get<std::string>();
  return std::nullopt;
}

std::optional<response> read_topics(const route& from, call& to) {
  const auto given = from.query.find("topics");
  if (given == from.query.end() || from.query.size() != 1)
    return problem(422, "the query must name topics, and nothing else",
                   {{"?topics", "must be paths below /api/v1/ with commas between them, such as streams,throttles"}});
  for (std::string_view rest = given->second; !rest.empty();) {
    const auto end = rest.find(',');
    const std::string one{rest.substr(0, end)};
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const auto path = find_route("GET", "/api/v1/" + one);
    const bool fits = path.result == route::outcome::found && is_about_the_present(path.what);
    if (!fits || to.topics.size() >= max_topics_of_listener)
      return problem(422, "a topic cannot be watched",
                     {{"?topics", fits ? "must be at most 16" : one + " cannot be watched"}});
    if (!may(to.asker.role, right_of(path.what)))
      return no_right(to.asker, path.what);
    if (std::find(to.topics.begin(), to.topics.end(), one) == to.topics.end())
      to.topics.push_back(one);
  }
  return std::nullopt;
}

} // namespace sluice::http
