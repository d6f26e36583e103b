# The application server over real sockets, and as a process.
sluice_test(http_server_test LABELS no-caf process
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/http_server_test.cpp ${CMAKE_CURRENT_LIST_DIR}/http_watch_test.cpp LINK sluice_http_server sluice_entrance)
sluice_test(application_server_process_test LABELS process
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/application_server_process_test.cpp LINK sluice_options)
add_dependencies(application_server_process_test sluice-application-server)
# Webhooks: the sender's thread, the sender against a receiver that fails, and the whole way from a gateway.
sluice_test(webhook_sender_test LABELS no-caf process
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/webhook_sender_test.cpp LINK sluice_webhooks)
sluice_program(sluice-test-webhooks
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/webhook_driver.cpp
  LINK sluice_webhooks)
add_test(NAME webhook_receiver_test
  COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/webhook_test.py $<TARGET_FILE:sluice-test-webhooks>)
add_test(NAME webhook_process_test
  COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/webhook_test.py $<TARGET_FILE:sluice-test-webhooks>
    $<TARGET_FILE:sluice-application-server> $<TARGET_FILE:sluice-performance-monitor> $<TARGET_FILE:sluice-gateway>
    ServerTest)
set_tests_properties(webhook_receiver_test webhook_process_test PROPERTIES LABELS process TIMEOUT 300)
