foreach(name deploy_derive_test deploy_demo_test)
  add_test(NAME ${name} COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/${name}.py)
  set_tests_properties(${name} PROPERTIES LABELS deploy TIMEOUT 60)
endforeach()
# promtool computes three days of burn rates.
add_test(NAME monitoring_test COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/monitoring_test.py)
set_tests_properties(monitoring_test PROPERTIES LABELS deploy TIMEOUT 300 SKIP_RETURN_CODE 77)
