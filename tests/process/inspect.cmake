# The inspector as a process, beside processes that talk through a mailbox.
sluice_program(sluice-test-inspect-traffic
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/inspect_traffic.cpp
  LINK sluice_mailslot)
add_test(NAME process_inspect
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/inspect_test.py
    $<TARGET_FILE:sluice-shm-inspect> $<TARGET_FILE:sluice-test-inspect-traffic>)
set_tests_properties(process_inspect PROPERTIES LABELS process TIMEOUT 300)
add_test(NAME process_inspect_metrics
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/inspect_metrics_test.py
    $<TARGET_FILE:sluice-shm-inspect> $<TARGET_FILE:sluice-test-inspect-traffic> $<TARGET_FILE:sluice-application-server>)
set_tests_properties(process_inspect_metrics PROPERTIES LABELS process TIMEOUT 300)
