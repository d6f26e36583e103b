# What the slots are compared with where it is installed; tests/bench/run installs the package group `bench`.
pkg_check_modules(libzmq QUIET IMPORTED_TARGET libzmq)
find_package(iceoryx_posh 2 QUIET)

set(here ${CMAKE_CURRENT_LIST_DIR})
sluice_bench(sluice-bench-transport CAF
  SOURCES
    ${here}/actors.cpp
    ${here}/actors_config.cpp
    ${here}/bars.cpp
    ${here}/board.cpp
    ${here}/boost_message_queue.cpp
    ${here}/child.cpp
    ${here}/endpoint_subject.cpp
    $<IF:$<TARGET_EXISTS:iceoryx_posh::iceoryx_posh>,${here}/iceoryx.cpp,${here}/no_iceoryx.cpp>
    ${here}/invocation.cpp
    ${here}/limits.cpp
    ${here}/machine.cpp
    ${here}/main.cpp
    ${here}/medians.cpp
    ${here}/report.cpp
    ${here}/report_json.cpp
    ${here}/rows.cpp
    ${here}/runner.cpp
    ${here}/scratch.cpp
    ${here}/slots.cpp
    ${here}/unix_socket.cpp
    $<IF:$<TARGET_EXISTS:PkgConfig::libzmq>,${here}/zeromq.cpp,${here}/no_zeromq.cpp>
  LINK
    sluice_transport
    CLI11::CLI11
    nlohmann_json::nlohmann_json
    $<TARGET_NAME_IF_EXISTS:PkgConfig::libzmq>
    $<TARGET_NAME_IF_EXISTS:iceoryx_posh::iceoryx_posh>)
