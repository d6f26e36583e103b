// Meta contexts, BLOCK_STATUS, CACHE and fast zeroes over real sockets, on memory, files and an upstream server.
#include "tests/process/structured_client.hpp"

#include <fcntl.h>
#include <fstream>
#include <linux/falloc.h>
#include <numeric>
#include <sys/mman.h>

using namespace engine_test;
using namespace nbd_bytes;

namespace {

constexpr std::uint16_t read_ = 0, write_ = 1, flush = 3, trim = 4, cache = 5, write_zeroes = 6, block_status = 7;
constexpr std::uint16_t fua = 1, no_hole = 2, req_one = 8, fast_zero = 16;
constexpr std::uint32_t eio = 5, einval = 22, enotsup = 95;
constexpr std::uint32_t kib = 1u << 10, mib = 1u << 20;

void write_at(const raw_client& c, std::uint64_t offset, std::uint32_t size) {
  REQUIRE(c.ask(write_, offset, size, 0, bytes(size, std::byte{0x77})) == 0);
}

/// A world whose volume is a sparse file.
struct file_world : world {
  explicit file_world(std::uint64_t size_bytes) {
    std::ofstream{disk()};
    std::filesystem::resize_file(disk(), size_bytes);
    config.backends[0].kind = backend_kind::file;
    config.backends[0].path = disk();
    config.volumes.pop_back();
  }
  std::string disk() const {
    return directory / "disk";
  }
};

/// A second engine in front of the first one's volumes.
struct upstream_world : world {
  world upstream;

  upstream_world() {
    upstream.start();
    config.backends[0].kind = backend_kind::nbd;
    config.backends[0].uri = "nbd+unix:///v?socket=" + upstream.socket();
  }
};

std::uint64_t sum_of(const seen_extents& x) {
  return std::accumulate(x.begin(), x.end(), std::uint64_t{0}, [](std::uint64_t sum, const seen_extent& one) {
    return sum + one.length;
  });
}

void tells_holes(world& w) {
  w.start();
  const raw_client c{w.socket()};
  go_with_contexts(c, "v");
  CHECK(status(c, 0, 128 * mib) == seen_extents{{128 * mib, hole}});
  write_at(c, 8 * mib, 256 * kib);
  CHECK(c.ask(flush, 0, 0) == 0);
  CHECK(status(c, 0, 128 * mib)
        == seen_extents{{8 * mib, hole}, {256 * kib, data}, {128 * mib - 8 * mib - 256 * kib, hole}});
  CHECK(status(c, 8 * mib + 4096, 4096) == seen_extents{{4096, data}});
  CHECK(status(c, 4 * mib, 8 * mib, req_one) == seen_extents{{4 * mib, hole}});
  CHECK(status(c, 8 * mib, 64 * kib, req_one | fua) == seen_extents{{64 * kib, data}});
  CHECK(c.ask(trim, 8 * mib, 128 * kib) == 0);
  CHECK(status(c, 8 * mib, mib) == seen_extents{{128 * kib, hole}, {128 * kib, data}, {mib - 256 * kib, hole}});
}

} // namespace

TEST_SUITE_BEGIN("gateways.conformance.extents");

TEST_CASE("contexts are listed, selected and refused, also when the bytes come one by one") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  bytes x, listed, selected, early, nobody, expected;
  put(x, 3, 4);
  put(x, option_message(9, context_query("v", {}))); // before structured replies
  put(x, option_message(8));
  put(x, option_message(9, context_query("v", {"base:"})));
  put(x, option_message(10, context_query("nobody", {"base:allocation"})));
  put(x, option_message(10, context_query("v", {"qemu:dirty-bitmap:b", "base:allocation"})));
  for (const auto one : x)
    REQUIRE(c.send({one}));
  put(put(listed, 0, 4), "base:allocation");
  put(put(selected, 1, 4), "base:allocation");
  put(expected, reply_message(9, 0x80000003, put(early, "structured replies come first")));
  put(expected, reply_message(8, 1));
  put(put(expected, reply_message(9, 4, listed)), reply_message(9, 1));
  put(expected, reply_message(10, 0x80000006, put(nobody, "no such export")));
  put(put(expected, reply_message(10, 4, selected)), reply_message(10, 1));
  CHECK(c.receive(18).size() == 18);
  CHECK(c.receive(expected.size()) == expected);
}

TEST_CASE("BLOCK_STATUS without the context ends that request alone") {
  world w;
  w.start();
  const raw_client plain{w.socket()};
  plain.go("v");
  CHECK(plain.ask(block_status, 0, 512) == einval);
  const raw_client structured{w.socket()};
  structured.go("v", true);
  CHECK(failure(structured, block_status, 0, 512) == einval);
  const raw_client other{w.socket()};
  bytes x;
  put(x, 3, 4);
  put(x, option_message(8));
  put(x, option_message(10, context_query("slice", {"base:allocation"})));
  put(x, option_message(7, export_query("v"))); // another one than the context was selected for
  other.send(x);
  REQUIRE(other.receive(18 + 20 + 39 + 20 + 32 + 20).size() == 149);
  CHECK(failure(other, block_status, 0, 512) == einval);
  for (const auto* const c : {&plain, &structured, &other})
    CHECK(c->ask(flush, 0, 0) == 0);
}

TEST_CASE("BLOCK_STATUS of nothing, past the end or with another command's flag is invalid") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  go_with_contexts(c, "slice");
  CHECK(failure(c, block_status, 0, 0) == einval);
  CHECK(failure(c, block_status, 0, mib + 1) == einval);
  CHECK(failure(c, block_status, ~std::uint64_t{0}, 512) == einval);
  CHECK(failure(c, block_status, 0, 512, 4) == einval);
  CHECK(status(c, mib - 1, 1) == seen_extents{{1, hole}});
}

TEST_CASE("memory tells its holes") {
  world w;
  tells_holes(w);
}

TEST_CASE("a sparse file tells its holes") {
  file_world w{128 * mib};
  tells_holes(w);
}

TEST_CASE("an upstream server's holes are passed on") {
  upstream_world w;
  tells_holes(w);
}

TEST_CASE("extents that a lost upstream server did not tell are asked for again") {
  upstream_world w;
  w.start();
  const raw_client c{w.socket()};
  go_with_contexts(c, "v");
  w.upstream.it->stop();
  REQUIRE(eventually([&] {
    return !w.it->backends().front().reachable;
  }));
  REQUIRE(c.send(request_message(block_status, 5, 0, mib)));
  w.upstream.start();
  const auto x = receive_chunk(c);
  CHECK(x.cookie == 5);
  CHECK(extents_of(x) == seen_extents{{mib, hole}});
}

TEST_CASE("a slice's extents begin and end with the slice") {
  world w;
  w.start();
  const raw_client all{w.socket()};
  all.go("v");
  write_at(all, mib - 64 * kib, 128 * kib); // half of it in the slice
  write_at(all, 2 * mib - 4096, 64 * kib);
  const raw_client c{w.socket()};
  go_with_contexts(c, "slice");
  CHECK(status(c, 0, mib) == seen_extents{{64 * kib, data}, {mib - 64 * kib - 4096, hole}, {4096, data}});
}

TEST_CASE("an answer has a bounded number of extents, and the next one goes on where it ended") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  go_with_contexts(c, "v");
  constexpr std::uint32_t pieces = 600, apart = 64 * kib;
  for (std::uint32_t i = 0; i < pieces; ++i)
    write_at(c, std::uint64_t{i} * apart, 1);
  seen_extents all;
  int answers = 0;
  for (std::uint64_t at = 0; at < std::uint64_t{pieces} * apart; at = sum_of(all)) {
    const auto some = status(c, at, static_cast<std::uint32_t>(pieces * apart - at));
    CHECK(some.size() <= 512);
    all.insert(all.end(), some.begin(), some.end());
    ++answers;
  }
  CHECK(answers == 3); // 1200 extents
  seen_extents expected;
  for (std::uint32_t i = 0; i < pieces; ++i) {
    expected.push_back({4096, data});
    expected.push_back({apart - 4096, hole});
  }
  CHECK(all == expected);
}

TEST_CASE("a volume over 2 TiB is served to its last byte") {
  constexpr std::uint64_t size = 3ull << 40, place = (5ull << 39) + 4096; // 2.5 TiB and a block
  for (const bool in_file : {false, true}) {
    CAPTURE(in_file);
    file_world w{size};
    if (!in_file) {
      w.config.backends[0].kind = backend_kind::memory;
      w.config.backends[0].size_bytes = size;
    }
    w.start();
    const raw_client c{w.socket()};
    go_with_contexts(c, "v");
    write_at(c, place, 4096);
    write_at(c, size - 1, 1);
    CHECK(status(c, 0, 0xfffff000) == seen_extents{{0xfffff000, hole}});
    CHECK(status(c, place - mib, 2 * mib) == seen_extents{{mib, hole}, {4096, data}, {mib - 4096, hole}});
    CHECK(c.ask(write_zeroes, place - mib, 0x80000000) == 0);
    CHECK(status(c, place - mib, 2 * mib) == seen_extents{{2 * mib, hole}});
    CHECK(status(c, size - 4096, 4096) == seen_extents{{4096, data}});
    REQUIRE(c.send(request_message(read_, 1, size - 1, 1)));
    CHECK(receive_chunk(c).payload.back() == std::byte{0x77});
    CHECK(failure(c, read_, size, 1) == einval);
  }
}

TEST_CASE("CACHE succeeds wherever there is something, and takes no flag but FUA") {
  world memory;
  file_world file{64 * mib};
  upstream_world upstream;
  for (auto* const w : {&memory, static_cast<world*>(&file), static_cast<world*>(&upstream)}) {
    w->start();
    const raw_client c{w->socket()};
    c.go("v");
    CHECK(c.ask(cache, 0, 64 * mib) == 0);
    CHECK(c.ask(cache, 4097, 3, fua) == 0);
    CHECK(c.ask(cache, 0, 0) == 0);
    CHECK(c.ask(cache, 0, 512, no_hole) == einval);
    CHECK(c.ask(cache, 128 * mib, 1) == einval);
  }
}

TEST_CASE("a fast zero is fast or changes nothing, and a zero that need not be fast never fails for it") {
  world memory;
  file_world file{128 * mib};
  upstream_world upstream;
  for (auto* const w : {&memory, static_cast<world*>(&file), static_cast<world*>(&upstream)}) {
    w->start();
    const raw_client c{w->socket()};
    c.go("v");
    write_at(c, 0, 64 * kib);
    for (const std::uint16_t flags : {fast_zero, static_cast<std::uint16_t>(fast_zero | no_hole)}) {
      const auto result = c.ask(write_zeroes, 0, 64 * kib, flags);
      CHECK((result == 0 || result == enotsup));
      REQUIRE(c.ask(read_, 0, 64 * kib) == 0);
      CHECK(c.receive(64 * kib) == bytes(64 * kib, result == 0 ? std::byte{0} : std::byte{0x77}));
      write_at(c, 0, 64 * kib);
    }
    CHECK(c.ask(write_zeroes, 0, 64 * kib, no_hole) == 0);
    REQUIRE(c.ask(read_, 0, 64 * kib) == 0);
    CHECK(c.receive(64 * kib) == bytes(64 * kib));
  }
}

TEST_CASE("a hole is punched fast where the file system can") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  go_with_contexts(c, "v");
  write_at(c, 0, 64 * kib);
  CHECK(c.ask(write_zeroes, 0, 64 * kib, fast_zero) == 0); // tmpfs punches holes
  CHECK(status(c, 0, 64 * kib) == seen_extents{{64 * kib, hole}});
  CHECK(c.ask(write_zeroes, 0, 64 * kib, no_hole) == 0);
  CHECK(status(c, 0, 64 * kib) == seen_extents{{64 * kib, data}});
}

TEST_CASE("zeroes that would have to be written are not fast") {
  const int memory = ::memfd_create("probe", MFD_CLOEXEC);
  const auto kernel_can = ::fallocate(memory, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0;
  ::close(memory);
  world w;
  w.start();
  const raw_client c{w.socket()};
  c.go("v");
  CHECK(c.ask(write_zeroes, 0, 64 * kib, fast_zero | no_hole) == (kernel_can ? 0 : enotsup));
}

TEST_CASE("an error says where it happened if the storage knows, and a file cut short has no holes behind its end") {
  file_world w{8 * mib};
  w.start();
  const raw_client c{w.socket()};
  go_with_contexts(c, "v");
  write_at(c, 0, 4 * mib);
  std::filesystem::resize_file(w.disk(), 2 * mib);
  std::uint64_t place = 0;
  CHECK(failure(c, read_, mib, 2 * mib, 0, &place) == eio);
  CHECK(place == 2 * mib);
  CHECK(failure(c, read_, 2 * mib - 512, 1024, 0, &place) == eio);
  CHECK(place == 2 * mib);
  CHECK(failure(c, block_status, 4 * mib, mib) == eio);
  CHECK(c.ask(flush, 0, 0) == 0);
}

TEST_CASE("the default export has its real name, and each information is told once") {
  file_world w{mib};
  w.start();
  const raw_client c{w.socket()};
  bytes x, name, expected;
  put(x, 3, 4);
  c.send(put(x, option_message(6, export_query("", {1, 3, 3, 1}))));
  CHECK(c.receive(18 + 32).size() == 50);
  put(put(name, 1, 2), "v");
  CHECK(c.receive(23) == put(expected, reply_message(6, 3, name)));
  CHECK(raw_client::number(c.receive(34), 20, 2) == 3);
  CHECK(c.receive(20) == reply_message(6, 1));
}

TEST_CASE("BLOCK_STATUS and CACHE are one I/O each and move no payload") {
  world w;
  w.start();
  const raw_client c{w.socket()};
  go_with_contexts(c, "v");
  for (int i = 0; i < 5; ++i) {
    CHECK(c.ask(cache, 0, 128 * mib) == 0);
    CHECK(status(c, 0, 128 * mib).size() == 1);
  }
  const auto all = w.it->collect_samples(monotonic_now(), {});
  REQUIRE(all.size() == 1);
  CHECK(all[0].arrivals == 10);
  CHECK(all[0].completions == 10);
  CHECK(all[0].errors == 0);
  CHECK(all[0].reads + all[0].writes == 0);
  CHECK(all[0].read_bytes + all[0].write_bytes == 0);
  CHECK(all[0].backend_latency.count() == 10);
}

TEST_CASE("BLOCK_STATUS and CACHE wait for the rate of operations like trims") {
  world w;
  w.config.volumes[0].fixed.iops = rate{200};
  w.start();
  const raw_client c{w.socket()};
  go_with_contexts(c, "v");
  const auto begin = monotonic_now();
  bytes x;
  for (std::uint64_t i = 0; i < 50; ++i)
    put(put(x, request_message(block_status, i, 0, mib)), request_message(cache, 50 + i, 0, mib));
  c.send(x);
  REQUIRE(c.receive(50 * (20 + 12) + 50 * 16).size() == 50 * 48);
  CHECK(monotonic_now() - begin >= 490ms); // 100 requests at 200 per second, less the credit of one
}

TEST_CASE("CACHE takes from a bandwidth limit of reads what it names, BLOCK_STATUS nothing") {
  world w;
  w.config.volumes[0].reads.bandwidth = rate{4 * mib};
  w.start();
  const raw_client c{w.socket()};
  go_with_contexts(c, "v");
  const auto begin = monotonic_now();
  CHECK(status(c, 0, 128 * mib).size() == 1);
  CHECK(c.ask(cache, 0, 2 * mib) == 0);
  CHECK(c.ask(write_zeroes, 0, mib) == 0); // no read: does not wait
  CHECK(c.ask(cache, 0, 1) == 0);          // waits until the first one is paid for
  CHECK(monotonic_now() - begin >= 490ms);
}

TEST_CASE("clients that vanish while their extents are looked for leave nothing behind") {
  file_world w{128 * mib};
  w.start();
  const raw_client bystander{w.socket()};
  go_with_contexts(bystander, "v");
  const auto before = open_descriptors();
  bytes x;
  for (std::uint64_t i = 0; i < 100; ++i)
    put(put(x, request_message(block_status, i, 0, 128 * mib)), request_message(cache, i, 0, 128 * mib));
  for (int i = 0; i < 50; ++i) {
    const raw_client c{w.socket()};
    go_with_contexts(c, "v");
    c.send(x);
  }
  CHECK(eventually([&] {
    return w.connections() == 1 && open_descriptors() == before;
  }));
  CHECK(status(bystander, 0, 128 * mib) == seen_extents{{128 * mib, hole}});
}

TEST_SUITE_END();
