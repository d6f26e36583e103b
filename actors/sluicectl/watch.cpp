// watch: what changes, as it changes. On a terminal and elsewhere the same: lines that follow each other.
#include "actors/sluicectl/event_lines.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/follow.hpp"
#include "actors/sluicectl/structured.hpp"
#include "actors/sluicectl/views.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

namespace sluice::ctl {

namespace {

using nlohmann::json;

std::string path_of_topic(const std::string& topic) {
  return topic.substr(0, topic.find('?'));
}

/// A line for GET /api/v1/overview.
std::string overview_line(const json& x) {
  const auto number = [&](const char* path) {
    return field_text(x, {"", path, form::figure});
  };
  return "agreements kept " + number("/agreements/counts/kept") + ", violated " + number("/agreements/counts/violated")
         + ", unknown " + number("/agreements/counts/unknown") + "; streams " + number("/streams/active") + " of "
         + number("/streams/total") + " at work, " + number("/streams/iops") + " IOPS, "
         + field_text(x, {"", "/streams/bandwidth", form::megabytes}) + " MB/s; throttled " + number("/throttles/total")
         + "; gateways " + number("/gateways/connected") + " of " + number("/gateways/total") + " connected";
}

/// Shows the answers of one topic.
class shown_topic {
public:
  shown_topic(std::string topic, bool alone) : topic_(printable(topic)), alone_(alone) {
    const auto path = path_of_topic(topic);
    kind_ = parse_resource_kind(path);
    one_stream_ = path.starts_with("streams/") && !path.ends_with("/explain");
    if (one_stream_)
      kind_ = resource_kind::stream;
    if (kind_) {
      rows_.emplace(*kind_);
      table_.emplace(headings_of(columns(*kind_)));
    }
  }

  /// @param goes_on the answer before was of this topic, too
  void show(const json& x, bool goes_on, const console& io) {
    if (x.is_null()) {
      io.out << topic_ << ": the server has no answer to this now\n";
    } else if (kind_ == resource_kind::event) {
      rows({cells_of(columns(*kind_), x)}, goes_on, io, colour_of(field_text(x, {"", "/kind"})));
    } else if (kind_) {
      const auto items = one_stream_ ? json::array({x}) : x.value("items", json::array());
      const auto told = rows_->take(items);
      rows(told.rows, goes_on, io, colour::none);
      for (const auto& name : told.gone)
        io.out << name << "  is gone\n";
    } else {
      const auto text = line(x);
      if (text != last_)
        io.out << (alone_ ? "" : topic_ + ": ") << text << '\n';
      last_ = text;
    }
    io.out << std::flush;
  }

private:
  void rows(const std::vector<std::vector<std::string>>& cells, bool goes_on, const console& io, colour which) {
    if (!goes_on)
      io.out << table_->headings(cells);
    auto text = table_->rows(cells);
    if (which == colour::none) {
      io.out << text;
      return;
    }
    text.pop_back();
    io.out << painted(io, which, text) << '\n';
  }

  static std::string line(const json& x) {
    if (x.contains("sentence"))
      return field_text(x, {"", "/sentence"});
    if (x.contains("agreements"))
      return overview_line(x);
    return printable(x.dump(-1, ' ', false, json::error_handler_t::replace));
  }

  std::string topic_;
  bool alone_;
  bool one_stream_ = false;
  std::optional<resource_kind> kind_;
  std::optional<changing_rows> rows_;
  std::optional<running_table> table_;
  std::string last_;
};

json read_data(const std::string& data, const settings& where) {
  auto read = json::parse(data, nullptr, false);
  if (!read.is_object() && !read.is_null())
    throw failure{exit_code::unreachable, "what answers at " + where.server + " is not Sluice: an event is no object"};
  return read;
}

} // namespace

exit_code run(const watch_command& x, server_link& server, const console& io) {
  auto topics = x.topics;
  if (topics.empty())
    topics.emplace_back(plural(resource_kind::event));
  std::map<std::string, shown_topic> shown_topics;
  std::string before;
  std::uint32_t seen = 0;
  const auto how = server.where().output;
  const follower to{
      [](bool) {
        return true; // after a restart the newest of each topic comes by itself
      },
      [&](const std::string& topic, const std::string& id, const std::string& data) {
        if (std::find(topics.begin(), topics.end(), topic) == topics.end())
          return true;
        const auto value = read_data(data, server.where());
        if (is_structured(how))
          io.out << structured_record({{"topic", topic}, {"id", id}, {"data", value}}, how) << std::flush;
        else
          shown_topics.try_emplace(topic, topic, topics.size() == 1).first->second.show(value, topic == before, io);
        before = topic;
        return static_cast<bool>(io.out) && (x.count == 0 || ++seen < x.count);
      }};
  follow(server, topics, to, io);
  return exit_code::done;
}

} // namespace sluice::ctl
