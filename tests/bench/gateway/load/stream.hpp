// One stream of requests on one connection: keeps so many out, checks every answer, notes when it came.
#pragma once

#include "tests/bench/gateway/load/server_link.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <sys/uio.h>

namespace sluice::bench {

/// What a stream does.
struct stream_plan {
  target where;
  bool writes = false;
  std::size_t request_bytes = 4096; ///< a multiple of block_bytes
  std::size_t depth = 1;            ///< requests out at once
  std::uint64_t pace = 0;           ///< requests per second that are begun at most; 0 = as many as are answered
  std::uint64_t base_bytes = 0;     ///< where the export lies on the disk
};

/// Nanoseconds of CLOCK_MONOTONIC.
[[nodiscard]] std::int64_t now_ns() noexcept;

/// One answer.
struct completion {
  std::int64_t at_ns;
  std::uint32_t latency_ns; ///< from before its request was handed to the kernel to after its last byte was taken
};

class load_stream {
public:
  /// Connects. @throws std::runtime_error with a sentence; so does every other call, when the server errs
  explicit load_stream(const stream_plan& plan, std::uint32_t writer, std::uint64_t seed);
  ~load_stream();
  load_stream(const load_stream&) = delete;
  load_stream& operator=(const load_stream&) = delete;

  /// Begins as many requests as depth and pace allow, and gives the kernel what it takes without waiting.
  void advance(bool may_begin);

  /// Takes what has come. @param wait blocks until something has come, at most 10 s
  void receive(bool wait);

  /// Reads back some of what was written last. @pre idle()
  void verify_writes();

  [[nodiscard]] int socket() const noexcept {
    return link_.socket;
  }
  [[nodiscard]] bool idle() const noexcept {
    return free_.size() == slots_.size() && sent_all();
  }
  [[nodiscard]] bool sent_all() const noexcept {
    return out_at_ == out_.size();
  }
  /// When the pace allows the next request; 0 without a pace or when all are out.
  [[nodiscard]] std::int64_t due_ns() const noexcept {
    return plan_.pace == 0 || free_.empty() ? 0 : due_ns_;
  }
  [[nodiscard]] const std::vector<completion>& completions() const noexcept {
    return completions_;
  }

private:
  struct slot {
    std::byte header[28];
    std::uint64_t offset_bytes = 0;
    std::int64_t begun_ns = 0;
    std::uint32_t turn = 0; ///< tells an answer from a repeated one
    std::vector<std::byte> payload;
  };

  void begin(std::int64_t now, std::uint64_t offset_bytes, bool writes);
  void flush();
  void parse(std::int64_t now);
  std::size_t answered(const std::byte* header);
  void finish(std::size_t index, const std::byte* payload, std::int64_t now);
  [[nodiscard]] std::size_t take(std::byte* to, std::size_t room, bool wait);

  stream_plan plan_;
  server_link link_;
  std::uint32_t writer_;
  std::mt19937_64 random_;
  std::uint64_t places_;
  std::vector<slot> slots_;
  std::vector<std::size_t> free_;
  std::vector<iovec> out_;
  std::size_t out_at_ = 0;
  std::vector<std::byte> in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  std::vector<std::byte> sink_; ///< a large payload, received in place
  std::size_t sink_used_ = 0;
  std::size_t sink_slot_ = 0;
  bool sinking_ = false;
  bool reading_ = false; ///< what the requests that are out do
  std::uint32_t wanted_writer_ = 0;
  std::int64_t due_ns_ = 0;
  std::vector<std::uint64_t> last_writes_;
  std::vector<completion> completions_;
};

} // namespace sluice::bench
