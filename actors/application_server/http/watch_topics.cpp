// Topics to calls and back.
#include "actors/application_server/http/watch_topics.hpp"

#include "actors/application_server/http/wall_clock_text.hpp"

namespace sluice::http {

namespace {

constexpr std::string_view all = "all/";
constexpr std::string_view tenant = "tenant/";

struct topic_parts {
  caller who;
  std::string target;
};

std::optional<topic_parts> parts_of(std::string_view x) {
  topic_parts out;
  if (x.starts_with(all)) {
    out.who.role = access_role::viewer;
    out.target = x.substr(all.size());
    return out;
  }
  if (!x.starts_with(tenant))
    return std::nullopt;
  x.remove_prefix(tenant.size());
  const auto end = x.find('/'); // a name has none
  if (end == std::string_view::npos)
    return std::nullopt;
  out.who.role = access_role::customer;
  out.who.tenant = x.substr(0, end);
  out.target = x.substr(end + 1);
  return out;
}

} // namespace

std::string scoped_topic(const caller& who, std::string_view target) {
  const auto scope = who.role == access_role::customer ? std::string{tenant} + who.tenant + '/' : std::string{all};
  return scope + std::string{target};
}

std::string events_topic() {
  return std::string{all} + std::string{events_target};
}

std::vector<told_topic> texts_of(const std::vector<std::string>& topics, const observatory& known, const moment& at) {
  std::vector<told_topic> out;
  for (const auto& topic : topics) {
    const auto parts = parts_of(topic);
    if (!parts || parts->target == events_target)
      continue;
    const request asked{"GET", "/api/v1/" + parts->target, {}, {}, {}};
    const auto judged = read_call(asked, find_route(asked.method, asked.target), parts->who);
    const auto* call = std::get_if<http::call>(&judged);
    if (call == nullptr || !is_about_the_present(call->what))
      continue;
    auto said = answer_from(known, *call, at);
    out.push_back({topic, parts->target, said.status == 200 ? std::move(said.body) : "null"});
  }
  return out;
}

json event_json(const event& x) {
  return {{"at", rfc3339(x.at)}, {"kind", to_string(x.kind)}, {"subject", x.subject}, {"text", x.text}};
}

} // namespace sluice::http
