# The controllers to compare with, the table of all of them, and what-if.
target_sources(sluice_sim PRIVATE
  controllers/aimd.cpp controllers/ledger.cpp controllers/mclock.cpp controllers/parda.cpp controllers/static_limits.cpp)

target_sources(sluice_sim_command PRIVATE compare/compare_command.cpp compare/comparison.cpp)
target_sources(sluice_sim_command PRIVATE
  what_if/documents.cpp what_if/forecast.cpp what_if/forecast_json.cpp what_if/forecast_text.cpp what_if/question.cpp
  what_if/recording.cpp what_if/what_if_command.cpp)

if(NOT TARGET sluice_doctest_main)
  return()
endif()

sluice_test(sim_controllers LABELS no-caf SOURCES test/controllers_test.cpp test/mclock_test.cpp LINK sluice_sim)
add_test(NAME sim_what_if COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/test/what_if_test.py $<TARGET_FILE:sluice-sim>)
set_tests_properties(sim_what_if PROPERTIES LABELS one-thread TIMEOUT 300)
if(NOT SLUICE_SANITIZE) # the same figures, only later
  add_test(NAME sim_results COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/test/results_test.py $<TARGET_FILE:sluice-sim>)
  set_tests_properties(sim_results PROPERTIES LABELS one-thread TIMEOUT 300)
endif()
