// A policy document: what an operator says about how backends are controlled and how tenants compare. Checked here and
// made into the policy of a backend; decides nothing.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/policy_setting.hpp"
#include "actors/domain/tenant_share.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Bounds of a document. Chosen: a document has at most 64 KiB.
inline constexpr std::size_t max_policy_rules = 256;
inline constexpr std::size_t max_tenants = 1'000;
inline constexpr std::size_t max_tenant_levels = 8;
inline constexpr std::uint32_t max_tenant_weight = 1'000; ///< as of agreements

/// Most versions that a history tells of, the newest. Chosen: 1,000 documents of 64 KiB would be a message of 64 MiB.
inline constexpr std::size_t max_policy_history = 100;

/// One number, in the unit of its key.
struct policy_setting {
  std::string name; ///< of a policy_key
  std::int64_t value = 0;
  friend auto operator<=>(const policy_setting&, const policy_setting&) = default;
};

/// Settings for the backends whose name matches.
struct policy_rule {
  std::string match; ///< a pattern
  std::vector<policy_setting> settings;
  friend auto operator<=>(const policy_rule&, const policy_rule&) = default;
};

struct policy_document {
  std::vector<policy_setting> defaults; ///< for all backends; what is not given stays as the core was started with
  std::vector<policy_rule> backends;
  std::vector<tenant_share> tenants;
  std::uint32_t version = 0; ///< rises by one per change; given by the database manager, 0 = none was ever stored
  std::string author;        ///< who established it
  std::string reason;        ///< why; may be empty
  wall_time since;           ///< when it was established
  friend auto operator<=>(const policy_document&, const policy_document&) = default;
};

/// Whether two documents say the same, whoever wrote them and when.
[[nodiscard]] bool same_policy(const policy_document& a, const policy_document& b);

/// All that is wrong with it, each with its path (`spec.backends[1].hysteresis.sticky`): unknown settings, values out
/// of range, patterns, settings that contradict each other, tenants without or below themselves. Empty if it may take
/// effect on a core that was started with `base`.
[[nodiscard]] std::vector<mistake> check(const policy_document& x, const control_policy& base = {});

/// What holds for a backend: of several rules that match, each setting comes from the most specific one that gives it
/// (a name without wildcard, then more literal characters, then what sorts first), else from the defaults, else from
/// `base`. Total: settings that nobody knows are passed over, and so is a rule that contradicts those below it (which
/// two patterns that overlap can do although each was checked).
[[nodiscard]] backend_policy policy_for(const policy_document& x, std::string_view backend,
                                        const control_policy& base = {});

/// Those settings of a policy that the options of the core give (core_config.hpp), as a document's defaults would.
[[nodiscard]] std::vector<policy_setting> started_with(const control_policy& x);

/// The policy of a core that was started so: `base` of the functions above.
[[nodiscard]] control_policy base_of(const std::vector<policy_setting>& started_with);

/// One line for the log: how many of what, and each default with its value.
[[nodiscard]] std::string summary_of(const policy_document& x);

} // namespace sluice
