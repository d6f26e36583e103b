// The storage engines: files through io_uring and through the pool, past the page cache, at their bounds and refused.
#include "gateways/backend/file_backend.hpp"
#include "tests/process/engine_fixture.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <fcntl.h>
#include <fstream>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <random>
#include <sys/prctl.h>
#include <sys/syscall.h>

using namespace engine_test;
using namespace nbd_bytes;

namespace {

constexpr std::uint16_t read_ = 0, write_ = 1, flush = 3, trim = 4, zero = 6;
constexpr std::size_t disk_bytes = 8u << 20;

/// A world whose volume `v` is a file in its directory, full of what cannot be mistaken for zeroes.
struct file_world : world {
  std::string path = directory / "disk";

  explicit file_world(io_engine engine, bool direct) {
    std::ofstream{path} << std::string(disk_bytes, 'x');
    config.engine = engine;
    config.volumes.pop_back();
    auto& disk = config.backends.front();
    disk.kind = backend_kind::file;
    disk.path = path;
    disk.direct = direct;
  }
};

/// False, with a line that says so, where this machine's kernel or file system does not have it.
bool possible(io_engine engine, bool direct) {
  if (const auto problem = io_ring::probe(); engine == io_engine::io_uring && !problem.empty()) {
    MESSAGE("not run: ", problem);
    return false;
  }
  if (!direct)
    return true;
  file_world w{engine, direct};
  io_pool pool{1};
  file_backend probe{{w.path, false, true}, pool};
  if (const auto problem = probe.open(); !problem.empty()) {
    MESSAGE("not run: ", problem);
    return false;
  }
  return probe.traits().min_block <= 4096;
}

void for_each_engine(const std::function<void(io_engine, bool direct)>& test) {
  for (const auto engine : {io_engine::io_uring, io_engine::pool})
    for (const auto direct : {false, true})
      if (possible(engine, direct)) {
        CAPTURE(static_cast<int>(engine));
        CAPTURE(direct);
        test(engine, direct);
      }
}

/// From here on this thread, and those it starts, get EPERM for io_uring_setup, as in a container.
bool deny_io_uring() {
  std::array<sock_filter, 4> rules{{
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, __NR_io_uring_setup},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  }};
  sock_fprog all{static_cast<unsigned short>(rules.size()), rules.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) == 0;
}

/// Aligned memory and requests for talking to a backend without an engine.
struct direct_request : io_request {
  std::unique_ptr<std::byte, decltype(&std::free)> memory;
  explicit direct_request(std::uint32_t bytes)
      : memory(static_cast<std::byte*>(std::aligned_alloc(4096, bytes)), &std::free) {
    length = bytes;
    buffer = memory.get();
  }
};

} // namespace

TEST_SUITE_BEGIN("gateways.storage");

TEST_CASE("what is written is read, by every engine, in every size, in whatever order") {
  for_each_engine([](io_engine engine, bool direct) {
    file_world w{engine, direct};
    w.start();
    CHECK(w.happened(engine == io_engine::pool ? "io-engine pool" : "io-engine io_uring"));
    const raw_client c{w.socket()};
    c.go("v");
    bytes expected(disk_bytes, std::byte{'x'});
    std::mt19937 random{20'261'122};
    for (int i = 0; i < 200; ++i) {
      // From one block to 2 MiB: what is done inline, by the ring and by the pool.
      const auto length = 4096u << random() % 10;
      const auto offset = random() % ((disk_bytes - length) / 4096) * 4096;
      const auto fua = static_cast<std::uint16_t>(random() % 2);
      const auto fill = static_cast<std::byte>(i % 250 + 1);
      const auto kind = random() % 5;
      CAPTURE(i);
      if (kind < 2) {
        REQUIRE(c.ask(write_, offset, length, fua, bytes(length, fill)) == 0);
        std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(offset), length, fill);
      } else if (kind == 2) {
        REQUIRE(c.ask(zero, offset, length, fua) == 0);
        std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(offset), length, std::byte{0});
      } else if (kind == 3) {
        REQUIRE(c.ask(flush, 0, 0) == 0);
      } else {
        REQUIRE(c.ask(read_, offset, length) == 0);
        const auto got = c.receive(length);
        REQUIRE(got.size() == length);
        REQUIRE(std::equal(got.begin(), got.end(), expected.begin() + static_cast<std::ptrdiff_t>(offset)));
      }
    }
    w.it->stop();
    std::ifstream file{w.path, std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    REQUIRE(content.size() == disk_bytes);
    CHECK(std::memcmp(content.data(), expected.data(), disk_bytes) == 0);
  });
}

TEST_CASE("of many requests at once each is answered exactly once, with its own data, by every engine") {
  for_each_engine([](io_engine engine, bool direct) {
    file_world w{engine, direct};
    w.start();
    const raw_client c{w.socket()};
    c.go("v");
    bytes all;
    constexpr std::uint64_t n = 512, size = 8192;
    for (std::uint64_t i = 0; i < n; ++i) {
      put(all, request_message(write_, i, i * size, size, 0));
      put(all, bytes(size, static_cast<std::byte>(i % 251)));
    }
    std::thread sender{[&] {
      CHECK(c.send(all));
    }};
    std::vector<int> answers(n);
    for (std::uint64_t i = 0; i < n; ++i) {
      const auto x = c.simple_reply();
      CHECK(x.error == 0);
      REQUIRE(x.cookie < n);
      ++answers[x.cookie];
    }
    sender.join();
    all.clear();
    for (std::uint64_t i = 0; i < n; ++i)
      put(all, request_message(read_, i, i * size, size, 0));
    REQUIRE(c.send(all));
    for (std::uint64_t i = 0; i < n; ++i) {
      const auto x = c.simple_reply();
      REQUIRE(x.cookie < n);
      ++answers[x.cookie];
      CHECK(c.receive(size) == bytes(size, static_cast<std::byte>(x.cookie % 251)));
    }
    CHECK(std::count(answers.begin(), answers.end(), 2) == n);
  });
}

TEST_CASE("direct I/O tells its block, and what is not aligned to it is invalid and harms nothing else") {
  if (!possible(io_engine::automatic, true))
    return;
  file_world w{io_engine::automatic, true};
  w.start();
  const raw_client c{w.socket()};
  bytes x;
  put(x, 3, 4);
  put(x, option_message(7, export_query("v", {3})));
  REQUIRE(c.send(x));
  const auto greeting = c.receive(18 + 32 + 20 + 14 + 20);
  REQUIRE(greeting.size() == 104);
  const auto block = raw_client::number(greeting, 18 + 32 + 20 + 2, 4);
  CHECK(block >= 512);
  CHECK(block <= 4096);
  const auto half = static_cast<std::uint32_t>(block / 2);
  CHECK(c.ask(read_, half, static_cast<std::uint32_t>(block)) == 22);
  CHECK(c.ask(read_, 0, half) == 22);
  CHECK(c.ask(write_, half, half, 0, bytes(half)) == 22);
  CHECK(c.ask(zero, half, half) == 22);
  CHECK(c.ask(trim, half, half) == 22);
  CHECK(c.ask(write_, block, static_cast<std::uint32_t>(block), 0, bytes(block, std::byte{7})) == 0);
  CHECK(c.ask(read_, block, static_cast<std::uint32_t>(block)) == 0);
  CHECK(c.receive(block) == bytes(block, std::byte{7}));
}

TEST_CASE("a file that cannot be served directly is refused with a sentence") {
  io_pool pool{1};
  file_backend process{{"/proc/self/status", true, true}, pool};
  CHECK(process.open() == "the file system of /proc/self/status refuses direct I/O (direct=true)");
  if (!possible(io_engine::pool, true))
    return;
  file_world w{io_engine::pool, true};
  std::filesystem::resize_file(w.path, disk_bytes + 1);
  file_backend odd{{w.path, false, true}, pool};
  CHECK(odd.open().find("has 8388609 bytes, no multiple of the ") != std::string::npos);
  std::filesystem::resize_file(w.path, disk_bytes);
  w.config.volumes.front().size_bytes = 4097;
  CHECK(engine{w.config}.start().find("volume v: its size is no multiple of ") == 0);
}

TEST_CASE("a file that is cut short behind our back gives an I/O error, by every engine") {
  for_each_engine([](io_engine engine, bool direct) {
    file_world w{engine, direct};
    w.start();
    const raw_client c{w.socket()};
    c.go("v");
    std::filesystem::resize_file(w.path, disk_bytes / 2 + 100);
    CHECK(c.ask(read_, disk_bytes / 2 - 65'536, 131'072) == 5);
    CHECK(c.ask(read_, disk_bytes - 4096, 4096) == 5);
    CHECK(c.ask(read_, 0, 4096) == 0);
    CHECK(c.receive(4096) == bytes(4096, std::byte{'x'}));
  });
}

TEST_CASE("what finds no room in the ring is done by the pool") {
  if (!possible(io_engine::io_uring, true))
    return;
  file_world w{io_engine::io_uring, true};
  request_queue answers; // before the pool, whose threads wake it after they have answered
  io_pool pool{2};
  file_backend storage{{w.path, false, true}, pool};
  REQUIRE(storage.open() == "");
  io_ring ring{pool, 2};
  REQUIRE(ring.begin());
  std::deque<direct_request> requests;
  for (std::uint32_t i = 0; i < 16; ++i) {
    auto& x = requests.emplace_back(4096);
    x.offset = i * 4096;
    x.answer_to = &answers;
    x.ring = &ring;
    x.error = -1;
    CHECK_FALSE(storage.submit(x));
    CHECK(ring.in_flight() == std::min(i + 1, 2u));
  }
  std::size_t from_pool = 0, from_ring = 0;
  const auto count = [](io_request* x, std::size_t& n) {
    for (; x != nullptr; x = x->next) {
      CHECK(x->error == 0);
      CHECK(std::all_of(x->buffer, x->buffer + 4096, [](std::byte b) {
        return b == std::byte{'x'};
      }));
      ++n;
    }
  };
  CHECK(eventually([&] {
    count(answers.take_all(), from_pool);
    return from_pool == 14;
  }));
  CHECK(ring.take_done() == nullptr); // not yet submitted
  ring.submit();
  CHECK(eventually([&] {
    count(ring.take_done(), from_ring);
    return from_ring == 2;
  }));
  CHECK(ring.in_flight() == 0);
  CHECK(from_pool == 14);
}

TEST_CASE("draining a ring waits for all it has") {
  if (!possible(io_engine::io_uring, true))
    return;
  file_world w{io_engine::io_uring, true};
  request_queue answers; // before the pool, whose threads wake it after they have answered
  io_pool pool{1};
  file_backend storage{{w.path, false, true}, pool};
  REQUIRE(storage.open() == "");
  io_ring ring{pool};
  REQUIRE(ring.begin());
  std::deque<direct_request> requests;
  for (std::uint32_t i = 0; i < 64; ++i) {
    auto& x = requests.emplace_back(65'536);
    x.offset = i * 65'536;
    x.answer_to = &answers;
    x.ring = &ring;
    REQUIRE_FALSE(storage.submit(x));
  }
  ring.drain();
  CHECK(ring.in_flight() == 0);
  std::size_t n = 0;
  for (auto* x = answers.take_all(); x != nullptr; x = x->next, ++n)
    CHECK(x->error == 0);
  CHECK(n == 64);
}

TEST_CASE("stop() answers what is in flight, or waits for the kernel when there is no time for that") {
  for_each_engine([](io_engine engine, bool direct) {
    for (const auto drain : {duration{20s}, duration{0s}}) {
      const auto before = open_descriptors();
      {
        file_world w{engine, direct};
        w.config.drain_time = drain;
        w.start();
        const raw_client c{w.socket()};
        c.go("v");
        bytes all;
        for (std::uint64_t i = 0; i < 64; ++i)
          put(all, request_message(read_, i, i * 65'536, 65'536, 0));
        REQUIRE(c.send(all));
        std::uint64_t arrived = 0; // what is still in the socket is nobody's request
        REQUIRE(eventually([&] {
          for (const auto& x : w.it->collect_samples(monotonic_now(), wall_time{}))
            arrived += x.arrivals;
          return arrived == 64;
        }));
        std::thread stopper{[&] {
          w.it->stop();
        }};
        if (drain > 0s)
          for (int i = 0; i < 64; ++i) {
            CHECK(c.simple_reply().error == 0);
            CHECK(c.receive(65'536).size() == 65'536);
          }
        stopper.join();
      }
      CHECK(open_descriptors() == before);
    }
  });
}

TEST_CASE("where io_uring is denied the pool serves, unless io_uring is asked for") {
  std::string refusal;
  bool denied = false, told = false, served = false;
  std::thread{[&] { // the filter stays with this thread and its children
    denied = deny_io_uring();
    file_world w{io_engine::io_uring, false};
    refusal = engine{w.config}.start();
    w.config.engine = io_engine::automatic;
    w.start();
    told = w.happened("io-engine pool why=\"the kernel refuses io_uring (io_uring_setup: Operation not permitted)\"");
    const raw_client c{w.socket()};
    c.go("v");
    served = c.ask(write_, 0, 4096, 1, bytes(4096)) == 0 && c.ask(flush, 0, 0) == 0;
  }}
      .join();
  REQUIRE(denied);
  CHECK(refusal
        == "the kernel refuses io_uring (io_uring_setup: Operation not permitted); io-engine=\"auto\" or \"pool\" does "
           "without");
  CHECK(told);
  CHECK(served);
}

TEST_SUITE_END();
