# The HTTP interface under load, beside a server of files under the same load.
sluice_bench(sluice-bench-api CAF
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/feeder.cpp
  LINK sluice_protocol sluice_runtime sluice_server_process)
add_dependencies(sluice-bench-api sluice-application-server)
