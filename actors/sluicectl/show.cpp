// get, describe and explain: what there is, and why.
#include "actors/domain/stream.hpp"
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/detail.hpp"
#include "actors/sluicectl/policy_view.hpp"
#include "actors/sluicectl/refusal.hpp"
#include "actors/sluicectl/structured.hpp"
#include "actors/sluicectl/views.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

namespace sluice::ctl {

namespace {

void print_structured(const nlohmann::json& x, server_link& server, const console& io) {
  io.out << structured(x, server.where().output);
}

std::string list_path(const get_command& x) {
  auto path = "/api/v1/" + std::string{plural(x.kind)};
  if (x.kind == resource_kind::event)
    path += "?limit=" + std::to_string(x.last);
  return path;
}

/// Where the list of streams begins, with what was chosen of them.
std::string streams_path(const stream_choice& x) {
  std::string path = "/api/v1/streams";
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty())
      path += (path.find('?') == std::string::npos ? '?' : '&') + std::string{name} + '=' + value;
  };
  add("agreement", query_value(x.agreement));
  add("backend", query_value(x.backend));
  add("text", query_value(x.text));
  add("throttled", x.throttled ? "true" : "");
  if (x.limit > 0 && x.limit < max_page_items)
    add("limit", std::to_string(x.limit));
  return path;
}

/// Page by page: the first lines are there before the last page was asked for.
exit_code get_streams(const stream_choice& x, server_link& server, const console& io) {
  const bool as_text = !is_structured(server.where().output);
  running_table table{headings_of(columns(resource_kind::stream))};
  auto all = nlohmann::json::array();
  std::size_t count = 0;
  std::string last;
  const auto path = streams_path(x);
  auto after = x.after;
  for (std::size_t i = 0; i < max_pages; ++i) {
    auto page = fetch_page(server, after.empty() ? path : page_after(path, after));
    std::vector<std::vector<std::string>> rows;
    const bool is_cut = x.limit > 0 && count + page.items.size() > x.limit;
    for (auto& item : page.items) {
      if (x.limit > 0 && count == x.limit)
        break;
      ++count;
      last = field_text(item, {"", "/stream"});
      if (as_text)
        rows.push_back(cells_of(columns(resource_kind::stream), item));
      else
        all.push_back(std::move(item));
    }
    if (as_text && i == 0 && !rows.empty())
      io.out << table.headings(rows);
    io.out << table.rows(rows) << std::flush;
    const bool is_full = x.limit > 0 && count == x.limit;
    if (page.next.empty() || is_full) {
      if (!as_text)
        print_structured({{"items", all}}, server, io);
      else if (count == 0)
        io.out << (path.ends_with("/streams") && after.empty() ? items_table(resource_kind::stream, all)
                                                               : std::string{"no such streams\n"});
      if (is_cut || !page.next.empty())
        io.err << "sluicectl: there are more; --after " << last << " goes on\n";
      return exit_code::done;
    }
    after = page.next;
  }
  throw failure{exit_code::unreachable, "the pages of streams at " + server.where().server + " do not end"};
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

/// Agreements as documents that apply takes again, one behind the other.
void print_documents(const nlohmann::json& items, const console& io) {
  for (const auto& item : items)
    io.out << structured_record(item, output_format::yaml);
}

/// The streams that an agreement governs now, or those on a backend.
nlohmann::json streams_of(server_link& server, const std::string& agreement, const std::string& backend) {
  stream_choice choice;
  choice.agreement = agreement;
  choice.backend = backend;
  return fetch_items(server, streams_path(choice));
}

/// What an agreement is, what becomes of it now, whom it governs and how it came to be.
exit_code describe_agreement(const std::string& name, server_link& server, const console& io) {
  const auto item = one_item(server, resource_kind::agreement, name);
  const auto said = find(server, agreement_path(name) + "/explain"); // not there: it has just ended
  const auto promise = said && said->contains("promise") ? said->at("promise") : nlohmann::json{};
  const auto history = fetch_items(server, agreement_path(name) + "/history");
  const auto streams = streams_of(server, name, {});
  if (is_structured(server.where().output)) {
    print_structured({{"agreement", item}, {"promise", promise}, {"history", history}, {"streams", streams}}, server,
                     io);
    return exit_code::done;
  }
  io.out << described(resource_kind::agreement, item) << promise_text(promise) << '\n'
         << items_table(resource_kind::stream, streams) << '\n'
         << history_table(history);
  return exit_code::done;
}

} // namespace

exit_code run(const get_command& x, server_link& server, const console& io) {
  const auto how = server.where().output;
  if (how == output_format::openslo) {
    const auto answer = server.exchange({"GET", agreement_path(x.name) + "/openslo", {}, {}});
    if (answer.status != 200)
      throw failure{exit_code::refused, refusal_sentences(answer, server.where())};
    io.out << answer.body;
    return exit_code::done;
  }
  if (x.kind == resource_kind::policy) {
    if (!x.name.empty())
      throw failure{exit_code::usage, "there is one policy, and it has no name"};
    const auto policy = fetch(server, "/api/v1/policy");
    io.out << (is_structured(how) ? structured(policy, how) : policy_text(policy));
    return exit_code::done;
  }
  if (x.kind == resource_kind::stream && x.name.empty())
    return get_streams(x.streams, server, io);
  if (x.name.empty() || x.kind == resource_kind::event) {
    const auto items = x.name.empty() ? fetch_items(server, list_path(x)) : named_items(server, x);
    if (x.kind == resource_kind::agreement && how == output_format::yaml)
      print_documents(items, io);
    else if (is_structured(how))
      print_structured({{"items", items}}, server, io);
    else
      io.out << items_table(x.kind, items);
    return exit_code::done;
  }
  const auto item = one_item(server, x.kind, x.name);
  io.out << (is_structured(how) ? structured(item, how) : items_table(x.kind, nlohmann::json::array({item})));
  return exit_code::done;
}

exit_code run(const describe_command& x, server_link& server, const console& io) {
  if (x.kind == resource_kind::agreement)
    return describe_agreement(x.name, server, io);
  const auto item = one_item(server, x.kind, x.name);
  const bool is_backend = x.kind == resource_kind::backend;
  const auto streams = is_backend ? streams_of(server, {}, x.name) : nlohmann::json::array();
  if (is_structured(server.where().output)) {
    print_structured(is_backend ? nlohmann::json{{"backend", item}, {"streams", streams}} : item, server, io);
    return exit_code::done;
  }
  io.out << described(x.kind, item);
  if (is_backend)
    io.out << '\n' << items_table(resource_kind::stream, streams);
  return exit_code::done;
}

exit_code run(const explain_command& x, server_link& server, const console& io) {
  const auto path = x.kind == resource_kind::stream      ? stream_path(x.name)
                    : x.kind == resource_kind::agreement ? agreement_path(x.name)
                                                         : "/api/v1/backends/" + x.name;
  const auto answer = find(server, path + "/explain");
  if (!answer)
    throw not_there(x.kind, x.name);
  if (is_structured(server.where().output))
    print_structured(*answer, server, io);
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
  if (is_structured(server.where().output))
    print_structured({{"items", versions}}, server, io);
  else
    io.out << policy_history_text(versions);
  return exit_code::done;
}

} // namespace sluice::ctl
