# What a tick of the SLA core costs. The counting operator new is linked here and into one test only.
set(here ${CMAKE_CURRENT_LIST_DIR})
sluice_bench(sluice-bench-tick CAF
  SOURCES
    ${here}/counted_allocations.cpp
    ${here}/main.cpp
    ${here}/measurement.cpp
    ${here}/population.cpp
    ${here}/report.cpp
    ${here}/wire_size.cpp
    ${here}/../transport/board.cpp
    ${here}/../transport/invocation.cpp
    ${here}/../transport/machine.cpp
  LINK sluice_domain sluice_protocol CLI11::CLI11 nlohmann_json::nlohmann_json)
