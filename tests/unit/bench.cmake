# The benchmark's own arithmetic: what it would take for right, and when it says that a bar is met.
sluice_test(unit_bench
  LABELS no-caf
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/bench_test.cpp
    ${PROJECT_SOURCE_DIR}/tests/bench/transport/bars.cpp
    ${PROJECT_SOURCE_DIR}/tests/bench/transport/medians.cpp)
