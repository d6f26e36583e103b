sluice_test(quantity_test LABELS no-caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/quantity_test.cpp LINK sluice_domain)
sluice_test(agreement_document_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/agreement_document_test.cpp ${CMAKE_CURRENT_LIST_DIR}/policy_text_test.cpp LINK sluice_http_documents)
sluice_test(stream_rows_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/completeness_test.cpp ${CMAKE_CURRENT_LIST_DIR}/interval_tally_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/stream_rows_test.cpp LINK sluice_observatory)
sluice_test(collector_test CAF LABELS caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/collector_test.cpp LINK sluice_application_server)
sluice_test(desk_test CAF LABELS caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/desk_access_test.cpp ${CMAKE_CURRENT_LIST_DIR}/desk_terms_test.cpp ${CMAKE_CURRENT_LIST_DIR}/desk_test.cpp ${CMAKE_CURRENT_LIST_DIR}/desk_versions_test.cpp LINK sluice_application_server)
sluice_test(http_call_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/carriage_text_test.cpp ${CMAKE_CURRENT_LIST_DIR}/explain_text_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/http_answer_test.cpp ${CMAKE_CURRENT_LIST_DIR}/http_call_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/http_export_test.cpp ${CMAKE_CURRENT_LIST_DIR}/http_past_test.cpp
  LINK sluice_entrance)
sluice_test(access_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/access_test.cpp ${CMAKE_CURRENT_LIST_DIR}/answer_cache_test.cpp ${CMAKE_CURRENT_LIST_DIR}/rights_test.cpp ${CMAKE_CURRENT_LIST_DIR}/watch_hub_test.cpp
  LINK sluice_entrance)
sluice_test(http_contract_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/http_versions_test.cpp ${CMAKE_CURRENT_LIST_DIR}/openapi_test.cpp
  LINK sluice_entrance)
target_compile_definitions(http_contract_test PRIVATE
  SLUICE_OPENAPI="${PROJECT_SOURCE_DIR}/actors/application_server/web/api/v1/openapi.yaml")
sluice_test(webhooks_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/webhooks_test.cpp LINK sluice_webhooks)
sluice_test(dashboard_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/dashboard_files_test.cpp ${CMAKE_CURRENT_LIST_DIR}/overview_test.cpp
  LINK sluice_http_answers)
# The documented list of metrics against the texts of both programs that export some.
sluice_test(metrics_list_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/metrics_list_test.cpp
  LINK sluice_http_answers sluice_webhooks sluice_gateway_metrics)
target_compile_definitions(metrics_list_test PRIVATE
  SLUICE_METRICS_LIST="${PROJECT_SOURCE_DIR}/deploy/monitoring/METRICS.md")

# What was vendored is what was published: nobody changes it here.
find_program(SLUICE_SHA256SUM sha256sum REQUIRED)
add_test(NAME dashboard_vendor_digests COMMAND ${SLUICE_SHA256SUM} --check --strict --quiet SHA256SUMS
         WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/actors/application_server/web/vendor)
set_tests_properties(dashboard_vendor_digests PROPERTIES LABELS unit)
