# The control law on real I/O. The benchmark is Python; tests/bench/run builds the programs that it starts.
add_custom_target(sluice-bench-enforcement DEPENDS
  sluice-gateway sluice-database-manager sluice-core sluice-performance-monitor sluice-application-server sluicectl
  sluice-shm-inspect)
if(TARGET sluice-sim)
  add_dependencies(sluice-bench-enforcement sluice-sim)
endif()
add_test(NAME bench_enforcement_measures COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/measures_test.py)
set_tests_properties(bench_enforcement_measures PROPERTIES LABELS unit TIMEOUT 60)
