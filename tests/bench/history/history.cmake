# Questions about the past through the store's own functions, on a month of 500 agreements.
sluice_bench(sluice-bench-history
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/main.cpp
  LINK sluice_query sluice_report)
