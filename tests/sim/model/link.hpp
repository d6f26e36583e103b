// The way between a gateway and the core: late, lossy, repeating, reordering, cut. Knows no content but its size.
#pragma once

#include "actors/domain/sample.hpp"
#include "tests/sim/controller.hpp"
#include "tests/sim/model/simulation.hpp"
#include "tests/sim/scenario/scenario.hpp"

#include <vector>

namespace sluice::sim {

/// The samples of all streams of a gateway at one moment: one message.
struct sample_batch {
  std::size_t gateway = 0;
  std::uint64_t incarnation = 0;
  std::vector<sample> samples;
};

/// What a tick says to one gateway: one message.
struct command_batch {
  std::vector<throttle> throttles;
  std::vector<renewal> renewals;
};

/// Bytes of one throttle and of one renewal as actors/protocol serialises them; tests/unit/protocol_test.cpp compares.
[[nodiscard]] std::size_t wire_size(const throttle& x) noexcept;
[[nodiscard]] std::size_t wire_size(const renewal& x) noexcept;

/// Where messages come out.
class link_end {
public:
  virtual void arrived(const sample_batch& x) = 0;
  virtual void arrived(const command_batch& x) = 0;

protected:
  ~link_end() = default;
};

class gateway_link final : public event_target {
public:
  gateway_link(simulation& sim, std::size_t gateway, const link_spec& spec, chance luck, link_end& end)
      : sim_(sim), gateway_(gateway), spec_(spec), luck_(luck), end_(end) {}

  /// A batch to be filled and sent. Valid until the next call. May still hold samples of an earlier one, whose memory
  /// is to be used again.
  [[nodiscard]] sample_batch& new_samples();
  void send_samples();

  [[nodiscard]] command_batch& new_commands();
  void send_commands();

  /// Everything that is sent or arrives for so long is lost.
  void cut(duration length) {
    cut_until_ = std::max(cut_until_, sim_.now() + length);
  }

  void on_event(std::uint32_t what, std::uint32_t argument) override;

private:
  enum : std::uint32_t { samples, commands };

  /// Messages under way, each in a place of its own that is used again.
  template<class T>
  struct carriage {
    std::vector<T> places;
    std::vector<std::uint32_t> free;
    std::uint32_t present = 0; ///< the place being filled
    std::uint32_t take() {
      if (free.empty()) {
        places.emplace_back();
        return static_cast<std::uint32_t>(places.size() - 1);
      }
      const auto x = free.back();
      free.pop_back();
      return x;
    }
  };
  template<class T>
  void send(carriage<T>& from, std::uint32_t what);

  simulation& sim_;
  std::size_t gateway_;
  link_spec spec_;
  chance luck_;
  link_end& end_;
  instant cut_until_{0};
  carriage<sample_batch> up_;
  carriage<command_batch> down_;
};

} // namespace sluice::sim
