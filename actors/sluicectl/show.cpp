// get, describe and explain: what there is, and why.
#include "actors/domain/stream.hpp"
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/detail.hpp"
#include "actors/sluicectl/policy_view.hpp"
#include "actors/sluicectl/views.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

namespace sluice::ctl {

namespace {

constexpr int json_indent = 2;

void print_json(const nlohmann::json& x, const console& io) {
  io.out << x.dump(json_indent, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

std::string list_path(const get_command& x) {
  auto path = "/api/v1/" + std::string{plural(x.kind)};
  if (x.kind == resource_kind::event)
    path += "?limit=" + std::to_string(x.last);
  return path;
}

bool is_named(const nlohmann::json& item, resource_kind kind, const std::string& name) {
  const nlohmann::json::json_pointer path{std::string{name_path(kind)}};
  return item.contains(path) && item[path] == name;
}

failure not_there(resource_kind kind, const std::string& name) {
  return {exit_code::refused, "there is no " + std::string{singular(kind)} + ' ' + name};
}

/// The items of a list with this name. Events may have it many times, the others once.
nlohmann::json named_items(server_link& server, const get_command& x) {
  auto found = nlohmann::json::array();
  for (const auto& item : fetch_items(server, list_path(x)))
    if (is_named(item, x.kind, x.name))
      found.push_back(item);
  return found;
}

nlohmann::json one_item(server_link& server, resource_kind kind, const std::string& name) {
  if (kind == resource_kind::agreement || kind == resource_kind::stream) {
    if (kind == resource_kind::stream && !parse_stream_id(name))
      throw failure{exit_code::usage, "expected GATEWAY/VOLUME/CLIENT, got " + name};
    const auto path = kind == resource_kind::agreement ? agreement_path(name) : stream_path(name) + "?seconds=1";
    auto found = find(server, path);
    if (!found)
      throw not_there(kind, name);
    found->erase("series");
    return std::move(*found);
  }
  auto found = named_items(server, {kind, name, 0});
  if (found.empty())
    throw not_there(kind, name);
  return std::move(found.front());
}

/// The streams that an agreement governs now.
nlohmann::json streams_of(server_link& server, const std::string& agreement) {
  auto found = nlohmann::json::array();
  for (const auto& item : fetch_items(server, "/api/v1/streams"))
    if (item.contains("agreement") && item["agreement"] == agreement)
      found.push_back(item);
  return found;
}

} // namespace

exit_code run(const get_command& x, server_link& server, const console& io) {
  const bool json = server.where().output == output_format::json;
  if (x.kind == resource_kind::policy) {
    if (!x.name.empty())
      throw failure{exit_code::usage, "there is one policy, and it has no name"};
    const auto policy = fetch(server, "/api/v1/policy");
    if (json)
      print_json(policy, io);
    else
      io.out << policy_text(policy);
    return exit_code::done;
  }
  if (x.name.empty() || x.kind == resource_kind::event) {
    const auto items = x.name.empty() ? fetch_items(server, list_path(x)) : named_items(server, x);
    if (json)
      print_json({{"items", items}}, io);
    else
      io.out << items_table(x.kind, items);
    return exit_code::done;
  }
  const auto item = one_item(server, x.kind, x.name);
  if (json)
    print_json(item, io);
  else
    io.out << items_table(x.kind, nlohmann::json::array({item}));
  return exit_code::done;
}

exit_code run(const describe_command& x, server_link& server, const console& io) {
  auto item = one_item(server, x.kind, x.name);
  if (x.kind == resource_kind::agreement) {
    const auto history = fetch_items(server, agreement_path(x.name) + "/history");
    const auto streams = streams_of(server, x.name);
    if (server.where().output == output_format::json) {
      print_json({{"agreement", item}, {"history", history}, {"streams", streams}}, io);
      return exit_code::done;
    }
    io.out << described(x.kind, item) << '\n' << items_table(resource_kind::stream, streams);
    io.out << '\n' << history_table(history);
    return exit_code::done;
  }
  if (server.where().output == output_format::json)
    print_json(item, io);
  else
    io.out << described(x.kind, item);
  return exit_code::done;
}

exit_code run(const explain_command& x, server_link& server, const console& io) {
  const auto path = x.kind == resource_kind::stream      ? stream_path(x.name)
                    : x.kind == resource_kind::agreement ? agreement_path(x.name)
                                                         : "/api/v1/backends/" + x.name;
  const auto answer = find(server, path + "/explain");
  if (!answer)
    throw not_there(x.kind, x.name);
  if (server.where().output == output_format::json)
    print_json(*answer, io);
  else
    io.out << explanation(*answer);
  return exit_code::done;
}

exit_code run(const traffic_command& x, server_link& server, const console& io) {
  const auto wanted = "?seconds=" + std::to_string(x.seconds);
  auto streams = x.streams;
  if (streams.empty())
    for (const auto& item : fetch_items(server, "/api/v1/streams"))
      if (item.is_object() && item.contains("stream") && item["stream"].is_string()
          && parse_stream_id(item["stream"].get<std::string>()))
        streams.push_back(item["stream"]);
  auto items = nlohmann::json::array();
  for (const auto& stream : streams) {
    auto found = find(server, stream_path(stream) + wanted);
    if (!found && !x.streams.empty())
      throw not_there(resource_kind::stream, stream);
    if (found) // else it has just been forgotten
      items.push_back({{"stream", stream}, {"series", found->value("series", nlohmann::json::array())}});
  }
  io.out << nlohmann::json{{"items", items}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  return exit_code::done;
}

exit_code run(const policy_command&, server_link& server, const console& io) {
  const auto versions = fetch_items(server, "/api/v1/policy/history");
  if (server.where().output == output_format::json)
    print_json({{"items", versions}}, io);
  else
    io.out << policy_history_text(versions);
  return exit_code::done;
}

} // namespace sluice::ctl
