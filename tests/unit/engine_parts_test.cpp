// The engine's parts that need no socket: wake-ups, pools, queues, configuration, volumes.
#include "gateways/backend/work_ring.hpp"
#include "gateways/engine/buffer_pool.hpp"
#include "gateways/engine/config.hpp"
#include "gateways/engine/pending_request.hpp"
#include "gateways/engine/poll_budget.hpp"
#include "gateways/engine/volume.hpp"
#include "gateways/engine/wake_queue.hpp"

#include <algorithm>
#include <array>
#include <doctest/doctest.h>
#include <thread>

using namespace sluice;
using namespace sluice::gateway;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("gateways.engine");

TEST_CASE("the wake queue gives the earliest first, also after moves and removals") {
  wake_queue queue;
  std::array<wakeable, 50> members;
  std::vector<instant> expected;
  for (std::size_t i = 0; i < members.size(); ++i)
    queue.set(members[i], instant{static_cast<std::int64_t>(i * 37 % 50)});
  for (std::size_t i = 0; i < members.size(); i += 3)
    queue.set(members[i], members[i].due() + 100ns);
  for (std::size_t i = 1; i < members.size(); i += 5)
    queue.remove(members[i]);
  for (std::size_t i = 0; i < members.size(); ++i)
    if (i % 5 != 1)
      expected.push_back(members[i].due());
  std::sort(expected.begin(), expected.end());
  for (const auto due : expected) {
    REQUIRE(queue.first() != nullptr);
    CHECK(queue.first()->due() == due);
    queue.remove(*queue.first());
  }
  CHECK(queue.first() == nullptr);
}

TEST_CASE("the buffer pool reuses, aligns and stops at its bound") {
  buffer_pool pool;
  const auto a = pool.acquire(5000, false);
  REQUIRE(a.data != nullptr);
  CHECK(reinterpret_cast<std::uintptr_t>(a.data) % 4096 == 0);
  CHECK(pool.used_bytes() == 8192);
  pool.release(a);
  CHECK(pool.acquire(8192, false).data == a.data);
  pool.release(a);
  std::vector<pooled_buffer> all;
  while (true) {
    const auto x = pool.acquire(max_request_bytes, false);
    if (x.data == nullptr)
      break;
    all.push_back(x);
  }
  CHECK(all.size() == buffer_pool::max_used_bytes / max_request_bytes);
  all.push_back(pool.acquire(4096, true));
  CHECK(all.back().data != nullptr);
  for (const auto& x : all)
    pool.release(x);
  CHECK(pool.used_bytes() == 0);
  CHECK(pool.acquire(max_request_bytes + 1, true).data == nullptr);
}

TEST_CASE("a shard looks for events as long as that pays, and not at all where it does not") {
  poll_budget it{50us};
  CHECK(it.now() == 0us);
  it.waited(20us);
  CHECK(it.now() == 40us);
  it.waited(30us); // found while looking
  CHECK(it.now() == 40us);
  it.waited(45us);
  CHECK(it.now() == 50us);
  it.waited(51us);
  CHECK(it.now() == 0us);
  it.waited(1s);
  CHECK(it.now() == 0us);
  poll_budget never{0us};
  never.waited(1us);
  CHECK(never.now() == 0us);
}

TEST_CASE("the request pool stops at its bound and takes back") {
  request_pool pool;
  std::vector<pending_request*> all;
  while (auto* const x = pool.acquire(false))
    all.push_back(x);
  CHECK(all.size() == request_pool::max_requests);
  auto* const one_more = pool.acquire(true);
  REQUIRE(one_more != nullptr);
  pool.release(*one_more);
  CHECK(pool.acquire(false) == nullptr);
  pool.release(*all.back());
  CHECK(pool.acquire(false) == all.back());
}

TEST_CASE("requests pushed by several threads all arrive, each thread's in order") {
  constexpr std::size_t threads = 4, each = 20'000;
  request_queue queue;
  std::vector<std::vector<io_request>> requests(threads);
  std::vector<std::thread> pushers;
  for (std::size_t t = 0; t < threads; ++t) {
    requests[t].resize(each);
    pushers.emplace_back([&, t] {
      for (std::size_t i = 0; i < each; ++i) {
        requests[t][i].offset = i;
        requests[t][i].length = static_cast<std::uint32_t>(t);
        queue.push(requests[t][i]);
      }
    });
  }
  std::array<std::uint64_t, threads> next{};
  bool in_order = true;
  for (std::size_t n = 0; n < threads * each;)
    for (auto* x = queue.take_all(); x != nullptr; ++n) {
      auto* const following = x->next;
      in_order = in_order && x->offset == next[x->length]++;
      x = following;
    }
  for (auto& pusher : pushers)
    pusher.join();
  CHECK(in_order);
  CHECK(queue.take_all() == nullptr);
}

TEST_CASE("the pool's ring hands every request to exactly one taker and refuses when full") {
  work_ring ring{4};
  std::array<io_request, 5> few;
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(ring.push(&few[i]));
  CHECK_FALSE(ring.push(&few[4]));
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(ring.take() == &few[i]);
  CHECK(ring.take() == nullptr);

  constexpr std::size_t count = 40'000;
  work_ring big{65'536};
  std::vector<io_request> requests(count);
  std::atomic<std::size_t> taken{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 2; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < count; i += 2)
        while (!big.push(&requests[i]))
          std::this_thread::yield();
    });
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&] {
      while (taken.load() < count)
        if (auto* const x = big.take(); x != nullptr) {
          ++x->place;
          ++taken;
        }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(std::all_of(requests.begin(), requests.end(), [](const io_request& x) {
    return x.place == 1;
  }));
}

namespace {

engine_config good_config() {
  engine_config x;
  x.listeners.emplace_back();
  auto& disk = x.backends.emplace_back();
  disk.name = "disk";
  disk.size_bytes = 1 << 20;
  auto& oltp = x.volumes.emplace_back();
  oltp.name = "oltp";
  oltp.backend = "disk";
  return x;
}

} // namespace

TEST_CASE("a good configuration has nothing against it") {
  CHECK(check(good_config()).empty());
}

TEST_CASE("each mistake of a configuration is one sentence") {
  const auto only = [](auto change) {
    auto x = good_config();
    change(x);
    const auto found = check(x);
    REQUIRE(found.size() == 1);
    return found.front();
  };
  CHECK(only([](engine_config& x) {
          x.name = "a/b";
        })
        == "gateway name \"a/b\" is not valid");
  CHECK(only([](engine_config& x) {
          x.listeners.clear();
        })
        == "there is no listener");
  CHECK(only([](engine_config& x) {
          x.volumes.clear();
        })
        == "there is no volume");
  CHECK(only([](engine_config& x) {
          x.volumes[0].backend = "tape";
        })
        == "volume oltp: there is no backend tape");
  CHECK(only([](engine_config& x) {
          x.volumes.push_back(x.volumes[0]);
        })
        == "volume oltp is there twice");
  CHECK(only([](engine_config& x) {
          x.backends[0].size_bytes = 0;
        })
        == "backend disk: memory needs a size up to 64 TiB");
  CHECK(only([](engine_config& x) {
          x.backends[0].kind = backend_kind::file;
        })
        == "backend disk: a file needs a path");
  CHECK(only([](engine_config& x) {
          x.backends[0].kind = backend_kind::nbd;
        })
        == "backend disk: an NBD server needs a URI");
  CHECK(only([](engine_config& x) {
          x.listeners[0].unix_path = "s";
        })
        == "listener s: the path of a Unix socket must be absolute");
  CHECK(only([](engine_config& x) {
          x.volumes[0].fixed.burst_length = -1s;
        })
        == "volume oltp: the static limits are out of range");
  CHECK(only([](engine_config& x) {
          x.pool_threads = 0;
        })
        == "pool threads must be 1 to 256");
  CHECK(only([](engine_config& x) {
          x.max_streams = 0;
        })
        == "a bound on connections or streams is 0");
  CHECK(only([](engine_config& x) {
          x.handshake_time = 0s;
        })
        == "a time is negative, or the handshake has none");
}

TEST_CASE("the default export is the only volume, if there is only one") {
  std::vector<volume> volumes(1);
  volumes[0].config.name = "oltp";
  const volume_directory one{volumes};
  REQUIRE(one.find("") != nullptr);
  CHECK(one.find("")->config.name == "oltp");
  volumes.emplace_back();
  const volume_directory two{volumes};
  CHECK(two.find("") == nullptr);
  REQUIRE(two.find("oltp") != nullptr);
  CHECK(two.find("oltp")->config.name == "oltp");
}

TEST_CASE("clients are told what the backend can do") {
  backend_traits traits;
  traits.can_trim = false;
  traits.min_block = 512;
  volume_config v;
  v.size_bytes = 4096;
  v.read_only = true;
  const auto info = describe(v, traits);
  CHECK(info.flags
        == (nbd::has_flags | nbd::read_only | nbd::send_flush | nbd::send_fua | nbd::send_write_zeroes
            | nbd::can_multi_conn | nbd::send_cache | nbd::send_fast_zero));
  CHECK(info.size_bytes == 4096);
  CHECK(info.min_block == 512);
  CHECK(info.tells_holes);
  traits.can_zero = false;
  traits.can_cache = false;
  traits.tells_holes = false;
  const auto less = describe(v, traits);
  CHECK((less.flags & (nbd::send_write_zeroes | nbd::send_fast_zero | nbd::send_cache)) == 0);
  CHECK_FALSE(less.tells_holes);
}

TEST_SUITE_END();
