// Which operation code stands for which message type, and how its parameters are written and read (R2).
#pragma once

#include "shm/transport/operation.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <stdexcept>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice::shm {

/// One message type. The code says all types, hence no type name is written, and no atom either.
struct codec {
  std::uint32_t operation = 0;
  bool droppable = false;
  bool (*matches)(const caf::type_erased_tuple&) = nullptr;
  caf::error (*save)(caf::serializer&, const caf::type_erased_tuple&) = nullptr;
  caf::mailbox_element_ptr (*load)(caf::deserializer&, caf::strong_actor_ptr&&, caf::message_id, caf::error&) = nullptr;
};

/// Filled before the actor system starts, the same in every process; read-only and thread safe after that.
/// A message without an entry travels in CAF's self-describing form, about four times slower.
class codec_table {
public:
  /// `Ts...` are the message's elements, atoms as their types (`hello_atom`).
  /// @throws std::logic_error for a code below 100 or one that is taken
  template<class... Ts>
  codec_table& add(std::uint32_t operation) {
    return insert(make<Ts...>(operation, false));
  }

  /// For samples: under overload the oldest waiting ones are dropped, counted and logged.
  template<class... Ts>
  codec_table& add_droppable(std::uint32_t operation) {
    return insert(make<Ts...>(operation, true));
  }

  /// Nullptr: no code of its own.
  [[nodiscard]] const codec* for_message(const caf::type_erased_tuple& x) const;
  [[nodiscard]] const codec* for_operation(std::uint32_t operation) const;

private:
  codec_table& insert(const codec& x);

  template<class T>
  static caf::error save_one(caf::serializer& sink, const caf::type_erased_tuple& from, std::size_t at) {
    if constexpr (caf::is_atom_constant<T>::value)
      return caf::none;
    else
      return sink(const_cast<T&>(from.get_as<T>(at))); // CAF's inspectors take non-const references; nothing is changed
  }

  template<class T>
  static caf::error load_one(caf::deserializer& source, T& to) {
    if constexpr (caf::is_atom_constant<T>::value)
      return caf::none;
    else
      return source(to);
  }

  template<class... Ts, std::size_t... Is>
  static caf::error save_all(caf::serializer& sink, const caf::type_erased_tuple& from, std::index_sequence<Is...>) {
    caf::error problem;
    static_cast<void>((... && !(problem = save_one<Ts>(sink, from, Is))));
    return problem;
  }

  template<class... Ts, std::size_t... Is>
  static caf::mailbox_element_ptr load_all(caf::deserializer& source, caf::strong_actor_ptr&& sender,
                                           caf::message_id id, caf::error& problem, std::index_sequence<Is...>) {
    std::tuple<Ts...> values;
    static_cast<void>((... && !(problem = load_one(source, std::get<Is>(values)))));
    if (problem)
      return nullptr;
    return caf::make_mailbox_element(std::move(sender), id, {}, std::move(std::get<Is>(values))...);
  }

  template<class... Ts>
  static codec make(std::uint32_t operation, bool droppable) {
    static_assert(sizeof...(Ts) > 0, "an empty message has a code of the transport's own");
    codec x;
    x.operation = operation;
    x.droppable = droppable;
    x.matches = [](const caf::type_erased_tuple& t) {
      return t.match_elements<Ts...>();
    };
    x.save = [](caf::serializer& sink, const caf::type_erased_tuple& t) {
      return save_all<Ts...>(sink, t, std::index_sequence_for<Ts...>{});
    };
    x.load = [](caf::deserializer& source, caf::strong_actor_ptr&& sender, caf::message_id id, caf::error& problem) {
      return load_all<Ts...>(source, std::move(sender), id, problem, std::index_sequence_for<Ts...>{});
    };
    return x;
  }

  std::vector<codec> codecs_;
};

} // namespace sluice::shm
