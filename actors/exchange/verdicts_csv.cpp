// The columns of a verdict.
#include "actors/exchange/verdicts_csv.hpp"

#include "actors/domain/stream.hpp"
#include "actors/exchange/csv_columns.hpp"

namespace sluice::exchange {

namespace {

using verdict_column = column<final_verdict>;

template<auto Member>
verdict_column number_of(const char* name) {
  return {name,
          [](const final_verdict& x) {
            return number_text(x.what.*Member);
          },
          [](std::string_view text, final_verdict& to) {
            return read_number(text, to.what.*Member);
          }};
}

template<auto Member>
verdict_column time_of(const char* name) {
  return {name,
          [](const final_verdict& x) {
            return number_text((x.what.*Member).count());
          },
          [](std::string_view text, final_verdict& to) {
            std::int64_t ns = 0;
            const auto good = read_number(text, ns);
            to.what.*Member = duration{ns};
            return good && ns >= 0;
          }};
}

template<auto Member>
verdict_column text_of(const char* name) {
  return {name,
          [](const final_verdict& x) {
            return x.what.*Member;
          },
          [](std::string_view text, final_verdict& to) {
            to.what.*Member = text;
            return true;
          }};
}

template<auto Member, auto Last>
verdict_column word_of(const char* name) {
  return {name,
          [](const final_verdict& x) {
            return std::string{to_string(x.what.*Member)};
          },
          [](std::string_view text, final_verdict& to) {
            return read_word(text, Last, to.what.*Member);
          }};
}

template<auto Member>
verdict_column own_number(const char* name) {
  return {name,
          [](const final_verdict& x) {
            return number_text(x.*Member);
          },
          [](std::string_view text, final_verdict& to) {
            return read_number(text, to.*Member);
          }};
}

const verdict_column since_column{"since_utc",
                                  [](const final_verdict& x) {
                                    return time_text(x.what.from);
                                  },
                                  [](std::string_view text, final_verdict& to) {
                                    const auto read = parse_time(text);
                                    to.what.from = read.value_or(wall_time{});
                                    return read.has_value();
                                  }};
const verdict_column basis_column{"basis",
                                  [](const final_verdict& x) {
                                    return std::string{to_string(x.basis)};
                                  },
                                  [](std::string_view text, final_verdict& to) {
                                    return read_word(text, verdict_basis::finding, to.basis);
                                  }};

/// In the order of the file. Names are a format: append only.
const std::vector<verdict_column>& columns() {
  static const std::vector<verdict_column> list{
      text_of<&verdict::agreement>("agreement"),
      number_of<&verdict::version>("version"),
      number_of<&verdict::point>("point"),
      since_column,
      time_of<&verdict::length>("length_ns"),
      word_of<&verdict::outcome, verdict_outcome::no_data>("outcome"),
      word_of<&verdict::cause, violation_cause::control>("cause"),
      text_of<&verdict::culprit>("culprit"),
      time_of<&verdict::measured>("measured_ns"),
      time_of<&verdict::target>("target_ns"),
      number_of<&verdict::iops>("iops"),
      own_number<&final_verdict::requests>("requests_count"),
      own_number<&final_verdict::measured_seconds>("measured_seconds"),
      basis_column,
  };
  return list;
}

std::string problem(const final_verdict& x) {
  if (!valid_name(x.what.agreement))
    return "The name of the agreement is none.";
  if (!x.what.culprit.empty() && !parse_stream_id(x.what.culprit))
    return "The culprit is no stream, written gateway/volume/client.";
  if (x.what.version == 0 || x.what.length == duration::zero())
    return "A verdict has a version from 1 on and a length above 0.";
  return "";
}

} // namespace

std::string write_verdicts(std::span<const final_verdict> rows) {
  return write_table<final_verdict>(columns(), rows);
}

std::string verdicts_header() {
  return table_header<final_verdict>(columns());
}

void append_verdict(std::string& to, const final_verdict& x) {
  append_row<final_verdict>(to, columns(), x);
}

std::variant<std::vector<final_verdict>, csv_mistake> read_verdicts(std::string_view text) {
  return read_table<final_verdict>(columns(), text, problem);
}

} // namespace sluice::exchange
