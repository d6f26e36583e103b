# Options, log and messages: what every process shares.
sluice_test(runtime_test CAF LABELS caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/runtime_test.cpp LINK sluice_runtime)
sluice_test(protocol_test CAF
  LABELS caf
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/operation_codes_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/protocol_test.cpp
  LINK sluice_protocol sluice_transport sluice_sim)
