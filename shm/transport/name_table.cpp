// The two maps and their lock.
#include "shm/transport/name_table.hpp"

#include <utility>

namespace sluice::shm {

void name_table::publish(const std::string& name, const caf::strong_actor_ptr& who) {
  auto replaced = who; // let go after the lock is
  const std::lock_guard lock{mutex_};
  names_[name].swap(replaced);
}

caf::strong_actor_ptr name_table::find(const std::string& name) const {
  const std::lock_guard lock{mutex_};
  const auto found = names_.find(name);
  if (found == names_.end() || !found->second || found->second->get()->getf(caf::abstract_actor::is_terminated_flag))
    return nullptr;
  return found->second;
}

std::uint64_t name_table::ask(question x) {
  const std::lock_guard lock{mutex_};
  questions_.emplace(++last_, std::move(x));
  return last_;
}

std::optional<name_table::question> name_table::take(std::uint64_t number) {
  const std::lock_guard lock{mutex_};
  const auto found = questions_.find(number);
  if (found == questions_.end())
    return std::nullopt;
  auto result = std::move(found->second);
  questions_.erase(found);
  return result;
}

std::vector<name_table::question> name_table::take_all(std::uint32_t role, std::uint64_t incarnation) {
  std::vector<question> result;
  const std::lock_guard lock{mutex_};
  for (auto i = questions_.begin(); i != questions_.end();) {
    if (i->second.role == role && i->second.incarnation == incarnation) {
      result.push_back(std::move(i->second));
      i = questions_.erase(i);
    } else {
      ++i;
    }
  }
  return result;
}

std::vector<name_table::question> name_table::clear() {
  decltype(names_) names; // its actors are let go after the lock is
  std::vector<question> unanswered;
  const std::lock_guard lock{mutex_};
  names.swap(names_);
  for (auto& entry : questions_)
    unanswered.push_back(std::move(entry.second));
  questions_.clear();
  return unanswered;
}

} // namespace sluice::shm
