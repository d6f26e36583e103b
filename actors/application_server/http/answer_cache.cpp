// Who waits for which answer, and until when one is given again.
#include "actors/application_server/http/answer_cache.hpp"

#include <utility>

namespace sluice::http {

std::optional<answer_cache::ticket> answer_cache::look(const std::string& key, instant now, const reply& answer) {
  response known;
  {
    const std::lock_guard lock{mutex_};
    const auto kept = kept_.find(key);
    if (kept == kept_.end() || kept->second.until <= now) {
      const auto asked = asked_.find(key);
      if (asked != asked_.end() && now - asked->second.asked < bounds_.patience) {
        asked->second.waiting.push_back(answer);
        return std::nullopt;
      }
      drop_old(now);
      if (asked_.size() + forgotten_.size() >= bounds_.questions)
        return ticket{0};
      asked_[key] = {++last_, now, {}};
      return last_;
    }
    known = kept->second.what;
  }
  answer(std::move(known));
  return std::nullopt;
}

void answer_cache::keep(const std::string& key, ticket of, const response& x, instant now) {
  std::vector<reply> waiting;
  {
    const std::lock_guard lock{mutex_};
    if (const auto found = asked_.find(key); found != asked_.end() && found->second.number == of) {
      waiting = std::move(found->second.waiting);
      asked_.erase(found);
      drop_old(now);
      if (x.status == 200 && kept_.size() < bounds_.answers && bytes_ + x.body.size() <= bounds_.bytes) {
        bytes_ += x.body.size();
        kept_[key] = {x, now + bounds_.kept};
      }
    } else if (auto late = forgotten_.extract(of)) {
      waiting = std::move(late.mapped().waiting);
    }
  }
  for (const auto& each : waiting)
    each(x);
}

void answer_cache::forget() {
  const std::lock_guard lock{mutex_};
  kept_.clear();
  bytes_ = 0;
  for (auto& [key, x] : asked_)
    forgotten_[x.number] = std::move(x);
  asked_.clear();
}

/// Of a question without an answer the server has answered everybody itself.
void answer_cache::drop_old(instant now) {
  const auto lost = [&](const auto& x) {
    return now - x.second.asked >= bounds_.patience;
  };
  std::erase_if(asked_, lost);
  std::erase_if(forgotten_, lost);
  std::erase_if(kept_, [&](const auto& x) {
    if (x.second.until > now)
      return false;
    bytes_ -= x.second.what.body.size();
    return true;
  });
}

} // namespace sluice::http
