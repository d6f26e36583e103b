sluice_test(unit_transport_queues
  LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/transport_queues_test.cpp)
sluice_test(unit_transport_tables CAF
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/transport_bytes_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/transport_in_flight_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/transport_table_test.cpp
  LINK sluice_transport)
