// A scenario as a text, and runs of it, for the tests of the simulator.
#pragma once

#include "tests/sim/controllers/catalogue.hpp"
#include "tests/sim/run/judging.hpp"
#include "tests/sim/scenario/reader.hpp"

#include <doctest/doctest.h>

#include <string>

namespace sluice::sim {

inline constexpr auto small_scenario = R"(scenario: "small"
length: 4s
backends:
  disk: { servers: 8, service: 1ms }
gateways:
  g: { volumes: { oltp: disk, batch: disk } }
agreements:
  - apiVersion: sluice/v1
    kind: Agreement
    metadata: { name: oltp, tenant: acme }
    spec:
      streams: { volume: oltp }
      objective: { reservation: { iops: 1000 }, tier: gold }
clients:
  victim:
    stream: g/oltp/db
    phases: [{ depth: 16 }]
  other:
    stream: g/batch/job
    phases: [{ depth: 64 }]
bars:
  - { measure: rate, clients: victim, at_least: 1 }
)";

/// The small scenario with the first `from` replaced.
inline std::string replaced(const std::string& from, const std::string& to) {
  std::string text = small_scenario;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

inline scenario read_good(const std::string& text) {
  auto read = read_scenario(text, "test.yaml");
  for (const auto& x : read.problems)
    FAIL(to_string(x, read.what.file));
  return std::move(read.what);
}

inline outcome run_once(const scenario& what, std::uint64_t seed = 1, const controller_kind* kind = nullptr) {
  run_options options;
  options.seed = seed;
  options.kind = kind != nullptr ? kind : find_controller("none");
  world w{what, options};
  return w.run();
}

} // namespace sluice::sim
