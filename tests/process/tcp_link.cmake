# The TCP link between performance monitor and gateways, with the real programs.
foreach(name tcp_link tls_link start_failure)
  sluice_test(process_${name} CAF
    LABELS process
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}_test.cpp
    LINK sluice_server_process PkgConfig::libnbd)
  add_dependencies(process_${name} sluice-performance-monitor sluice-gateway)
endforeach()
