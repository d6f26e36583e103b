# The data path of the gateway: a server for real clients, and what is tested against it.
sluice_program(engine_server SOURCES engine_server.cpp LINK sluice_engine)
