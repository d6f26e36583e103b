# The gateway's data path below the sockets.
sluice_test(nbd_test LABELS no-caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/nbd_handshake_test.cpp ${CMAKE_CURRENT_LIST_DIR}/nbd_request_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/nbd_starttls_test.cpp LINK sluice_nbd)
sluice_test(throttle_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/token_bucket_test.cpp ${CMAKE_CURRENT_LIST_DIR}/stream_control_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/fair_queue_test.cpp LINK sluice_throttle)
sluice_test(gateway_stats_test LABELS no-caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/gateway_stats_test.cpp LINK sluice_stats)
sluice_test(gateway_engine_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/engine_parts_test.cpp ${CMAKE_CURRENT_LIST_DIR}/gateway_stream_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/gateway_group_test.cpp ${CMAKE_CURRENT_LIST_DIR}/gateway_tree_test.cpp LINK sluice_engine)
sluice_test(gateway_tls_test LABELS no-caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/gateway_tls_test.cpp LINK sluice_tls)
