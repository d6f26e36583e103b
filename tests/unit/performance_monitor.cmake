# The performance monitor: its two tables and the actor.
sluice_test(gateway_registry_test CAF LABELS caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/gateway_registry_test.cpp
  LINK sluice_performance_monitor)
sluice_test(throttle_table_test CAF LABELS caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/throttle_table_test.cpp
  LINK sluice_performance_monitor)
sluice_test(monitor_test CAF LABELS caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/monitor_test.cpp
  LINK sluice_performance_monitor)
