// How the actor systems of the benchmark are configured: as the product's, and silent.
#include "shm/transport/transport.hpp"
#include "tests/bench/transport/actors_messages.hpp"

#include <fstream>
#include <stdexcept>

namespace sluice::bench {

actors_config::actors_config(actor_path how, const std::string& ini_file, const run_plan& plan, unsigned node)
    : process_config({"sluice-bench-transport", "Measures."}) {
  for (unsigned i = 0; i < max_nodes; ++i)
    roles.push_back("node" + std::to_string(i));
  role = roles.at(node);
  codecs.add<ping_atom, std::string>(200)
      .add<std::string>(201)
      .add<hello_atom, std::uint32_t, caf::actor>(202)
      .add<data_atom, std::string>(203)
      .add<credit_atom, std::uint32_t>(204);
  shm::add_transport_options(*this, opt_group{custom_options_, "shm"});
  std::ifstream ini{ini_file};
  if (!ini_file.empty() && !ini)
    throw std::runtime_error{"cannot read " + ini_file};
  if (auto problem = parse(std::vector<std::string>{}, ini))
    throw std::runtime_error{ini_file + ": " + render(problem)};
  set("logger.console-verbosity", caf::atom("quiet"));
  set("logger.file-verbosity", caf::atom("quiet"));
  instance = plan.name;
  directory = plan.directory.string();
  if (how == actor_path::slots_inline)
    inline_execution = true;
  if (how == actor_path::tcp_default) {
    set("scheduler.policy", caf::defaults::scheduler::policy);
    set("scheduler.max-threads", caf::defaults::scheduler::max_threads);
  }
  if (over_tcp(how))
    load<caf::io::middleman>();
  else
    shm::load_transport(*this);
}

product_settings read_product_settings(const std::string& ini_file) {
  const actors_config x{actor_path::slots, ini_file, {}, 0};
  return {x.spin, x.inline_execution};
}

} // namespace sluice::bench
