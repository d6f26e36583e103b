sluice_program(sluice-test-transport-peer CAF
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/transport_peer.cpp
  LINK sluice_transport)
sluice_test(process_transport CAF
  LABELS process
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/transport_delegation_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/transport_failure_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/transport_instance_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/transport_layout_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/transport_test.cpp
  LINK sluice_transport)
add_dependencies(process_transport sluice-test-transport-peer)
