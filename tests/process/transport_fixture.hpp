// What both sides of the transport's process tests share: configuration, messages, actors' interfaces.
#pragma once

#include "actors/protocol/peers.hpp"
#include "shm/transport/finder.hpp"
#include "shm/transport/problem.hpp"
#include "shm/transport/settings.hpp"
#include "shm/transport/transport.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::shm::test {

struct volume {
  std::string name;
  std::uint64_t iops = 0;
  std::vector<std::int32_t> latencies;
  caf::actor watcher;
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, volume& x) {
  return f(caf::meta::type_name("volume"), x.name, x.iops, x.latencies, x.watcher);
}

using calculator = caf::typed_actor<caf::replies_to<std::int32_t, std::int32_t>::with<std::int32_t>,
                                    caf::replies_to<volume>::with<std::string>, caf::reacts_to<std::string>>;
using other_interface = caf::typed_actor<caf::replies_to<std::string>::with<double>>;

} // namespace sluice::shm::test

CAF_BEGIN_TYPE_ID_BLOCK(transport_test, first_custom_type_id)
CAF_ADD_TYPE_ID(transport_test, (sluice::shm::test::volume))
CAF_ADD_TYPE_ID(transport_test, (sluice::shm::test::calculator))
CAF_ADD_TYPE_ID(transport_test, (std::vector<std::int32_t>))
CAF_END_TYPE_ID_BLOCK(transport_test)

// clang-format off
CAF_ADD_ATOM(transport_test, sluice::shm::test, pid_atom, "pid")
CAF_ADD_ATOM(transport_test, sluice::shm::test, spawn_atom, "spawnw")
CAF_ADD_ATOM(transport_test, sluice::shm::test, slow_atom, "slow")
CAF_ADD_ATOM(transport_test, sluice::shm::test, call_back_atom, "callback")
CAF_ADD_ATOM(transport_test, sluice::shm::test, ask_atom, "ask")
CAF_ADD_ATOM(transport_test, sluice::shm::test, sample_atom, "sample")
CAF_ADD_ATOM(transport_test, sluice::shm::test, count_atom, "count")
CAF_ADD_ATOM(transport_test, sluice::shm::test, fail_atom, "fail")
CAF_ADD_ATOM(transport_test, sluice::shm::test, delegate_atom, "delegate")
CAF_ADD_ATOM(transport_test, sluice::shm::test, hello_atom, "hello")
CAF_ADD_ATOM(transport_test, sluice::shm::test, stop_atom, "stop")
// clang-format on

namespace sluice::shm::test {

struct config : caf::actor_system_config, transport_settings {
  std::string port_file;  ///< where a child with TCP writes its port
  bool hand_over = false; ///< actors run on the scheduler; CAF's command line cannot say `--shm.inline=false`

  config() {
    load<caf::id_block::transport_test>();
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", 2u);
    roles = {"alpha", "beta", "gamma"};
    codecs.add<std::int32_t, std::int32_t>(100)
        .add<pid_atom>(101)
        .add<call_back_atom, caf::actor, std::string>(102)
        .add_droppable<sample_atom, std::uint64_t, std::string>(103);
    add_transport_options(*this, opt_group{custom_options_, "shm"});
    opt_group{custom_options_, "global"}
        .add(role, "role", "which role to be")
        .add(port_file, "port-file", "")
        .add(hand_over, "hand-over", "");
  }
};

} // namespace sluice::shm::test
