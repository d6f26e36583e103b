// Reading messages from hostile bytes: the same values as CAF writes, and no belief in lengths or nesting.
#include "shm/transport/careful_deserializer.hpp"

#include <doctest/doctest.h>

#include <caf/all.hpp>
#include <caf/binary_serializer.hpp>

#include <map>
#include <random>

using namespace sluice::shm;

namespace {

struct fixture {
  caf::actor_system_config config;
  caf::actor_system system{config.set("scheduler.max-threads", 1u)};
  caf::scoped_execution_unit unit{&system};
  std::vector<char> bytes;

  template<class... Ts>
  void write(Ts... xs) {
    caf::binary_serializer sink{&unit, bytes};
    REQUIRE(!sink(xs...));
  }
  careful_deserializer reader() {
    return {&unit, std::as_bytes(std::span{bytes})};
  }
};

} // namespace

TEST_SUITE_BEGIN("unit.transport.bytes");

TEST_CASE_FIXTURE(fixture, "every type is read as CAF has written it") {
  const auto text = std::string(300, 't');
  write(std::int8_t{-1}, std::uint16_t{0x1234}, std::int32_t{-5}, std::uint64_t{1} << 60, 1.5, 2.5f, true, text);
  write(std::u16string{u"wide"}, std::u32string{U"wider"}, static_cast<long double>(0.25));
  write(std::vector<std::string>{"a", "b"}, std::vector<bool>(1000, true), std::vector<char>{'x', 'y'});
  write(caf::make_message(1, std::string{"inner"}), caf::make_error(caf::sec::bad_function_call, "why"));
  auto source = reader();
  std::int8_t a = 0;
  std::uint16_t b = 0;
  std::int32_t c = 0;
  std::uint64_t d = 0;
  double e = 0;
  float f = 0;
  bool g = false;
  std::string h;
  REQUIRE(!source(a, b, c, d, e, f, g, h));
  CHECK(a == -1);
  CHECK(b == 0x1234);
  CHECK(c == -5);
  CHECK(d == std::uint64_t{1} << 60);
  CHECK(e == 1.5);
  CHECK(f == 2.5f);
  CHECK(g);
  CHECK(h == text);
  std::u16string wide;
  std::u32string wider;
  long double i = 0;
  REQUIRE(!source(wide, wider, i));
  CHECK(wide == u"wide");
  CHECK(wider == U"wider");
  CHECK(i == 0.25L);
  std::vector<std::string> list;
  std::vector<bool> flags;
  std::vector<char> raw;
  REQUIRE(!source(list, flags, raw));
  CHECK(list == std::vector<std::string>{"a", "b"});
  CHECK(flags == std::vector<bool>(1000, true));
  CHECK(raw == std::vector<char>{'x', 'y'});
  caf::message inner;
  caf::error reason;
  REQUIRE(!source(inner, reason));
  CHECK(inner.get_as<std::string>(1) == "inner");
  CHECK(reason == caf::sec::bad_function_call);
  CHECK(source.remaining() == 0);
}

TEST_CASE_FIXTURE(fixture, "a length beyond the bytes at hand is refused before anything is allocated") {
  bytes = {'\xff', '\xff', '\xff', '\xff', '\x0f'}; // 2^32 - 1
  std::string text = "untouched";
  std::vector<char> raw;
  std::vector<std::string> list;
  CHECK(reader()(text));
  CHECK(text == "untouched");
  CHECK(reader()(raw));
  CHECK(raw.capacity() == 0);
  CHECK(reader()(list));
  bytes = {'\xff', '\xff', '\xff', '\xff', '\xff', '\xff', '\xff', '\x01'};
  CHECK(reader()(text));
}

TEST_CASE_FIXTURE(fixture, "messages in messages are refused before the stack ends") {
  auto x = caf::make_message(1);
  for (int depth = 0; depth < 50; ++depth)
    x = caf::make_message(depth, x);
  write(x);
  caf::message found;
  auto shallow = reader();
  static_cast<void>(shallow(found));
  CHECK_FALSE(shallow.failed());
  for (int depth = 0; depth < 100; ++depth)
    x = caf::make_message(depth, x);
  bytes.clear();
  write(x);
  auto deep = reader();
  static_cast<void>(deep(found)); // CAF loses the error of an inner message, hence failed()
  CHECK(deep.failed());
}

TEST_CASE_FIXTURE(fixture, "property: damaged messages are read or refused, never more") {
  write(caf::make_message(std::string{"one"}, std::string{"two"}, std::uint64_t{7}, caf::make_error(caf::sec::none)));
  const auto whole = bytes;
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    bytes = whole;
    bytes.resize(random() % (whole.size() + 1));
    for (auto flips = random() % 4; flips > 0 && !bytes.empty(); --flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    caf::message found;
    auto source = reader();
    static_cast<void>(source(found)); // its end is what is tested; under a sanitizer also its reads
    CHECK(source.remaining() <= bytes.size());
  }
}

TEST_CASE_FIXTURE(fixture, "property: any bytes at all are read or refused, whatever they are taken for") {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    bytes.resize(random() % 200);
    for (auto& x : bytes) // small numbers make lengths and nesting that nearly fit
      x = static_cast<char>(random() % 2 == 0 ? random() % 8 : random());
    std::string text;
    std::u32string wide;
    std::vector<std::string> list;
    std::vector<std::vector<std::uint64_t>> lists;
    std::map<std::string, std::vector<bool>> table;
    caf::message inner;
    caf::error reason;
    static_cast<void>(reader()(text));
    static_cast<void>(reader()(wide));
    static_cast<void>(reader()(list));
    static_cast<void>(reader()(lists));
    static_cast<void>(reader()(table));
    static_cast<void>(reader()(inner));
    static_cast<void>(reader()(reason));
    CHECK(text.size() <= bytes.size());
    CHECK(wide.size() * sizeof(char16_t) <= bytes.size());
    CHECK(list.size() <= 8 * bytes.size()); // a length is believed up to a bit per element, and ends with the bytes
    CHECK(lists.size() <= 8 * bytes.size());
  }
}

TEST_SUITE_END();
