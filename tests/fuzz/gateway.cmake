# What strangers send to the gateway.
sluice_fuzz_target(fuzz_nbd_handshake handshake SOURCES nbd_handshake_fuzz.cpp LINK sluice_nbd)
sluice_fuzz_target(fuzz_nbd_request request SOURCES nbd_request_fuzz.cpp LINK sluice_nbd)

# What a faulty upstream server answers.
sluice_fuzz_target(fuzz_upstream_extents upstream_extents SOURCES upstream_extents_fuzz.cpp LINK sluice_domain)
