// The agreements, operator's orders and policy in force, as the database manager confirmed them. Pure; asks nobody.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/policy_document.hpp"

#include <map>
#include <string>
#include <vector>

namespace sluice {

/// Most agreements and orders in force. Chosen: as many as streams are remembered; all of them travel to the core in
/// one message.
inline constexpr std::size_t max_agreements = 10'000;
inline constexpr std::size_t max_orders = 10'000;

/// Orders whose time is over stay until the next load: whether one holds says the core, by its monotonic clock.
class terms_book {
public:
  /// Replaces everything by what the database manager holds. From then on the book is loaded.
  void load(const std::vector<agreement>& agreements, const std::vector<override_order>& orders,
            const policy_document& policy = {}) {
    agreements_.clear();
    orders_.clear();
    for (const auto& x : agreements)
      agreements_[x.name] = x;
    for (const auto& x : orders)
      orders_[x.stream] = x;
    policy_ = policy;
    loaded_ = true;
  }

  /// Takes a version that was committed; an older one than is held (a late answer) changes nothing.
  void put(const agreement& x) {
    auto& held = agreements_[x.name];
    if (x.version >= held.version)
      held = x;
  }

  void end(const std::string& name) {
    agreements_.erase(name);
  }

  /// As put() of an agreement.
  void put(const policy_document& x) {
    if (x.version >= policy_.version)
      policy_ = x;
  }

  void put(const override_order& x) {
    orders_[x.stream] = x;
  }

  void retract(const stream_id& x) {
    orders_.erase(x);
  }

  /// Whether one more agreement or order is too many; a new version of one that is held never is.
  [[nodiscard]] bool full_for(const agreement& x) const {
    return agreements_.size() >= max_agreements && !agreements_.contains(x.name);
  }
  [[nodiscard]] bool full_for(const override_order& x) const {
    return orders_.size() >= max_orders && !orders_.contains(x.stream);
  }

  [[nodiscard]] const agreement* find(const std::string& name) const {
    const auto found = agreements_.find(name);
    return found == agreements_.end() ? nullptr : &found->second;
  }

  /// False until the database manager was asked successfully once: nothing may be concluded from the book before.
  [[nodiscard]] bool loaded() const noexcept {
    return loaded_;
  }

  /// Version 0: none was ever established.
  [[nodiscard]] const policy_document& policy() const noexcept {
    return policy_;
  }

  /// Sorted by name.
  [[nodiscard]] std::vector<agreement> agreements() const {
    std::vector<agreement> out;
    for (const auto& [name, x] : agreements_)
      out.push_back(x);
    return out;
  }

  /// Sorted by stream.
  [[nodiscard]] std::vector<override_order> orders() const {
    std::vector<override_order> out;
    for (const auto& [stream, x] : orders_)
      out.push_back(x);
    return out;
  }

private:
  std::map<std::string, agreement> agreements_;
  std::map<stream_id, override_order> orders_;
  policy_document policy_;
  bool loaded_ = false;
};

} // namespace sluice
