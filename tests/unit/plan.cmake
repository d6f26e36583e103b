sluice_test(domain_tests LABELS no-caf
  SOURCES agreement_test.cpp cost_test.cpp cost_trial_test.cpp histogram_test.cpp inheritance_test.cpp judge_test.cpp latency_floor_test.cpp law_parts_test.cpp plan_test.cpp pressure_test.cpp sample_test.cpp shared_storage_test.cpp stream_test.cpp tenancy_test.cpp
  throttle_test.cpp LINK sluice_domain)
sluice_test(accounting_tests LABELS no-caf
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/accounting_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/interval_account_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/judged_span_test.cpp
    ${PROJECT_SOURCE_DIR}/tests/property/accounting_properties_test.cpp
    ${PROJECT_SOURCE_DIR}/tests/property/interval_account_properties_test.cpp
  LINK sluice_domain)
sluice_optimised(accounting_tests)
sluice_test(core_test CAF LABELS caf SOURCES ${CMAKE_CURRENT_LIST_DIR}/core_test.cpp LINK sluice_sla_core)
# Replaces operator new, hence a program of its own; a sanitizer has its own operators.
if(NOT SLUICE_SANITIZE)
  sluice_test(steady_state_test LABELS no-caf
    SOURCES
      ${CMAKE_CURRENT_LIST_DIR}/steady_state_test.cpp
      ${PROJECT_SOURCE_DIR}/tests/bench/tick/counted_allocations.cpp
      ${PROJECT_SOURCE_DIR}/tests/bench/tick/population.cpp
    LINK sluice_domain)
endif()
sluice_test(terms_test LABELS no-caf SOURCES admission_test.cpp observe_test.cpp policy_test.cpp LINK sluice_domain)
