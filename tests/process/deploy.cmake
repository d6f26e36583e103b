add_test(NAME deploy_process_test COMMAND ${CMAKE_CURRENT_LIST_DIR}/deploy_process_test.sh)
set_tests_properties(deploy_process_test PROPERTIES LABELS process TIMEOUT 60)
