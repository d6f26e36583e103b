# The controllers to compare with, the table of all of them, and what-if.
target_sources(sluice_sim PRIVATE
  controllers/aimd.cpp controllers/ledger.cpp controllers/mclock.cpp controllers/parda.cpp controllers/static_limits.cpp)

sluice_test(sim_controllers LABELS no-caf SOURCES test/controllers_test.cpp test/mclock_test.cpp LINK sluice_sim)

target_sources(sluice_sim_command PRIVATE compare/compare_command.cpp compare/comparison.cpp)
