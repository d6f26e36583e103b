# Laws of the gateway's buckets and parsers, over many seeds.
sluice_test(bucket_properties_test LABELS no-caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/bucket_properties_test.cpp LINK sluice_throttle)
sluice_test(sharing_properties_test LABELS no-caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/sharing_properties_test.cpp LINK sluice_throttle)
sluice_test(nbd_properties_test LABELS no-caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/nbd_properties_test.cpp LINK sluice_nbd)
sluice_test(extent_properties_test LABELS no-caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/extent_properties_test.cpp LINK sluice_domain)
