// Lines and answers.
#include "tests/sim/what_if/recording.hpp"

#include "tests/sim/scenario/file_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>

namespace sluice::sim {

namespace {

constexpr std::uint64_t longest_us = 86'400'000'000;        // a day
constexpr std::uint64_t largest_request = 64 * 1024 * 1024; // above what NBD clients send
constexpr std::string_view columns = "time_us,operation,size_bytes,offset_bytes";
/// Answers have times since 1970 until finish() makes them times since the beginning.
constexpr duration long_ago = std::chrono::hours{24 * 365};

bool number(std::string_view text, std::uint64_t most, std::uint64_t& to) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), to);
  return code == std::errc{} && end == text.data() + text.size() && to <= most;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> result;
  for (std::size_t at = 0; at <= line.size() && result.size() <= 5;) {
    const auto comma = std::min(line.find(',', at), line.size());
    result.push_back(line.substr(at, comma - at));
    at = comma + 1;
  }
  return result;
}

recorded_stream& stream_of(recording& x, const stream_id& id) {
  const auto at = std::find_if(x.streams.begin(), x.streams.end(), [&](const recorded_stream& its) {
    return its.id == id;
  });
  if (at != x.streams.end())
    return *at;
  x.streams.push_back({id, {}});
  return x.streams.back();
}

/// One request; what is wrong with the line, or nothing.
std::string read_line(std::string_view line, const std::optional<stream_id>& otherwise, trace_record& to,
                      stream_id& whose) {
  const auto field = fields_of(line);
  std::uint64_t at = 0;
  std::uint64_t size = 0;
  if (field.size() < 4 || field.size() > 5)
    return "must have 4 or 5 fields, " + std::string{columns} + "[,stream]";
  if (!number(field[0], longest_us, at))
    return "time_us must be a whole number of microseconds up to a day";
  if (field[1] != "R" && field[1] != "W")
    return "operation must be R or W";
  if (!number(field[2], largest_request, size))
    return "size_bytes must be a whole number up to 67108864";
  if (!number(field[3], ~std::uint64_t{0}, to.offset))
    return "offset_bytes must be a whole number";
  const auto named = field.size() == 5 ? parse_stream_id(field[4]) : otherwise;
  if (!named)
    return field.size() == 5 ? "stream must be gateway/volume/client"
                             : "names no stream; give a fifth field, or --stream";
  to.at = std::chrono::microseconds{at};
  to.bytes = static_cast<std::uint32_t>(size);
  to.write = field[1] == "W";
  whose = *named;
  return {};
}

void read_lines(std::istream& in, const std::optional<stream_id>& otherwise, recording& to,
                std::vector<complaint>& problems) {
  std::map<stream_id, std::vector<trace_record>> found;
  std::string line;
  duration latest{0};
  std::size_t total = 0;
  for (std::size_t count = 1; std::getline(in, line); ++count) {
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    if (line.empty() || line.front() == '#' || line == columns || line == std::string{columns} + ",stream")
      continue;
    trace_record record;
    stream_id whose;
    auto wrong = read_line(line, otherwise, record, whose);
    if (wrong.empty() && record.at < latest)
      wrong = "time_us must not be before that of the line before";
    if (wrong.empty() && ++total > max_recorded_requests)
      wrong = "is one too many: at most 10000000 requests";
    if (!wrong.empty())
      return problems.push_back({count, "", wrong});
    latest = record.at;
    found[whose].push_back(record);
  }
  if (found.empty())
    return problems.push_back({0, "", "holds no request"});
  for (auto& [id, records] : found) {
    auto& its = stream_of(to, id).records;
    its.insert(its.end(), records.begin(), records.end());
  }
}

/// `2026-11-22T15:37:10.250Z`; nothing if it is not like that.
std::optional<duration> parse_time(const std::string& text) {
  std::tm x{};
  int read = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &x.tm_year, &x.tm_mon, &x.tm_mday, &x.tm_hour, &x.tm_min,
                  &x.tm_sec, &read)
      != 6)
    return std::nullopt;
  x.tm_year -= 1900;
  x.tm_mon -= 1;
  const auto seconds = timegm(&x);
  if (seconds <= 0)
    return std::nullopt;
  duration result = std::chrono::seconds{seconds};
  unsigned milliseconds = 0;
  if (std::sscanf(text.c_str() + read, ".%3uZ", &milliseconds) == 1)
    result += std::chrono::milliseconds{milliseconds};
  return result;
}

/// The requests of one second, spread evenly over the second before its time.
void spread(duration end, double iops, double bandwidth, std::vector<trace_record>& to) {
  const auto count = static_cast<std::int64_t>(std::llround(iops));
  if (count <= 0)
    return;
  const auto size = std::clamp(bandwidth / static_cast<double>(count), 0.0, static_cast<double>(largest_request));
  for (std::int64_t i = 0; i < count; ++i)
    to.push_back({end - std::chrono::seconds{1} + std::chrono::nanoseconds{1'000'000'000 / count * i}, 0,
                  static_cast<std::uint32_t>(size), false});
}

/// What the server measured of one stream. @param path of `answer` in the file, for complaints
void read_answer(const nlohmann::json& answer, const std::string& path, recording& to,
                 std::vector<complaint>& problems) {
  const auto text_at = [&](const nlohmann::json& x, const char* name) {
    return x.is_object() && x.contains(name) && x[name].is_string() ? x[name].get<std::string>() : std::string{};
  };
  const auto id = parse_stream_id(text_at(answer, "stream"));
  if (!id)
    return problems.push_back(
        {0, path + "stream", "must be gateway/volume/client, as GET /api/v1/streams/G/V/C answers"});
  const auto series = answer.find("series");
  if (series == answer.end() || !series->is_array() || series->empty())
    return problems.push_back({0, path + "series", "must be a list with an entry for each second"});
  auto& its = stream_of(to, *id).records;
  for (std::size_t i = 0; i < series->size(); ++i) {
    const auto& x = (*series)[i];
    const auto key = path + "series[" + std::to_string(i) + "]";
    const auto figure = [&](const char* name) {
      return x.is_object() && x.contains(name) && x[name].is_number() ? x[name].get<double>() : -1.0;
    };
    const auto at = parse_time(text_at(x, "at"));
    if (!at)
      return problems.push_back({0, key + ".at", "must be a time such as 2026-11-22T15:37:10.250Z"});
    if (!(figure("iops") >= 0 && figure("iops") <= 1e7) || !(figure("bandwidth") >= 0 && figure("bandwidth") <= 1e13))
      return problems.push_back({0, key, "must have iops up to 10000000 and bandwidth in bytes per second"});
    if (its.size() + static_cast<std::size_t>(figure("iops")) > max_recorded_requests)
      return problems.push_back({0, key, "is one too many: at most 10000000 requests"});
    spread(*at, figure("iops"), figure("bandwidth"), its);
  }
}

} // namespace

void read_recording(const std::string& file, const std::optional<stream_id>& otherwise, recording& to,
                    std::vector<complaint>& problems) {
  std::ifstream in{file, std::ios::binary};
  if (in && in.peek() != '{' && in.peek() != std::ifstream::traits_type::eof())
    return read_lines(in, otherwise, to, problems);
  std::string problem;
  const auto text = file_text(in, file, max_answer_bytes, problem);
  if (!text)
    return problems.push_back({0, "", problem});
  const auto answer = nlohmann::json::parse(*text, nullptr, false);
  if (answer.is_discarded() || !answer.is_object())
    return problems.push_back({0, "", "is no JSON object"});
  const auto items = answer.find("items");
  if (items == answer.end() || !items->is_array())
    return read_answer(answer, "", to, problems);
  if (items->empty())
    return problems.push_back({0, "items", "must not be empty: no stream was recorded"});
  for (std::size_t i = 0; i < items->size() && problems.empty(); ++i)
    read_answer((*items)[i], "items[" + std::to_string(i) + "].", to, problems);
}

void finish(recording& x) {
  auto first = duration::max();
  for (const auto& its : x.streams)
    for (const auto& record : its.records)
      if (record.at >= long_ago)
        first = std::min(first, record.at);
  duration last{0};
  for (auto& its : x.streams) {
    for (auto& record : its.records)
      record.at -= record.at >= long_ago ? first : duration::zero();
    std::stable_sort(its.records.begin(), its.records.end(), [](const trace_record& a, const trace_record& b) {
      return a.at < b.at;
    });
    if (!its.records.empty())
      last = std::max(last, its.records.back().at);
  }
  std::erase_if(x.streams, [](const recorded_stream& its) {
    return its.records.empty();
  });
  std::sort(x.streams.begin(), x.streams.end(), [](const recorded_stream& a, const recorded_stream& b) {
    return a.id < b.id;
  });
  x.length = std::chrono::ceil<std::chrono::seconds>(last + duration{1});
}

} // namespace sluice::sim
