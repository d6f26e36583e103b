// The options of sluice-gateway, read strictly into what the engine and the control link take. Opens nothing.
#pragma once

#include "actors/runtime/process_config.hpp"
#include "gateways/control/tls_section.hpp"
#include "gateways/engine/config.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::gateway {

class gateway_config : public process_config {
public:
  gateway_config();

  [[nodiscard]] std::vector<std::string> validate() const override;
  [[nodiscard]] std::vector<std::string> free_sections() const override {
    return {"backend", "volume", "group"};
  }
  void prepare() override;

  /// What the engine is to be made of. @pre validate() is empty
  [[nodiscard]] engine_config engine() const;

  // [gateway]
  std::string name = "gateway";
  std::vector<std::string> listen{"127.0.0.1:10809"};
  std::uint32_t shards = engine_config{}.shards;
  std::string io_engine = "auto";
  std::uint32_t pool_threads = engine_config{}.pool_threads;
  caf::timespan max_poll = engine_config{}.max_poll;
  std::uint32_t max_connections = engine_config{}.max_connections;
  std::uint32_t max_client_connections = engine_config{}.max_client_connections;
  std::uint32_t max_streams = engine_config{}.max_streams;
  caf::timespan handshake_time = engine_config{}.handshake_time;
  caf::timespan drain_time = engine_config{}.drain_time;
  caf::timespan keep_stream = engine_config{}.keep_stream;

  tls_section tls;

  // [control]
  std::string server; ///< empty = the gateway runs alone
  std::uint16_t port = 4747;
  bool allow_insecure = false;
  caf::timespan sample_interval = std::chrono::milliseconds{100};

  // [metrics]
  std::string metrics_listen; ///< empty = no metrics

  /// Where metrics are served; nothing if they are not. @pre validate() is empty
  [[nodiscard]] std::optional<listener_config> metrics() const;

private:
  [[nodiscard]] engine_config assemble(std::vector<std::string>& mistakes) const;
};

/// Reads all `[backend.NAME]` of an ini file's content; each mistake is one line beginning with the key.
[[nodiscard]] std::vector<backend_config> read_backends(const caf::settings& content,
                                                        std::vector<std::string>& mistakes);

/// Reads all `[group.NAME]`.
[[nodiscard]] std::vector<group_config> read_groups(const caf::settings& content, std::vector<std::string>& mistakes);

/// Reads all `[volume.NAME]`.
[[nodiscard]] std::vector<volume_config> read_volumes(const caf::settings& content, std::vector<std::string>& mistakes);

} // namespace sluice::gateway
