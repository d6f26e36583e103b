# What a peer may leave in shared memory.
sluice_fuzz_target(fuzz_mailslot_segment mailslot_segment SOURCES mailslot_segment_fuzz.cpp LINK sluice_mailslot)
sluice_fuzz_target(fuzz_mailslot_assembler mailslot_assembler SOURCES mailslot_assembler_fuzz.cpp)
