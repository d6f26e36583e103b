// Writes and reads batches. One list of fields per type serves both ways.
#include "actors/database_manager/store/batch_bytes.hpp"

#include "actors/database_manager/store/storable.hpp"

#include <bit>
#include <type_traits>

namespace sluice::store {

namespace {

/// The first byte of a part: another version of this program might write another form.
constexpr char form = 1;

class byte_writer {
public:
  std::string out{form};

  void number(std::uint64_t x) {
    for (; x >= 0x80; x >>= 7)
      out += static_cast<char>(x | 0x80);
    out += static_cast<char>(x);
  }
  template<class T>
  void operator()(const T& x) {
    if constexpr (std::is_same_v<T, std::string>) {
      number(x.size());
      out += x;
    } else if constexpr (std::is_same_v<T, duration>) {
      number(std::bit_cast<std::uint64_t>(std::int64_t{x.count()}));
    } else if constexpr (std::is_same_v<T, wall_time>) {
      number(std::bit_cast<std::uint64_t>(x.unix_us));
    } else if constexpr (std::is_same_v<T, double>) {
      number(std::bit_cast<std::uint64_t>(x));
    } else if constexpr (std::is_same_v<T, std::vector<std::int32_t>>) {
      number(x.size());
      for (const auto cell : x)
        number(static_cast<std::uint32_t>(cell));
    } else {
      number(static_cast<std::uint64_t>(x));
    }
  }
};

class byte_reader {
public:
  explicit byte_reader(std::string_view in) : in_(in) {
    good_ = !in.empty() && in[0] == form;
  }

  [[nodiscard]] bool good() const noexcept {
    return good_;
  }
  [[nodiscard]] bool at_end() const noexcept {
    return at_ == in_.size();
  }
  /// How many elements follow; none if there are not as many bytes.
  std::size_t count() {
    const auto x = number();
    good_ = good_ && x <= in_.size() - at_;
    return good_ ? x : 0;
  }
  std::uint64_t number() {
    std::uint64_t x = 0;
    for (unsigned shift = 0; good_ && shift < 64; shift += 7) {
      if (at_ == in_.size())
        break;
      const auto byte = static_cast<unsigned char>(in_[at_++]);
      x |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80)
        return x;
    }
    good_ = false;
    return 0;
  }
  template<class T>
  void operator()(T& x) {
    if constexpr (std::is_same_v<T, std::string>) {
      const auto size = count();
      x.assign(in_.substr(at_, size));
      at_ += size;
      good_ = good_ && storable(std::string_view{x});
    } else if constexpr (std::is_same_v<T, duration>) {
      x = duration{std::bit_cast<std::int64_t>(number())};
    } else if constexpr (std::is_same_v<T, wall_time>) {
      x.unix_us = std::bit_cast<std::int64_t>(number());
      good_ = good_ && storable(x);
    } else if constexpr (std::is_same_v<T, double>) {
      x = std::bit_cast<double>(number());
    } else if constexpr (std::is_same_v<T, std::vector<std::int32_t>>) {
      x.resize(count());
      for (auto& cell : x)
        cell = static_cast<std::int32_t>(static_cast<std::uint32_t>(number()));
    } else {
      x = static_cast<T>(number());
    }
  }

private:
  std::string_view in_;
  std::size_t at_ = 1;
  bool good_ = false;
};

template<class Row, class F>
void each_field_of_row(Row& x, F& f) {
  f(x.stream.gateway), f(x.stream.volume), f(x.stream.client), f(x.backend);
  f(x.second), f(x.incarnation), f(x.first_sequence), f(x.last_sequence), f(x.samples);
  f(x.backlog), f(x.in_flight), f(x.control), f(x.mean_in_flight), f(x.interval);
  f(x.arrivals), f(x.completions), f(x.errors), f(x.reads), f(x.writes), f(x.read_bytes), f(x.write_bytes);
  f(x.generation), f(x.limited_by_rate), f(x.limited_by_depth);
  f(x.backend_latency_sum), f(x.total_latency_sum), f(x.backend_latency), f(x.total_latency);
}

template<class Verdict, class F>
void each_field_of_finding(Verdict& x, F& f) {
  f(x.agreement), f(x.version), f(x.point), f(x.from), f(x.length), f(x.outcome), f(x.cause), f(x.culprit);
  f(x.measured), f(x.target), f(x.iops);
}

template<class Event, class F>
void each_field_of_event(Event& x, F& f) {
  f(x.at), f(x.kind), f(x.subject), f(x.text);
}

/// What is stored of a decision; the lease and the envelope are not.
template<class Decision, class F>
void each_field_of_decision(Decision& x, F& f) {
  auto& t = x.what;
  auto& why = t.why;
  f(x.at), f(t.stream.gateway), f(t.stream.volume), f(t.stream.client), f(t.generation);
  f(t.now.iops.per_second), f(t.now.bandwidth.per_second), f(t.now.depth);
  f(why.rule), f(why.agreement), f(why.beneficiary), f(why.backend), f(why.measured), f(why.target);
  f(why.demand), f(why.promised), f(why.capacity), f(why.observed);
}

template<class Entry, class F>
void each_field_of_entry(Entry& x, F& f) {
  f(x.at), f(x.who), f(x.action), f(x.subject), f(x.detail);
}

template<class List, class Each>
void write_list(byte_writer& to, const List& list, Each each) {
  to.number(list.size());
  for (const auto& x : list)
    each(x, to);
}

template<class List, class Each>
void read_list(byte_reader& from, List& list, Each each) {
  list.resize(from.count());
  for (auto& x : list) {
    each(x, from);
    if (!from.good())
      return;
  }
}

bool read_rows(std::string_view bytes, packed_batch& to) {
  byte_reader from{bytes};
  from(to.everything_until);
  read_list(from, to.rows, [](auto& x, auto& f) {
    each_field_of_row(x, f);
  });
  return from.good() && from.at_end();
}

bool read_rest(std::string_view bytes, packed_batch& to) {
  byte_reader from{bytes};
  std::int64_t everything_until = 0;
  from(everything_until);
  if (everything_until != 0)
    to.everything_until = everything_until;
  read_list(from, to.verdicts, [](auto& x, auto& f) {
    each_field_of_finding(x, f);
  });
  read_list(from, to.events, [](auto& x, auto& f) {
    each_field_of_event(x, f);
  });
  read_list(from, to.decisions, [](auto& x, auto& f) {
    each_field_of_decision(x, f);
  });
  read_list(from, to.audit, [](auto& x, auto& f) {
    each_field_of_entry(x, f);
  });
  return from.good() && from.at_end();
}

/// What the fields alone do not say: everything else as for a batch that was sent.
bool all_storable(const packed_batch& x) {
  for (const auto& one : x.rows)
    if (!storable(wall_time{one.second * 1'000'000}) || !valid_name(one.stream.gateway)
        || !valid_name(one.stream.volume) || !valid_name(one.stream.client) || one.last_sequence < one.first_sequence)
      return false;
  const auto good = [](const auto& list) {
    for (const auto& one : list)
      if (!problem_with(one).empty())
        return false;
    return true;
  };
  return good(x.verdicts) && good(x.events) && good(x.decisions) && good(x.audit);
}

} // namespace

std::string rows_to_bytes(const packed_batch& x) {
  if (x.rows.empty())
    return {};
  byte_writer to;
  to(x.everything_until);
  write_list(to, x.rows, [](const auto& one, auto& f) {
    each_field_of_row(one, f);
  });
  return std::move(to.out);
}

std::string rest_to_bytes(const packed_batch& x) {
  if (x.size() == x.rows.size())
    return {};
  byte_writer to;
  to(x.rows.empty() ? x.everything_until : std::int64_t{0});
  write_list(to, x.verdicts, [](const auto& one, auto& f) {
    each_field_of_finding(one, f);
  });
  write_list(to, x.events, [](const auto& one, auto& f) {
    each_field_of_event(one, f);
  });
  write_list(to, x.decisions, [](const auto& one, auto& f) {
    each_field_of_decision(one, f);
  });
  write_list(to, x.audit, [](const auto& one, auto& f) {
    each_field_of_entry(one, f);
  });
  return std::move(to.out);
}

std::optional<packed_batch> batch_of_bytes(std::string_view rows, std::string_view rest) {
  packed_batch x;
  if ((!rest.empty() && !read_rest(rest, x)) || (!rows.empty() && !read_rows(rows, x)) || !all_storable(x))
    return std::nullopt;
  return x;
}

} // namespace sluice::store
