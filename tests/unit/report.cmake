# Reports and the sums behind them: no database, no process.
sluice_test(report_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/report_test.cpp LINK sluice_report)
sluice_test(series_sum_test LABELS no-caf
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/series_sum_test.cpp ${CMAKE_CURRENT_LIST_DIR}/query_spans_test.cpp
  LINK sluice_query)
