sluice_test(property_mailslot_stress
  LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/mailslot_stress_test.cpp
  LINK sluice_mailslot)
