# What leaves Sluice and comes back: CSV, OpenSLO.
sluice_test(exchange_test LABELS no-caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/exchange_test.cpp LINK sluice_exchange yaml-cpp)
