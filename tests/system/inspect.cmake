# The inspector on a whole instance.
sluice_system_test(system_inspect inspect.sh)
set_tests_properties(system_inspect PROPERTIES RUN_SERIAL ON)
