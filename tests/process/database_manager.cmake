# The database manager with a real PostgreSQL.
function(sluice_needs_postgres name)
  target_compile_definitions(${name} PRIVATE
    SLUICE_PRIVATE_POSTGRES="${PROJECT_SOURCE_DIR}/tests/process/private_postgres.sh"
    SLUICE_SCHEMA_DIRECTORY="${PROJECT_SOURCE_DIR}/deploy/schema")
endfunction()

sluice_test(process_store
  LABELS process no-caf
  TIMEOUT 600
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/store_agreements_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_audit_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_evidence_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_export_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_ledger_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_history_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_pages_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_policy_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_questions_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_rows_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_schema_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_trouble_test.cpp
  LINK sluice_query sluice_report)
sluice_needs_postgres(process_store)
target_compile_definitions(process_store PRIVATE
  SLUICE_EVIDENCE_VERIFIER="${CMAKE_CURRENT_LIST_DIR}/evidence_verifier.py")

sluice_test(process_database_manager CAF
  LABELS process
  TIMEOUT 300
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/database_manager_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/database_trouble_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/query_desk_test.cpp
  LINK sluice_database_manager)
sluice_needs_postgres(process_database_manager)

sluice_test(process_spool
  LABELS process no-caf one-thread
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/spool_kill_test.cpp
  LINK sluice_spool)

sluice_test(process_database_process
  LABELS process
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/database_process_test.cpp
  LINK PkgConfig::libpqxx)
sluice_needs_postgres(process_database_process)
add_dependencies(process_database_process sluice-database-manager)

sluice_test(process_database_rounds CAF
  LABELS process
  TIMEOUT 600
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/database_rounds_test.cpp ${CMAKE_CURRENT_LIST_DIR}/recomputed_test.cpp
  LINK sluice_store sluice_runtime sluice_server_process)
sluice_needs_postgres(process_database_rounds)
add_dependencies(process_database_rounds sluice-database-manager)

# Exports and imports through all processes.
sluice_test(process_database_export
  LABELS process
  TIMEOUT 300
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/database_export_test.cpp
  LINK sluice_store)
sluice_needs_postgres(process_database_export)
target_compile_definitions(process_database_export PRIVATE
  SLUICE_EVIDENCE_VERIFIER="${CMAKE_CURRENT_LIST_DIR}/evidence_verifier.py")
add_dependencies(process_database_export
  sluice-database-manager sluice-application-server sluice-performance-monitor sluicectl)
