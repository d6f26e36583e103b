// Carries the precompiled CAF headers that every target with actors reuses; holds no code of its own.
#include <caf/all.hpp>
