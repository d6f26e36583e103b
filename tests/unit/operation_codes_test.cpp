// Every message that crosses shared memory has an operation code: what interfaces.hpp gains and shm_codecs.hpp does not
// is found here.
#include "actors/runtime/shm_codecs.hpp"
#include "shm/transport/codec_table.hpp"

#include <caf/all.hpp>

#include <doctest/doctest.h>

using namespace sluice;

TEST_SUITE_BEGIN("unit.operation_codes");

namespace {

using finder_up = caf::detail::type_list<peer_up_atom, std::string, caf::strong_actor_ptr>;
using finder_down = caf::detail::type_list<peer_down_atom, std::string, caf::error>;

/// Counts the messages of one list of types that cross shared memory, and those of them without a code.
struct census {
  shm::codec_table table;
  int asked = 0;

  template<class... Ts>
  void ask_message() {
    ++asked;
    const auto message = caf::make_message(Ts{}...);
    const bool known = table.for_message(message) != nullptr;
    CHECK_MESSAGE(known, "no operation code for " << caf::to_string(message));
  }

  template<class... In, class... Out>
  void ask(caf::typed_mpi<caf::detail::type_list<In...>, caf::output_tuple<Out...>>) {
    using types = caf::detail::type_list<In...>;
    // What a finder says stays in its process; an empty result has a code of the transport's own.
    if constexpr (!std::is_same_v<types, finder_up> && !std::is_same_v<types, finder_down>)
      ask_message<In...>();
    if constexpr (!(std::is_void_v<Out> || ...))
      ask_message<Out...>();
  }

  template<class... Signatures>
  void ask_interface(caf::detail::type_list<Signatures...>) {
    (ask(Signatures{}), ...);
  }

  template<class Interface>
  void ask_interface() {
    ask_interface(typename Interface::signatures{});
  }
};

} // namespace

TEST_CASE("each request and each result between the four processes has an operation code") {
  census x;
  add_codecs(x.table);
  x.ask_interface<performance_monitor_actor>();
  x.ask_interface<application_server_actor>();
  x.ask_interface<sla_core_actor>();
  x.ask_interface<database_manager_actor>();
  CHECK(x.asked >= 20);
}

TEST_SUITE_END();
