// Adding, taking and failing requests in flight.
#include "shm/transport/in_flight.hpp"

#include <caf/all.hpp>

namespace sluice::shm {

bool in_flight_requests::add(caf::actor_id sender, caf::message_id response, caf::weak_actor_ptr who) {
  const std::lock_guard lock{mutex_};
  if (table_.size() >= max_in_flight)
    return false;
  if (spare_.empty()) {
    table_.insert_or_assign({sender, response.integer_value()}, std::move(who));
    return true;
  }
  auto node = std::move(spare_.back());
  spare_.pop_back();
  node.key() = {sender, response.integer_value()};
  node.mapped() = std::move(who);
  auto added = table_.insert(std::move(node));
  if (!added.inserted) { // asked again under the same number: the later one counts
    added.position->second = std::move(added.node.mapped());
    keep(std::move(added.node));
  }
  return true;
}

std::optional<caf::weak_actor_ptr> in_flight_requests::take(caf::actor_id sender, caf::message_id response) {
  const std::lock_guard lock{mutex_};
  auto node = table_.extract({sender, response.integer_value()});
  if (!node)
    return std::nullopt;
  std::optional result{std::move(node.mapped())};
  keep(std::move(node));
  return result;
}

void in_flight_requests::keep(entries::node_type node) {
  node.mapped() = nullptr;
  if (spare_.size() < max_spare)
    spare_.push_back(std::move(node));
}

void in_flight_requests::forget_ended(std::size_t most) {
  const std::lock_guard lock{mutex_};
  std::vector<key> ended;
  const auto buckets = table_.bucket_count();
  for (std::size_t looked = 0, gone = 0; looked < most && gone < buckets && !table_.empty(); ++gone) {
    next_bucket_ = (next_bucket_ + 1) % buckets;
    for (auto i = table_.cbegin(next_bucket_); i != table_.cend(next_bucket_); ++i, ++looked)
      if (i->second.get()->strong_refs.load() == 0) // no handle is made: letting go of the last one runs code
        ended.push_back(i->first);
  }
  for (const auto& x : ended)
    keep(table_.extract(x));
}

void in_flight_requests::fail_all(const caf::error& why) {
  decltype(table_) failed;
  {
    const std::lock_guard lock{mutex_};
    failed.swap(table_);
  }
  for (auto& [request, weak] : failed)
    if (auto sender = caf::actor_cast<caf::strong_actor_ptr>(weak))
      sender->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(request.second), {}, why), nullptr);
}

} // namespace sluice::shm
