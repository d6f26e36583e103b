# The gateway's CAF side: configuration and control link.
sluice_test(gateway_config_test CAF LABELS caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/gateway_config_test.cpp
  LINK sluice_gateway_control)
sluice_test(control_link_test CAF LABELS caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/control_link_test.cpp
  LINK sluice_gateway_control)
