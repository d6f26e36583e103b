# Periods, zones and exclusions, on the tz database of this machine.
sluice_test(calendar_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/calendar_test.cpp ${CMAKE_CURRENT_LIST_DIR}/excluded_time_test.cpp
  LINK sluice_calendar)
