sluice_test(process_mailslot_kill
  LABELS process
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/mailslot_kill_test.cpp
  LINK sluice_mailslot)
sluice_test(process_mailslot_death
  LABELS process
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/mailslot_death_test.cpp
  LINK sluice_mailslot)
sluice_test(process_mailslot_namespace
  LABELS process
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/mailslot_namespace_test.cpp
  LINK sluice_mailslot)
set_tests_properties(process_mailslot_namespace PROPERTIES SKIP_RETURN_CODE 77)
