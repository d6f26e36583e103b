// The gateway's data path as one object: NBD clients on one side, backends on the other, samples out, throttles in.
// Knows no actor, no file format and no SLA.
#pragma once

#include "actors/domain/sample.hpp"
#include "actors/domain/throttle.hpp"
#include "gateways/engine/config.hpp"
#include "gateways/stats/stream_totals.hpp"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::gateway {

/// A backend as it was found.
struct backend_summary {
  std::string name;
  std::string kind; ///< file, memory or nbd
  std::uint64_t size_bytes = 0;
  bool reachable = true; ///< false while an upstream server is lost
};

/// A volume as it is exported.
struct volume_summary {
  std::string name;
  std::string backend;
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
  bool read_only = false;
};

/// A stream the engine knows of.
struct stream_summary {
  stream_id id;
  std::string backend;
  std::uint32_t connections = 0; ///< 0 = remembered for its throttle only
  std::uint64_t generation = 0;
  control_state control = control_state::unlimited;
  allowance in_force;
};

/// A group, and where it is.
struct group_summary {
  group_config config;
  std::size_t shard = 0;
  std::uint32_t streams = 0; ///< known ones that belong to it
};

/// Thread safety: start(), reload() and stop() from one thread; everything else from any thread, between and during
/// them.
class engine {
public:
  /// Keeps the configuration; opens nothing. @pre check(config) is empty
  explicit engine(engine_config config);

  /// Stops, if that was not done.
  ~engine();

  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// Opens backends, listens, serves. Empty, or the sentence that says which resource is missing (exit code 3 for a
  /// program); then nothing runs.
  [[nodiscard]] std::string start();

  /// Other backends, volumes and groups from now on, as in `x`, whose rest is not looked at: all of them, or none and
  /// why not, one sentence each. No connection is dropped, and limits that changed hold for connected streams at once.
  /// Of a volume that is gone the connections go on until they end, and those of one that became read-only keep what
  /// they were told. Refused: another configuration of a backend that is open, another place of a volume with
  /// connections. May block for as long as a backend takes to open; I/O, samples and throttles go on meanwhile. From
  /// the thread of start() and stop(). @pre check(x) is empty
  [[nodiscard]] std::vector<std::string> reload(const engine_config& x);

  /// Stops listening and reading, finishes requests for at most `drain_time`, closes everything. Idempotent.
  void stop();

  /// One sample for each stream that has a connection, or had one since the last call: what happened since the last
  /// call. Nothing is lost or counted twice, also while the data path runs. One caller at a time.
  /// @param now monotonic, the clock of monotonic_now()
  [[nodiscard]] std::vector<sample> collect_samples(instant now, wall_time wall);

  /// Puts a throttle in force, also for a stream that has not connected yet. Empty, or the sentence that says why it is
  /// refused: nonsense, another gateway's, an unknown volume, an older generation than the one in force.
  [[nodiscard]] std::string apply(const throttle& x);

  /// Begins the lease of the throttle in force anew if it is of this very generation; stream_control::renew. Empty, or
  /// the sentence that says why nothing changed.
  [[nodiscard]] std::string renew(const renewal& x);

  /// Of the throttle last accepted for the stream; 0 = none.
  [[nodiscard]] std::uint64_t generation(const stream_id& x) const;

  /// Puts a group's limits and weight in force, or adds a group: it is placed where most of its connected streams live,
  /// which join at once; others do when they connect again after their last connection has gone. Any number of times.
  /// Empty, or the sentence that says why it is refused: nonsense, or a known group about other streams.
  [[nodiscard]] std::string set_group(const group_config& x);

  /// Reads keys and certificates again, perhaps from other files; connections that run keep what they have. Empty, or
  /// the sentence that says why what was in use stays in use. The mode stays what it was.
  [[nodiscard]] std::string reload_tls(const tls::files& from);

  [[nodiscard]] std::vector<stream_summary> streams() const;

  /// Calls `see` for each stream with its running totals since the engine knows it: they never fall, unless the stream
  /// was forgotten meanwhile. Does not hold up the data path, whatever `see` takes. @pre not during stop()
  void visit_streams(const std::function<void(const stream_summary&, const stream_totals&)>& see) const;

  /// How many events of each kind there were.
  [[nodiscard]] std::array<std::uint64_t, engine_event::kinds> event_counts() const;

  /// Connections that are open, in handshake or later.
  [[nodiscard]] std::uint32_t connections() const;
  [[nodiscard]] std::vector<group_summary> groups() const;
  [[nodiscard]] std::vector<volume_summary> volumes() const;
  [[nodiscard]] std::vector<backend_summary> backends() const;

  /// Where it listens, as URIs without export name: nbd://127.0.0.1:10809 or nbd+unix:///?socket=/path. Empty before
  /// start().
  [[nodiscard]] std::vector<std::string> endpoints() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// What is wrong with the files of `x.tls`, found out by reading them: one sentence; empty if nothing is or TLS is off.
[[nodiscard]] std::string try_tls(const engine_config& x);

/// The clock that the engine lives by (CLOCK_MONOTONIC).
[[nodiscard]] instant monotonic_now() noexcept;

} // namespace sluice::gateway
