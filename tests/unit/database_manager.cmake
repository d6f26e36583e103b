# The database manager's pure parts: no server, no actor.
sluice_test(database_store_test
  LABELS no-caf
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/store_address_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_calendar_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_migration_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_row_test.cpp
  LINK sluice_store)
target_compile_definitions(database_store_test PRIVATE
  SLUICE_SCHEMA_DIRECTORY="${PROJECT_SOURCE_DIR}/deploy/schema")

# What is derived from rows, and where they wait on disk.
sluice_test(database_history_test
  LABELS no-caf one-thread
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/history_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/spool_test.cpp
  LINK sluice_history sluice_spool)

# The spool on a disk of the test's own, in place of the calls on files.
sluice_test(spool_power_test
  LABELS no-caf one-thread
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/spool_power_test.cpp
  LINK sluice_spool)
