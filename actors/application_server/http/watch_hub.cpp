// Keeps the last events, gives each to those who listen.
#include "actors/application_server/http/watch_hub.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sluice::http {

namespace {

std::optional<std::uint64_t> number_of(std::string_view id, std::string_view boot) {
  if (!id.starts_with(boot) || id.size() <= boot.size() + 1 || id[boot.size()] != '-')
    return std::nullopt;
  id.remove_prefix(boot.size() + 1);
  std::uint64_t number = 0;
  const auto [end, code] = std::from_chars(id.data(), id.data() + id.size(), number);
  return code == std::errc{} && end == id.data() + id.size() ? std::optional{number} : std::nullopt;
}

shared_text framed(std::string_view name, const std::string& id, std::string_view data) {
  std::string text;
  text.reserve(name.size() + id.size() + data.size() + 24);
  text += "event: ";
  text += name;
  text += "\nid: ";
  text += id;
  text += "\ndata: ";
  text += data;
  text += "\n\n";
  return std::make_shared<const std::string>(std::move(text));
}

} // namespace

watch_hub::joined watch_hub::join(listener& who, const std::vector<std::string>& topics, std::string_view after,
                                  const std::string& owner) {
  const auto of_owner = std::count_if(listening_.begin(), listening_.end(), [&](const auto& x) {
    return !owner.empty() && x.second.owner == owner;
  });
  if (listening_.size() >= max_listeners || static_cast<std::size_t>(of_owner) >= max_listeners_of_owner)
    return joined::too_many_listeners;
  std::size_t fresh = 0;
  for (const auto& topic : topics)
    fresh += topics_.contains(topic) ? 0 : 1;
  if (topics_.size() + fresh > max_topics || topics.size() > max_topics_of_listener || is_too_much_for(owner, fresh))
    return joined::too_many_topics;
  const std::set<std::string_view> wanted{topics.begin(), topics.end()};
  const auto seen = number_of(after, boot_);
  if (seen && knows_all_after(*seen, topics)) {
    for (const auto& x : kept_)
      if (x.number > *seen && wanted.contains(x.topic))
        who.take(x.text);
  } else {
    if (!after.empty())
      who.take(framed("reset", boot_ + '-' + std::to_string(last_number_), "{}"));
    for (const auto& topic : topics)
      if (const auto found = topics_.find(topic); found != topics_.end() && found->second.newest)
        who.take(found->second.newest);
  }
  for (const auto& topic : topics) {
    const auto [found, is_new] = topics_.try_emplace(topic);
    if (is_new) {
      found->second.since = last_number_;
      found->second.owner = owner;
    }
    found->second.listeners.insert(&who);
  }
  listening_.emplace(&who, listening{topics, owner});
  return joined::yes;
}

void watch_hub::leave(listener& who, instant now) {
  const auto found = listening_.find(&who);
  if (found == listening_.end())
    return;
  for (const auto& name : found->second.topics) {
    auto& topic = topics_.at(name);
    topic.listeners.erase(&who);
    topic.left = now;
  }
  listening_.erase(found);
}

void watch_hub::expire(instant now) {
  std::erase_if(topics_, [&](const auto& x) {
    return x.second.listeners.empty() && now - x.second.left >= topic_linger;
  });
}

void watch_hub::publish(const std::string& topic, std::string_view name, std::string_view data, bool each) {
  const auto found = topics_.find(topic);
  if (found == topics_.end())
    return; // nobody listens, nothing is kept
  auto& state = found->second;
  if (!each && state.newest && state.data == data)
    return;
  const auto text = framed(name, boot_ + '-' + std::to_string(++last_number_), data);
  if (!each) {
    state.newest = text;
    state.data = data;
  }
  keep({last_number_, topic, text});
  for (auto* who : state.listeners)
    who->take(text);
}

bool watch_hub::is_too_much_for(const std::string& owner, std::size_t fresh) const {
  const auto held = std::count_if(topics_.begin(), topics_.end(), [&](const auto& x) {
    return x.second.owner == owner;
  });
  return !owner.empty() && fresh > 0 && static_cast<std::size_t>(held) + fresh > max_topics_of_owner;
}

bool watch_hub::knows_all_after(std::uint64_t number, const std::vector<std::string>& topics) const {
  std::size_t missed = 0;
  for (auto x = kept_.rbegin(); x != kept_.rend() && x->number > number; ++x)
    if (std::find(topics.begin(), topics.end(), x->topic) != topics.end())
      missed += x->text->size();
  if (missed > max_unread_bytes)
    return false; // it could not follow: it begins anew
  if (number > last_number_ || (number < last_number_ && (kept_.empty() || kept_.front().number > number + 1)))
    return false;
  return std::all_of(topics.begin(), topics.end(), [&](const std::string& x) { // made all the time since?
    const auto found = topics_.find(x);
    return found != topics_.end() && found->second.since <= number;
  });
}

void watch_hub::keep(kept_event x) {
  kept_bytes_ += x.text->size();
  kept_.push_back(std::move(x));
  while (kept_.size() > max_kept_events || kept_bytes_ > max_kept_bytes) {
    kept_bytes_ -= kept_.front().text->size();
    kept_.pop_front();
  }
}

std::vector<std::string> watch_hub::wanted() const {
  std::vector<std::string> out;
  for (const auto& [name, x] : topics_)
    out.push_back(name);
  return out;
}

} // namespace sluice::http
