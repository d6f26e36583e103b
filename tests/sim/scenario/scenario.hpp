// A scenario as plain values: what there is, who asks for what, what goes wrong, and what must come of it. Says nothing
// about how it is written in a file or run.
#pragma once

#include "actors/domain/agreement.hpp"
#include "actors/domain/event.hpp"
#include "actors/domain/policy.hpp"
#include "actors/domain/policy_document.hpp"
#include "actors/domain/throttle.hpp"
#include "tests/sim/model/chance.hpp"
#include "tests/sim/scenario/bar.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::sim {

/// A storage device: k servers, first come first served, as `nbdkit --filter=delay -t k` is one.
struct device_spec {
  std::string name;
  std::uint32_t servers = 8;
  duration service{1'000'000};  ///< of any request, before the rest
  duration per_mib{0};          ///< and for each MiB that it moves
  ppm write_factor = whole;     ///< a write takes so much of what a read takes
  ppm jitter = 0;               ///< each service time varies evenly by up to this share
  ppm wobble = 0;               ///< and all of them slowly: a new factor within this share every 500 ms
  ppm hits = 0;                 ///< share of the reads that a cache answers
  duration hit_service{50'000}; ///< which takes so long
};

/// The way between a gateway and the core, each direction by itself.
struct link_spec {
  duration delay_least = std::chrono::milliseconds{5};
  duration delay_most = std::chrono::milliseconds{20};
  ppm lost = 0;
  ppm repeated = 0;
  ppm reordered = 0;                                      ///< share that is delayed by `reordered_by` more
  duration reordered_by = std::chrono::milliseconds{250}; ///< enough to be overtaken by the next
};

struct volume_spec {
  std::string name;
  std::size_t backend = 0; ///< position in scenario::backends
};

struct gateway_spec {
  std::string name;
  std::vector<volume_spec> volumes;
  link_spec link;
  allowance fixed; ///< static limits of each stream
};

/// A stream of the scenario: what a gateway measures and throttles.
struct stream_spec {
  stream_id id;
  std::size_t gateway = 0;
  std::size_t backend = 0;
};

/// How a client asks during a phase.
enum class pattern : std::uint8_t {
  open,   ///< by chance or evenly, whatever the replies do
  closed, ///< keeps a number of requests outstanding
  replay, ///< as a trace says
  probe,  ///< a closed loop whose depth doubles step by step and begins anew: tries what it is let do
};

struct trace_record {
  duration at{0}; ///< since the beginning of the trace
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;
  bool write = false;
};

struct phase_spec {
  pattern how = pattern::open;
  instant from{0};
  instant to{0};
  std::uint64_t per_second = 0; ///< open
  bool evenly = false;          ///< open: without chance
  std::uint32_t depth = 0;      ///< closed; probe: the largest
  duration think{0};            ///< closed: mean pause before the next request, by chance
  duration on{0};               ///< active for so long, 0 = all the time
  duration off{0};              ///< then quiet for so long
  bool random_bursts = false;   ///< `on` and `off` are means, the lengths come by chance
  duration every{0};            ///< probe: length of a step
  std::vector<trace_record> records;
  ppm speed = whole;  ///< replay: how much faster than recorded
  bool repeat = true; ///< replay: from the beginning when it ends
};

struct size_share {
  ppm share = whole;
  std::uint32_t bytes = 4096;
};

struct client_spec {
  std::string name;
  std::vector<std::size_t> streams; ///< positions in scenario::streams; requests go to them in turn
  std::vector<size_share> sizes{size_share{}};
  ppm reads = whole;   ///< share
  instant connects{0}; ///< from then on its gateways send samples of its streams
  std::vector<phase_spec> phases;
};

enum class fault_kind : std::uint8_t {
  restart_core,
  restart_monitor,
  restart_application_server,
  restart_gateway,
  speed,     ///< a device serves at `share` of its speed from now on
  stall,     ///< a device serves nothing for `length`
  partition, ///< a gateway and the core do not hear of each other for `length`
  clock,     ///< the wall clock moves by `length`
  nonsense,  ///< for `length`, a share of a gateway's samples cannot be true
  order,     ///< an operator's order
};

struct fault_spec {
  fault_kind kind = fault_kind::restart_core;
  instant at{0};
  duration length{0};
  std::size_t which = 0; ///< of the backends, gateways or streams
  ppm share = whole;
  rate iops; ///< order
};

/// How strict the oracle is; what the figures mean is said in run/README.md.
struct oracle_spec {
  ppm promise = 900'000;      ///< of a promise that must be had in any second in which only we hold back
  ppm handed_out = 1'500'000; ///< of what the backend was measured to give that may be handed out
  ppm idle = 250'000;         ///< of a backend that may stand idle for a second while work waits because of us
};

/// Everything one file says.
struct scenario {
  std::string file; ///< where it was read from, for messages and the replay command
  std::string title;
  std::string about;
  duration length{0};
  control_policy policy;
  duration terms_delay = std::chrono::milliseconds{100}; ///< after a restart of the core until it has its terms again
  std::vector<device_spec> backends;
  std::vector<gateway_spec> gateways;
  std::vector<stream_spec> streams;
  std::vector<agreement> agreements;
  std::optional<policy_document> document; ///< established from the beginning; nothing = `policy` alone
  std::vector<client_spec> clients;
  std::vector<fault_spec> faults;
  std::vector<bar_spec> bars;
  oracle_spec oracle;
};

} // namespace sluice::sim
