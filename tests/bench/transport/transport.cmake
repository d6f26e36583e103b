set(here ${CMAKE_CURRENT_LIST_DIR})
sluice_bench(sluice-bench-transport
  SOURCES
    ${here}/board.cpp
    ${here}/boost_message_queue.cpp
    ${here}/child.cpp
    ${here}/endpoint_subject.cpp
    ${here}/limits.cpp
    ${here}/main.cpp
    ${here}/report.cpp
    ${here}/rows.cpp
    ${here}/runner.cpp
    ${here}/slots.cpp
    ${here}/unix_socket.cpp
  LINK sluice_mailslot)
