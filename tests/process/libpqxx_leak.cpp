// Tells LeakSanitizer of a leak in Debian's libpqxx 6.4.5: it loses one PGresult (about 2 KB) each time that a statement
// finds its connection broken, because it asks for the connection's encoding before it owns the result.
extern "C" const char* __lsan_default_suppressions();

extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpqxx\n";
}
