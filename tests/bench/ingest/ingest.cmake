# Rows into the database manager as the application server sends them, beside a bare COPY.
sluice_bench(sluice-bench-ingest CAF
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/feeder.cpp
  LINK sluice_protocol sluice_runtime sluice_server_process)
add_dependencies(sluice-bench-ingest sluice-database-manager)
