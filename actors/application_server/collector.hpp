// The collector: takes in what was measured and decided, hands it on to the SLA core and the database manager, and
// shows it. Decides nothing about streams; what it keeps is in observatory/, what it owes the database in rows/.
#pragma once

#include "actors/application_server/clocks.hpp"
#include "actors/application_server/local_messages.hpp"
#include "actors/application_server/log_gate.hpp"
#include "actors/application_server/observatory/observatory.hpp"
#include "actors/application_server/rows/completeness.hpp"
#include "actors/application_server/rows/decision_log.hpp"
#include "actors/application_server/rows/replay_rows.hpp"
#include "actors/application_server/rows/row_outbox.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace sluice {

/// A sample whose label differs more than this from our own clock still controls, but is not stored: its second is a
/// lie and the database has no partition for it. Chosen: above any time zone mistake.
inline constexpr duration max_clock_difference = std::chrono::hours{24};

struct collector_settings {
  clocks time;
  /// Topics that somebody watches, with their scopes; and where their events go. May be empty. Any thread.
  std::function<std::shared_ptr<const std::vector<std::string>>()> wanted{};
  std::function<void(std::string topic, std::string name, std::string data, bool each)> publish{};
  /// Told of every event, as it is recorded. May be empty; must not block.
  std::function<void(const event&)> announce{};
  /// Whole families that belong to /metrics, too. May be empty.
  std::function<std::string()> more_metrics{};
  outbox_bounds bounds;
  duration tick = std::chrono::milliseconds{250};
  duration flush_every = std::chrono::seconds{1}; ///< rows travel once per second
  duration retry_after = std::chrono::seconds{1}; ///< a batch that failed
  duration farewell = std::chrono::seconds{2};    ///< for the last rows when the process stops
};

/// Why a sample of a batch is not taken; empty = it is.
[[nodiscard]] std::string refusal_of(const sample_batch& batch, const sample& x);

class collector_state {
public:
  collector_actor::behavior_type start(collector_actor::stateful_pointer<collector_state> self,
                                       collector_settings settings, desk_actor desk);

  static inline const char* name = "collector";

private:
  void on_batch(const sample_batch& x);
  void keep(const sample& x, std::uint64_t incarnation);
  void on_gateway(const gateway_info& x);
  std::uint64_t on_replay(const sample_replay& x);
  void on_report(const core_report& x);
  void on_call(const exchange& x, const http::standing& around);
  void on_peer(const std::string& role, const caf::strong_actor_ptr& who);
  void on_peer_gone(const std::string& role, const caf::error& why);
  [[nodiscard]] admission_verdict_ptr judge(const admission_question& x) const;
  void record(const event& x);
  void store_completed();
  void on_tick();
  void flush();
  void tell_completeness();
  void tell_watchers();
  [[nodiscard]] wall_time everything_until() const;
  void on_confirmed(std::uint64_t number, std::uint64_t life);
  void on_failed(std::uint64_t number, std::uint64_t life, const caf::error& why);
  void on_stop();

  collector_actor::stateful_pointer<collector_state> self_ = nullptr;
  collector_settings settings_;
  desk_actor desk_;
  sla_core_actor core_;
  database_manager_actor database_;
  performance_monitor_actor monitor_;
  observatory known_;
  row_outbox outbox_;
  decision_log decisions_{2 * max_streams};
  replay_rows replayed_{max_streams};
  std::optional<completeness> completeness_; ///< from the start on
  bool telling_ = false;                     ///< the database manager has not answered what is complete
  std::uint64_t samples_replayed_ = 0;
  std::uint64_t rows_replayed_ = 0;
  std::map<std::string, gateway_info> described_; ///< last word on each gateway, for a core that comes later
  std::vector<sample_row> completed_;
  instant monitor_found_{0};
  instant next_flush_{0};
  std::int64_t told_second_ = 0; ///< the last one for which watchers were told [s since 1970]
  instant hold_until_{0};        ///< no batch before, after a failure
  bool stopping_ = false;
  log_gate refused_{std::chrono::seconds{10}};
  log_gate lost_{std::chrono::seconds{10}};
  log_gate dropped_{std::chrono::seconds{10}};
  log_gate failed_{std::chrono::seconds{10}};
  std::uint64_t dropped_before_ = 0;
};

using collector_pointer = collector_actor::stateful_pointer<collector_state>;

/// Spawns with `system.spawn(collector, settings, desk)`. `desk` hears of peers and of waiting rows.
collector_actor::behavior_type collector(collector_pointer self, collector_settings settings, desk_actor desk);

} // namespace sluice
