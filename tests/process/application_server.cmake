# The application server over real sockets, and as a process.
sluice_test(http_server_test LABELS no-caf process
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/http_server_test.cpp ${CMAKE_CURRENT_LIST_DIR}/http_watch_test.cpp LINK sluice_http_server sluice_entrance)
sluice_test(application_server_process_test LABELS process
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/application_server_process_test.cpp LINK sluice_options)
add_dependencies(application_server_process_test sluice-application-server)
