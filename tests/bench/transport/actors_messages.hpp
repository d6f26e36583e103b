// The messages and the configuration that both ways between actors have in common. Only for the files with actors.
#pragma once

#include "actors/runtime/process_config.hpp"
#include "shm/transport/settings.hpp"
#include "tests/bench/transport/subjects.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <cstdint>
#include <string>

// clang-format off
CAF_ADD_ATOM(sluice_bench, sluice::bench, ping_atom, "ping")     // (ping, payload) -> payload
CAF_ADD_ATOM(sluice_bench, sluice::bench, hello_atom, "hello")   // (hello, sender's node, who gets credit)
CAF_ADD_ATOM(sluice_bench, sluice::bench, data_atom, "data")     // (data, payload): costs one credit
CAF_ADD_ATOM(sluice_bench, sluice::bench, credit_atom, "credit") // (credit, messages that may be sent)
CAF_ADD_ATOM(sluice_bench, sluice::bench, start_atom, "start")
// clang-format on

namespace sluice::bench {

[[nodiscard]] constexpr bool over_tcp(actor_path x) {
  return x == actor_path::tcp || x == actor_path::tcp_default;
}

/// The product's own defaults and ini file, with the modules that `how` needs.
class actors_config : public process_config, public shm::transport_settings {
public:
  actors_config(actor_path how, const std::string& ini_file, const run_plan& plan, unsigned node);
};

} // namespace sluice::bench
