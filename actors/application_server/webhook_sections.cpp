// From CAF's settings to subscriptions.
#include "actors/application_server/webhook_sections.hpp"

#include "actors/domain/stream.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <set>

namespace sluice {

namespace {

/// One section, key by key.
class section {
public:
  section(std::string name, const caf::settings& keys, std::vector<std::string>& mistakes)
      : name_(std::move(name)), keys_(keys), mistakes_(mistakes) {}

  void mistake(const std::string& key, const std::string& what) {
    mistakes_.push_back(name_ + '.' + key + ": " + what);
  }

  [[nodiscard]] const caf::config_value* find(const std::string& key) {
    asked_.insert(key);
    const auto found = keys_.find(key);
    return found == keys_.end() ? nullptr : &found->second;
  }

  [[nodiscard]] std::string text(const std::string& key, bool required) {
    const auto* value = find(key);
    if (value == nullptr) {
      if (required)
        mistake(key, "missing");
      return {};
    }
    if (const auto* x = caf::get_if<std::string>(value); x != nullptr && !x->empty())
      return *x;
    mistake(key, "expected a text in quotes");
    return {};
  }

  [[nodiscard]] duration time_out() {
    const auto* value = find("timeout");
    if (value == nullptr)
      return webhooks::default_time_out;
    const auto* x = caf::get_if<caf::timespan>(value);
    if (x != nullptr && *x >= webhooks::least_time_out && *x <= webhooks::most_time_out)
      return *x;
    mistake("timeout", "expected 100ms to 1min");
    return webhooks::default_time_out;
  }

  [[nodiscard]] std::set<event_kind> kinds() {
    const auto* value = find("events");
    if (value == nullptr)
      return webhooks::default_kinds();
    std::set<event_kind> out;
    const auto* list = caf::get_if<caf::config_value::list>(value);
    if (list == nullptr || list->empty()) {
      mistake("events", R"(expected a list such as ["promise-violated", "gateway-lost"])");
      return out;
    }
    for (const auto& each : *list) {
      const auto* name = caf::get_if<std::string>(&each);
      if (const auto kind = name == nullptr ? std::nullopt : webhooks::parse_event_kind(*name))
        out.insert(*kind);
      else
        mistake("events", "there is no event " + caf::to_string(each));
    }
    return out;
  }

  void finish() {
    for (const auto& [key, value] : keys_)
      if (!asked_.contains(key))
        mistake(key, "there is no such option");
  }

private:
  std::string name_;
  const caf::settings& keys_;
  std::vector<std::string>& mistakes_;
  std::set<std::string> asked_;
};

webhooks::subscription read(const std::string& name, const caf::settings& keys, std::vector<std::string>& mistakes) {
  section from{"webhook." + name, keys, mistakes};
  webhooks::subscription x;
  x.name = name;
  x.url = from.text("url", true);
  if (!x.url.empty())
    if (const auto problem = webhooks::problem_with_url(x.url); !problem.empty())
      from.mistake("url", problem);
  x.secret_file = from.text("secret-file", true);
  x.ca_file = from.text("ca-file", false);
  x.time_out = from.time_out();
  x.kinds = from.kinds();
  from.finish();
  return x;
}

} // namespace

std::vector<webhooks::subscription> read_webhooks(const caf::settings& content, std::vector<std::string>& mistakes) {
  std::vector<webhooks::subscription> out;
  const auto found = content.find("webhook");
  if (found == content.end())
    return out;
  const auto* sections = caf::get_if<caf::settings>(&found->second);
  if (sections == nullptr) {
    mistakes.emplace_back("webhook: expected sections [webhook.NAME]");
    return out;
  }
  for (const auto& [name, value] : *sections) {
    const auto* keys = caf::get_if<caf::settings>(&value);
    if (keys == nullptr)
      mistakes.push_back("webhook." + name + ": expected a section [webhook.NAME]");
    else if (!valid_name(name))
      mistakes.push_back("webhook." + name + ": the name is not valid (letters, digits, . _ : @ -)");
    else
      out.push_back(read(name, *keys, mistakes));
  }
  if (out.size() > webhooks::max_subscriptions)
    mistakes.push_back("webhook: expected at most " + std::to_string(webhooks::max_subscriptions) + " sections");
  return out;
}

} // namespace sluice
