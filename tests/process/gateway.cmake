# The data path of the gateway: a server for real clients, and what is tested against it.
sluice_program(engine_server SOURCES engine_server.cpp LINK sluice_engine)
sluice_test(nbd_conformance_test LABELS "no-caf;process"
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/nbd_conformance_test.cpp ${CMAKE_CURRENT_LIST_DIR}/nbd_extents_test.cpp LINK sluice_engine)
sluice_test(nbd_abuse_test LABELS "no-caf;process" SOURCES ${CMAKE_CURRENT_LIST_DIR}/nbd_abuse_test.cpp LINK sluice_engine)
sluice_test(engine_test LABELS "no-caf;process" SOURCES ${CMAKE_CURRENT_LIST_DIR}/engine_test.cpp LINK sluice_engine)
sluice_test(engine_groups_test LABELS "no-caf;process" SOURCES ${CMAKE_CURRENT_LIST_DIR}/engine_groups_test.cpp LINK sluice_engine)
sluice_test(storage_engine_test LABELS "no-caf;process" SOURCES ${CMAKE_CURRENT_LIST_DIR}/storage_engine_test.cpp LINK sluice_engine)
sluice_test(upstream_test LABELS "no-caf;process" SOURCES ${CMAKE_CURRENT_LIST_DIR}/upstream_test.cpp LINK sluice_engine)
sluice_test(engine_reload_test LABELS "no-caf;process" SOURCES ${CMAKE_CURRENT_LIST_DIR}/engine_reload_test.cpp LINK sluice_engine)
sluice_test(nbd_tls_test LABELS "no-caf;process"
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/nbd_tls_test.cpp ${CMAKE_CURRENT_LIST_DIR}/nbd_tls_abuse_test.cpp LINK sluice_engine)
