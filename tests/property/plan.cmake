# Tens of thousands of random inputs: optimised even in a debug build.
sluice_test(plan_properties LABELS no-caf SOURCES allocation_properties_test.cpp hierarchy_properties_test.cpp plan_properties_test.cpp LINK sluice_domain)
target_compile_options(plan_properties PRIVATE $<$<CONFIG:Debug>:-O2>)
sluice_test(admission_properties LABELS no-caf SOURCES admission_properties_test.cpp LINK sluice_domain)
target_compile_options(admission_properties PRIVATE $<$<CONFIG:Debug>:-O2>)
sluice_test(plan_intake_properties LABELS no-caf;one-thread SOURCES plan_intake_properties_test.cpp LINK sluice_domain)
target_compile_options(plan_intake_properties PRIVATE $<$<CONFIG:Debug>:-O2>)
