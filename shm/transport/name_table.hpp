// Names of our actors for others, and our questions about theirs. Sends nothing itself.
#pragma once

#include <caf/all.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sluice::shm {

/// Receives the actor, or why there is none. Called exactly once, in a thread of the transport or the caller's.
using resolve_callback = std::function<void(caf::expected<caf::strong_actor_ptr>)>;

/// The handlers that an actor must have; empty: any actor will do.
using interface = std::set<std::string>;

/// Thread safe.
class name_table {
public:
  /// An actor stays published until it ends or another takes the name.
  void publish(const std::string& name, const caf::strong_actor_ptr& who);
  [[nodiscard]] caf::strong_actor_ptr find(const std::string& name) const;

  struct question {
    std::uint32_t role = 0;
    std::uint64_t incarnation = 0;
    interface wanted;
    resolve_callback answer;
  };
  /// @returns the question's number
  std::uint64_t ask(question x);
  /// Takes the question out; empty when it has been answered.
  [[nodiscard]] std::optional<question> take(std::uint64_t number);
  /// Takes all questions to a life that has ended.
  [[nodiscard]] std::vector<question> take_all(std::uint32_t role, std::uint64_t incarnation);

  /// Forgets everything; returns the questions that will have no answer.
  [[nodiscard]] std::vector<question> clear();

private:
  mutable std::mutex mutex_;
  std::map<std::string, caf::strong_actor_ptr> names_;
  std::map<std::uint64_t, question> questions_;
  std::uint64_t last_ = 0;
};

} // namespace sluice::shm
