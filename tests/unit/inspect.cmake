# Looking at segments, and how what was found is shown.
sluice_test(unit_inspect
  LABELS no-caf
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/inspect_snapshot_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/inspect_strange_files_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/inspect_view_test.cpp
  LINK sluice_shm_inspect_view sluice_mailslot)
