# The controllers to compare with, the table of all of them, and what-if.
target_sources(sluice_sim PRIVATE
  controllers/aimd.cpp controllers/ledger.cpp controllers/mclock.cpp controllers/parda.cpp controllers/static_limits.cpp)

sluice_test(sim_controllers LABELS no-caf SOURCES test/controllers_test.cpp test/mclock_test.cpp LINK sluice_sim)

target_sources(sluice_sim_command PRIVATE compare/compare_command.cpp compare/comparison.cpp)
target_sources(sluice_sim_command PRIVATE
  what_if/documents.cpp what_if/forecast.cpp what_if/forecast_json.cpp what_if/forecast_text.cpp what_if/question.cpp
  what_if/recording.cpp what_if/what_if_command.cpp)
