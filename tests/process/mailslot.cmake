sluice_test(process_mailslot_kill
  LABELS process
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/mailslot_kill_test.cpp
  LINK sluice_mailslot)
