sluice_test(unit_mailslot
  LABELS no-caf
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/mailslot_layout_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/mailslot_participant_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/mailslot_slot_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/spin_budget_test.cpp
  LINK sluice_mailslot)
