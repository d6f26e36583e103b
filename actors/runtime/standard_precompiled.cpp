// Carries the precompiled headers of the standard library that targets without actors reuse; holds no code of its own.
