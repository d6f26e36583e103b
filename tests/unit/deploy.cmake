foreach(name deploy_derive_test deploy_demo_test)
  add_test(NAME ${name} COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/${name}.py)
  set_tests_properties(${name} PROPERTIES LABELS deploy TIMEOUT 60)
endforeach()
