// The options of a process: command line over ini file over defaults, checked strictly. CAF itself ignores unknown keys
// and values of the wrong type; here each is a mistake with file, key and what was expected.
#pragma once

#include <caf/actor_system_config.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// What a process is called and what it is for, for --help, --version and the log.
struct process_identity {
  std::string_view name;    ///< the executable, for example `sluice-core`
  std::string_view purpose; ///< one sentence
};

/// Base of each process's configuration. Derived classes add their options in their constructor with
/// `opt_group{custom_options_, "section"}.add(member, "key", "what it is [unit]")`.
class process_config : public caf::actor_system_config {
public:
  /// Sets the defaults that all processes share (scheduler, log format) and registers Sluice's message types.
  explicit process_config(process_identity identity);

  [[nodiscard]] const process_identity& identity() const noexcept {
    return identity_;
  }

  /// Reads command line and ini file. Returns every mistake found, one line each; empty = the configuration is good.
  [[nodiscard]] std::vector<std::string> read(int argc, char** argv);

  /// What a value of the right type can still get wrong: ranges, names, contradictions. One line per mistake, beginning
  /// with the key (`sla-core.tick: must be 10ms to 10s`).
  [[nodiscard]] virtual std::vector<std::string> validate() const {
    return {};
  }

  /// Sections whose keys the derived class reads and checks itself (`[volume.NAME]`): names of the part before the dot.
  [[nodiscard]] virtual std::vector<std::string> free_sections() const {
    return {};
  }

  /// Called once, after the configuration was found good and before the actor system is built: loads modules that only
  /// some options need. @throws resource_missing
  virtual void prepare() {}

  /// Options that have another value in `next`, as `section.key`, sorted; free sections are not looked at.
  [[nodiscard]] std::vector<std::string> changed_options(const process_config& next) const;

  /// Text for --help: usage, purpose and every option.
  [[nodiscard]] std::string help() const;

  bool version_wanted = false;
  bool check_only = false;
  bool help_wanted = false;

private:
  [[nodiscard]] std::string value_of(const caf::config_option& option) const;
  [[nodiscard]] std::vector<std::string> strict_check(const std::string& path) const;

  process_identity identity_;
};

} // namespace sluice
