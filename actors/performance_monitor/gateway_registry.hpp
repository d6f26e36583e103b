// Which gateways there are, and which of their hellos and samples are taken. Pure: no actor runs here, the time is
// handed in; the gateways' handles are kept, never used.
#pragma once

#include "actors/protocol/interfaces.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct registry_limits {
  std::size_t gateways = 256; ///< then the one lost longest is forgotten
  std::size_t volumes = 4096; ///< of one gateway
  std::size_t samples = 1024; ///< of one batch
  duration silence =
      std::chrono::seconds{1}; ///< without a batch for so long a gateway counts as lost, its name as free
};

/// One gateway as it is known.
struct gateway_entry {
  gateway_info info; ///< `info.connected` is what the others are told
  gateway_actor handle;
  instant heard{0};                      ///< when its last hello or batch came
  bool reachable = false;                ///< its TCP connection stands
  bool renews = false;                   ///< it has answered a lease renewal since it registered
  std::optional<std::uint64_t> sequence; ///< of its last batch
};

/// What became of a batch.
struct batch_outcome {
  std::string refused;    ///< why nothing of it was taken; empty = it was taken
  bool back = false;      ///< the gateway counted as lost and is there again
  std::uint64_t lost = 0; ///< batches missing before this one
  /// Samples taken out of the batch, with the reason.
  std::vector<std::pair<stream_id, std::string>> bad;
};

class gateway_registry {
public:
  explicit gateway_registry(registry_limits limits) : limits_(limits) {}

  /// Registers a gateway, or takes its registration again. Empty, or the sentence that says why it is refused.
  [[nodiscard]] std::string admit(gateway_info info, gateway_actor handle, instant now, wall_time label);

  /// Judges a batch and takes out the samples that cannot be true.
  [[nodiscard]] batch_outcome take(sample_batch& batch, instant now, wall_time label);

  /// The gateways that fell silent since the last call, with how long they have been; they count as lost from now on.
  [[nodiscard]] std::vector<std::pair<std::string, duration>> fall_silent(instant now);

  /// The connection to this handle broke. The name of the gateway that is lost by that; empty if none is.
  [[nodiscard]] std::string lose(const caf::actor_addr& handle);

  /// The gateway with this handle answered a lease renewal.
  void knows_renewals(const caf::actor_addr& handle);

  /// Nullptr if nobody of this name was ever heard of.
  [[nodiscard]] const gateway_entry* find(std::string_view name) const;

  /// True if the actor lives on the node of a registered gateway.
  [[nodiscard]] bool is_gateway(const caf::node_id& node) const;

  [[nodiscard]] std::vector<gateway_info> list() const;

private:
  [[nodiscard]] std::string problem_with(const gateway_info& x) const;
  [[nodiscard]] bool make_room();

  registry_limits limits_;
  std::map<std::string, gateway_entry, std::less<>> gateways_;
};

} // namespace sluice
