# The client as a process, against a small HTTP server in the test.
add_test(NAME sluicectl_process_test
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/sluicectl_test.py $<TARGET_FILE:sluicectl>)
set_tests_properties(sluicectl_process_test PROPERTIES LABELS process TIMEOUT 120)
