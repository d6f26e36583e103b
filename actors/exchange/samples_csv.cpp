// The columns of a row.
#include "actors/exchange/samples_csv.hpp"

#include "actors/exchange/csv_columns.hpp"

#include <algorithm>

namespace sluice::exchange {

namespace {

using row_column = column<sample_row>;

template<auto Member>
row_column number_of(const char* name) {
  return {name,
          [](const sample_row& x) {
            return number_text(x.total.*Member);
          },
          [](std::string_view text, sample_row& to) {
            return read_number(text, to.total.*Member);
          }};
}

template<auto Member>
row_column row_number(const char* name) {
  return {name,
          [](const sample_row& x) {
            return number_text(x.*Member);
          },
          [](std::string_view text, sample_row& to) {
            return read_number(text, to.*Member);
          }};
}

template<auto Member>
row_column time_of(const char* name) {
  return {name,
          [](const sample_row& x) {
            return number_text((x.total.*Member).count());
          },
          [](std::string_view text, sample_row& to) {
            std::int64_t ns = 0;
            const auto good = read_number(text, ns);
            to.total.*Member = duration{ns};
            return good;
          }};
}

template<auto Member>
row_column name_of(const char* name) {
  return {name,
          [](const sample_row& x) {
            return x.total.stream.*Member;
          },
          [](std::string_view text, sample_row& to) {
            to.total.stream.*Member = text;
            return true;
          }};
}

std::string buckets_text(const latency_histogram& x) {
  std::string result;
  const auto packed = x.packed();
  for (std::size_t i = 0; i + 1 < packed.size(); i += 2)
    result += (i > 0 ? " " : "") + number_text(packed[i]) + ':' + number_text(packed[i + 1]);
  return result;
}

/// The pairs of buckets_text(); whether they can be says unpack().
bool read_buckets(std::string_view text, std::vector<std::uint32_t>& packed) {
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto pair = text.substr(0, end);
    const auto colon = pair.find(':');
    if (colon == pair.npos || packed.size() >= 2 * latency_histogram::bucket_count)
      return false;
    if (!read_number(pair.substr(0, colon), packed.emplace_back())
        || !read_number(pair.substr(colon + 1), packed.emplace_back()))
      return false;
    text.remove_prefix(end);
    if (text == " ")
      return false;
    if (!text.empty())
      text.remove_prefix(1);
  }
  return true;
}

/// A histogram is one field, `SUM` or `SUM BUCKET:COUNT ...`: its two parts are read together.
template<auto Member>
row_column histogram_of(const char* name) {
  return {name,
          [](const sample_row& x) {
            const auto buckets = buckets_text(x.total.*Member);
            return number_text((x.total.*Member).sum().count()) + (buckets.empty() ? "" : " ") + buckets;
          },
          [](std::string_view text, sample_row& to) {
            const auto end = std::min(text.find(' '), text.size());
            std::int64_t sum = 0;
            std::vector<std::uint32_t> packed;
            return read_number(text.substr(0, end), sum)
                   && (end == text.size() || (end + 1 < text.size() && read_buckets(text.substr(end + 1), packed)))
                   && (to.total.*Member).unpack(packed, duration{sum});
          }};
}

const row_column second_column{"second_utc",
                               [](const sample_row& x) {
                                 return time_text(x.total.taken);
                               },
                               [](std::string_view text, sample_row& to) {
                                 const auto read = parse_time(text);
                                 to.total.taken = read.value_or(wall_time{});
                                 return read && second_of(*read) == *read;
                               }};
const row_column backend_column{"backend",
                                [](const sample_row& x) {
                                  return x.total.backend;
                                },
                                [](std::string_view text, sample_row& to) {
                                  to.total.backend = text;
                                  return true;
                                }};
const row_column control_column{"control",
                                [](const sample_row& x) {
                                  return std::string{to_string(x.total.control)};
                                },
                                [](std::string_view text, sample_row& to) {
                                  return read_word(text, control_state::envelope, to.total.control);
                                }};

/// In the order of the file. Names are a format: append only.
const std::vector<row_column>& columns() {
  static const std::vector<row_column> list{
      name_of<&stream_id::gateway>("gateway"),
      name_of<&stream_id::volume>("volume"),
      name_of<&stream_id::client>("client"),
      second_column,
      row_number<&sample_row::incarnation>("incarnation"),
      row_number<&sample_row::first_sequence>("first_sequence"),
      row_number<&sample_row::last_sequence>("last_sequence"),
      row_number<&sample_row::samples>("samples_count"),
      backend_column,
      time_of<&sample::interval>("interval_ns"),
      number_of<&sample::arrivals>("arrivals_count"),
      number_of<&sample::completions>("completions_count"),
      number_of<&sample::errors>("errors_count"),
      number_of<&sample::reads>("reads_count"),
      number_of<&sample::writes>("writes_count"),
      number_of<&sample::read_bytes>("read_bytes"),
      number_of<&sample::write_bytes>("write_bytes"),
      number_of<&sample::backlog>("backlog_count"),
      number_of<&sample::in_flight>("in_flight_count"),
      number_of<&sample::mean_in_flight>("mean_in_flight_count"),
      time_of<&sample::limited_by_rate>("limited_by_rate_ns"),
      time_of<&sample::limited_by_depth>("limited_by_depth_ns"),
      histogram_of<&sample::backend_latency>("backend_latency_ns"),
      histogram_of<&sample::total_latency>("total_latency_ns"),
      number_of<&sample::generation>("generation"),
      control_column,
  };
  return list;
}

std::string problem(const sample_row& x) {
  if (x.last_sequence < x.first_sequence || x.samples == 0 || x.samples - 1 > x.last_sequence - x.first_sequence)
    return "The sequence numbers and the number of samples contradict each other.";
  const auto what = problem_with(x.total);
  return what.empty() ? "" : "The row cannot be true: " + what + ".";
}

} // namespace

std::string write_samples(std::span<const sample_row> rows) {
  return write_table<sample_row>(columns(), rows);
}

std::string samples_header() {
  return table_header<sample_row>(columns());
}

void append_sample(std::string& to, const sample_row& x) {
  append_row<sample_row>(to, columns(), x);
}

std::variant<std::vector<sample_row>, csv_mistake> read_samples(std::string_view text) {
  auto read = read_table<sample_row>(columns(), text, problem);
  if (auto* const rows = std::get_if<0>(&read))
    for (auto& x : *rows)
      x.total.sequence = x.last_sequence; // as a stored row has it
  return read;
}

} // namespace sluice::exchange
