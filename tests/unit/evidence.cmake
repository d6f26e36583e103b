# What proves: lines, chains, trees, keys. No server, no database.
sluice_test(evidence_test
  LABELS no-caf
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/evidence_chain_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/evidence_export_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/evidence_key_test.cpp
  LINK sluice_evidence)
target_compile_definitions(evidence_test PRIVATE
  SLUICE_GOLDEN_EXPORT="${PROJECT_SOURCE_DIR}/tests/process/evidence_golden.txt")
