# Tens of thousands of random inputs: optimised even in a debug build.
sluice_test(plan_properties LABELS no-caf SOURCES allocation_properties_test.cpp hierarchy_properties_test.cpp plan_properties_test.cpp LINK sluice_domain)
sluice_optimised(plan_properties)
sluice_test(admission_properties LABELS no-caf SOURCES admission_properties_test.cpp LINK sluice_domain)
sluice_optimised(admission_properties)
sluice_test(plan_intake_properties LABELS no-caf;one-thread SOURCES plan_intake_properties_test.cpp LINK sluice_domain)
sluice_optimised(plan_intake_properties)
