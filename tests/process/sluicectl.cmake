# The client as a process, against a small HTTP server in the test.
foreach(name sluicectl sluicectl_access sluicectl_live sluicectl_showing)
  add_test(NAME ${name}_process_test
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/${name}_test.py $<TARGET_FILE:sluicectl>)
  set_tests_properties(${name}_process_test PROPERTIES LABELS process TIMEOUT 120)
endforeach()
