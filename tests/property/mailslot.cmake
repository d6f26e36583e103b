sluice_test(property_mailslot_stress
  LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/mailslot_stress_test.cpp
  LINK sluice_mailslot)

# The model of the slot protocol: every interleaving, with deaths. One preset is enough, it compiles no code of ours.
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND NOT SLUICE_SANITIZE AND NOT SLUICE_FUZZ)
  add_test(NAME model_mailslot COMMAND ${PROJECT_SOURCE_DIR}/shm/model/check.sh ${CMAKE_BINARY_DIR}/model)
  set_tests_properties(model_mailslot PROPERTIES LABELS process TIMEOUT 600)
endif()
