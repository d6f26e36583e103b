// Connecting to the life of a role that is there, and letting go of those that are not.
#include "shm/transport/peer_table.hpp"

#include "shm/transport/node_identity.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace sluice::shm {

peer_table::peer_table(const transport_settings& settings, const membership& own,
                       std::function<void(const peer_ptr&)> died)
    : settings_(settings), own_(own), where_{settings.directory, settings.instance}, died_(std::move(died)) {}

std::uint32_t peer_table::role_number(std::string_view role_name) const {
  const auto found = std::find(settings_.roles.begin(), settings_.roles.end(), role_name);
  return found == settings_.roles.end() ? 0 : static_cast<std::uint32_t>(found - settings_.roles.begin()) + 1;
}

peer_ptr peer_table::connect(std::uint32_t role, std::uint64_t incarnation, failure* why) {
  failure reason{failure_kind::invalid, "there is no such role"};
  peer_ptr result;
  if (role >= 1 && role <= settings_.roles.size() && role != own_.self().role()) {
    const std::lock_guard lock{mutex_};
    auto& known = by_role_[role];
    if (known && !known->down() && (incarnation == 0 || known->incarnation() == incarnation))
      return known;
    result = open(role, incarnation, reason);
    const bool refused = !result && reason.kind == failure_kind::other_layout;
    if (!std::exchange(refused_[role], refused) && refused)
      own_.note_refusal(); // its owner cannot know otherwise
    if (result) {
      known = result; // an older life is dead: its own watch says so
      watched_.push_back(result);
    }
  }
  if (!result && why != nullptr)
    *why = reason;
  return result;
}

peer_ptr peer_table::open(std::uint32_t role, std::uint64_t incarnation, failure& why) {
  const auto& name = settings_.roles[role - 1];
  auto mailbox = segment::open(where_.segment(name), role);
  if (!mailbox) {
    why = mailbox.why();
    return nullptr;
  }
  const auto found = mailbox->incarnation();
  if (own_.self().role() > mailbox->sizes().lanes) {
    why = {failure_kind::other_layout, "the mailbox of " + name
                                           + " has no lane for us: the processes disagree on the "
                                             "roles"};
    return nullptr;
  }
  if ((incarnation != 0 && found != incarnation) || !own_.alive(participant::of(role, found))) {
    why = {failure_kind::dead, name + " is not running"};
    return nullptr;
  }
  auto result = std::make_shared<peer>(name, outlet{std::move(*mailbox), own_.self()},
                                       make_node(settings_.instance, {role, found}), role, found,
                                       static_cast<std::size_t>(settings_.outbox));
  result->watch = std::make_unique<death_watch>(own_, result->identity(), [this, result] {
    on_death(result);
  });
  return result;
}

void peer_table::on_death(const peer_ptr& dead) {
  {
    const std::lock_guard lock{mutex_};
    auto& known = by_role_[dead->role()];
    if (known == dead)
      known.reset();
    dead_.push_back(dead);
  }
  died_(dead);
}

std::vector<peer_ptr> peer_table::all() const {
  std::vector<peer_ptr> result;
  const std::lock_guard lock{mutex_};
  for (const auto& x : by_role_)
    if (x)
      result.push_back(x);
  return result;
}

void peer_table::bury() {
  std::vector<peer_ptr> dead;
  {
    const std::lock_guard lock{mutex_};
    dead.swap(dead_);
  }
  for (auto& x : dead) {
    x->watch.reset(); // joins a thread that is past its last line, or nearly
    const std::lock_guard lock{mutex_};
    std::erase(watched_, x);
  }
}

void peer_table::forget_all() {
  std::vector<peer_ptr> watched;
  {
    const std::lock_guard lock{mutex_};
    watched.swap(watched_);
    by_role_.fill(nullptr);
  }
  for (auto& x : watched) {
    x->mark_down();
    x->watch.reset();
  }
  const std::lock_guard lock{mutex_};
  dead_.clear();
}

} // namespace sluice::shm
