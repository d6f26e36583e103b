// What is measured: the interface of everything that carries messages between processes, and of one run with it.
#pragma once

#include "tests/bench/transport/board.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace sluice::bench {

enum class measure : std::uint8_t {
  round_trip, ///< node 1 sends, node 0 sends back, one at a time
  one_way,    ///< nodes 1 to n send as fast as they are let, node 0 receives
  idle,       ///< all are connected and do nothing
};

enum class placement : std::uint8_t {
  apart,    ///< node 0 on core 0, the others on core 1
  together, ///< all on core 0
  anywhere, ///< where the kernel puts them
};

struct run_plan {
  measure what = measure::round_trip;
  std::size_t size = 64; ///< of a message [bytes]
  unsigned senders = 1;
  placement where = placement::apart;
  bool beside_hog = false; ///< a process that only counts runs meanwhile
  std::int64_t duration_ns = 0;
  std::string name = {};                ///< of this run alone: at most 32 of a-z, 0-9 and -
  std::filesystem::path directory = {}; ///< for files of this run; memory
};

/// One way to carry messages. prepare(), clean_up() and leave() run in the parent, which has no threads; take_part() in
/// a child of its own for each node. All throw std::exception on failure.
class subject {
public:
  subject() = default;
  subject(const subject&) = delete;
  subject& operator=(const subject&) = delete;
  virtual ~subject() = default;

  /// For tables and --only; one word.
  [[nodiscard]] virtual std::string name() const = 0;
  virtual void prepare(const run_plan&) {}
  /// Connects, calls at.begin(), does its part of the plan, calls at.finish().
  virtual void take_part(const run_plan& plan, unsigned node, stage& at) = 0;
  virtual void clean_up(const run_plan&) {}

  /// CPU time so far of a process that serves all nodes [ns].
  [[nodiscard]] virtual std::int64_t service_cpu_ns() const {
    return 0;
  }
  /// Other subjects come next: ends what prepare() may have left running.
  virtual void leave() {}
};

/// A node's end of a connection whose calls wait.
class endpoint {
public:
  endpoint() = default;
  endpoint(const endpoint&) = delete;
  endpoint& operator=(const endpoint&) = delete;
  virtual ~endpoint() = default;

  /// Waits for room.
  virtual void send(std::span<const std::byte> message) = 0;
  /// Waits for a message; valid until the next receive().
  virtual std::span<const std::byte> receive() = 0;
};

/// A subject that is used through endpoints: the loops are the same for all of these.
class endpoint_subject : public subject {
public:
  void take_part(const run_plan& plan, unsigned node, stage& at) final;

protected:
  /// In the node's process. Node 0 is the receiver; in a round trip both ends send and receive.
  [[nodiscard]] virtual std::unique_ptr<endpoint> open(const run_plan& plan, unsigned node) = 0;
};

} // namespace sluice::bench
