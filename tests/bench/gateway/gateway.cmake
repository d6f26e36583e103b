# The load that drives the gateway and the servers it is compared with, and the engine whose limit changes. The benchmark
# itself is Python; tests/bench/run builds these and the product's programs.
set(here ${CMAKE_CURRENT_LIST_DIR})
sluice_bench(sluice-bench-gateway-load
  SOURCES
    ${here}/load/cpu_time.cpp
    ${here}/load/main.cpp
    ${here}/load/options.cpp
    ${here}/load/pattern.cpp
    ${here}/load/server_link.cpp
    ${here}/load/stream.cpp)
sluice_bench(sluice-bench-gateway-engine
  SOURCES ${here}/changing_engine.cpp
  LINK sluice_engine)
add_custom_target(sluice-bench-gateway DEPENDS
  sluice-bench-gateway-load sluice-bench-gateway-engine sluice-gateway
  sluice-database-manager sluice-core sluice-performance-monitor sluice-application-server sluicectl sluice-shm-inspect)
add_test(NAME bench_gateway_windows COMMAND /usr/bin/python3 -B ${here}/windows_test.py)
set_tests_properties(bench_gateway_windows PROPERTIES LABELS unit TIMEOUT 60)
