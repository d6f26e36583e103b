# The client: arguments, settings, documents and text; everything that needs no server.
sluice_test(sluicectl_command_line_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/sluicectl_command_line_test.cpp ${CMAKE_CURRENT_LIST_DIR}/sluicectl_completion_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/sluicectl_contexts_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/sluicectl_files_test.cpp ${CMAKE_CURRENT_LIST_DIR}/sluicectl_past_test.cpp LINK sluice_ctl)
sluice_test(sluicectl_text_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/sluicectl_text_test.cpp ${CMAKE_CURRENT_LIST_DIR}/sluicectl_changes_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/sluicectl_live_test.cpp LINK sluice_ctl)
