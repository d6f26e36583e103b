# What strangers send to the gateway.
sluice_fuzz_target(fuzz_nbd_handshake handshake SOURCES nbd_handshake_fuzz.cpp LINK sluice_nbd)
sluice_fuzz_target(fuzz_nbd_request request SOURCES nbd_request_fuzz.cpp LINK sluice_nbd)

# What a faulty upstream server answers.
sluice_fuzz_target(fuzz_upstream_extents upstream_extents SOURCES upstream_extents_fuzz.cpp LINK sluice_domain)

# What crosses the control link, in CAF's form. Debian's CAF is not instrumented, so not under ThreadSanitizer.
sluice_fuzz_target(fuzz_control_messages control_messages SOURCES control_messages_fuzz.cpp LINK sluice_domain sluice_throttle)
target_link_libraries(fuzz_control_messages PRIVATE sluice_protocol) # not above: its precompiled header is not instrumented
set_tests_properties(fuzz_control_messages PROPERTIES LABELS caf)
if(NOT SLUICE_FUZZ)
  target_precompile_headers(fuzz_control_messages REUSE_FROM sluice_caf)
endif()
