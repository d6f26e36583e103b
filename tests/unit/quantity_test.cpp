// Quantities as text, both ways: every unit, exactness, and what must be refused.
#include "actors/domain/quantity.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace sluice;
using namespace std::chrono_literals;

TEST_CASE("durations are read in every unit, alone and from large to small") {
  CHECK(parse_duration("5ms") == 5ms);
  CHECK(parse_duration("10s") == 10s);
  CHECK(parse_duration("10m") == 10min);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("2d") == 48h);
  CHECK(parse_duration("250us") == 250us);
  CHECK(parse_duration("7ns") == 7ns);
  CHECK(parse_duration("0.5s") == 500ms);
  CHECK(parse_duration("1.25ms") == 1250us);
  CHECK(parse_duration("1d2h3m4s5ms6us7ns") == 24h + 2h + 3min + 4s + 5ms + 6us + 7ns);
  CHECK(parse_duration("0s") == 0s);
  CHECK(parse_duration("1.50000000000s") == 1500ms);
}

TEST_CASE("what is no duration is refused") {
  for (const auto* text :
       {"",     "5",   "ms",  "5 ms",  " 5ms",  "5ms ",          "-5ms", "+5ms",  "5MS",   "5min", "1m1h",
        "1s1s", "1.s", ".5s", "1..5s", "1.5ns", "0.0000000001s", "1e3s", "0x10s", "5ms/s", "5µs",  "1h30"})
    CHECK_MESSAGE(!parse_duration(text), text);
}

TEST_CASE("the longest duration is read and the next one refused") {
  CHECK(parse_duration("9223372036854775807ns") == duration{std::numeric_limits<std::int64_t>::max()});
  CHECK(!parse_duration("9223372036854775808ns"));
  CHECK(!parse_duration("106752d"));
  CHECK(parse_duration("106751d") == 106751 * 24h);
  CHECK(!parse_duration("106751d24h"));
  CHECK(!parse_duration("18446744073709551616ns"));
  CHECK(!parse_duration("99999999999999999999999999999999s"));
}

TEST_CASE("sizes and bandwidths are read in decimal and binary units") {
  CHECK(parse_size("1GiB") == 1073741824u);
  CHECK(parse_size("1GB") == 1000000000u);
  CHECK(parse_size("512B") == 512u);
  CHECK(parse_size("4kB") == 4000u);
  CHECK(parse_size("4KB") == 4000u);
  CHECK(parse_size("4KiB") == 4096u);
  CHECK(parse_size("1.5MiB") == 1572864u);
  CHECK(parse_size("2TiB") == 2u * (std::uint64_t{1} << 40));
  CHECK(parse_size("3PiB") == 3u * (std::uint64_t{1} << 50));
  CHECK(parse_bandwidth("200MB/s") == rate{200'000'000});
  CHECK(parse_bandwidth("200MiB/s") == rate{209'715'200});
  CHECK(parse_bandwidth("0B/s") == rate{0});
}

TEST_CASE("what is no size or bandwidth is refused") {
  for (const auto* text :
       {"", "1", "GiB", "1Gib", "1gib", "1 GiB", "1GiB1MiB", "-1B", "0.5B", "1.2MiB", "1GiB/s", "1B "})
    CHECK_MESSAGE(!parse_size(text), text);
  for (const auto* text : {"", "200MB", "/s", "200/s", "MB/s", "200MB/s/s", "200MB/m", "200Mbit/s"})
    CHECK_MESSAGE(!parse_bandwidth(text), text);
  CHECK(parse_size("16383PiB") == 16383u * (std::uint64_t{1} << 50));
  CHECK(!parse_size("16384PiB"));
  CHECK(!parse_size("18446744073709551616B"));
}

TEST_CASE("percent is read to the part per million") {
  CHECK(parse_percent("99%") == 990'000u);
  CHECK(parse_percent("99.95%") == 999'500u);
  CHECK(parse_percent("0.0001%") == 1u);
  CHECK(parse_percent("100%") == 1'000'000u);
  CHECK(parse_percent("101%") == 1'010'000u); // a range is the caller's business
  for (const auto* text : {"", "%", "99", "99 %", "99%%", "-1%", "0.00001%", "429497%"})
    CHECK_MESSAGE(!parse_percent(text), text);
}

TEST_CASE("quantities are written short and exact") {
  CHECK(duration_text(5ms) == "5ms");
  CHECK(duration_text(10s) == "10s");
  CHECK(duration_text(90min) == "90m");
  CHECK(duration_text(48h) == "48h");
  CHECK(duration_text(1500us) == "1500us");
  CHECK(duration_text(0s) == "0s");
  CHECK(duration_text(-5ms) == "-5ms");
  CHECK(size_text(0) == "0B");
  CHECK(size_text(1'073'741'824) == "1GiB");
  CHECK(size_text(1'000) == "1kB");
  CHECK(size_text(1'024'000) == "1000KiB");
  CHECK(size_text(1'001) == "1001B");
  CHECK(bandwidth_text(rate{200'000'000}) == "200MB/s");
  CHECK(bandwidth_text(rate{209'715'200}) == "200MiB/s");
  CHECK(percent_text(990'000) == "99%");
  CHECK(percent_text(999'500) == "99.95%");
  CHECK(percent_text(1) == "0.0001%");
  CHECK(percent_text(0) == "0%");
}

TEST_CASE("what was written is read back as it was") {
  std::uint64_t x = 1; // every magnitude, with and without a remainder
  for (int i = 0; i < 63; ++i, x *= 2) {
    CAPTURE(x);
    for (const auto value : {x, x + 1, x - 1}) {
      CHECK(parse_size(size_text(value)) == value);
      CHECK(parse_bandwidth(bandwidth_text(rate{value})) == rate{value});
      CHECK(parse_duration(duration_text(duration{static_cast<std::int64_t>(value)}))
            == duration{static_cast<std::int64_t>(value)});
    }
  }
  for (std::uint32_t ppm = 0; ppm <= 1'000'000; ppm += 997)
    CHECK(parse_percent(percent_text(ppm)) == ppm);
}
