// limit: the operator's word over the plan, with who and why.
#include "actors/sluicectl/account.hpp"
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/structured.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <ostream>

namespace sluice::ctl {

namespace {

nlohmann::json order_of(const limit_command& x) {
  nlohmann::json order{{"who", x.who.empty() ? user_name() : x.who}, {"why", x.why}};
  if (x.iops)
    order["iops"] = *x.iops;
  if (!x.bandwidth.empty())
    order["bandwidth"] = x.bandwidth;
  if (!x.length.empty())
    order["for"] = x.length;
  return order;
}

std::string member(const nlohmann::json& x, const char* key, form how) {
  return shown(x.value(key, nlohmann::json{}), how);
}

std::string sentence(const nlohmann::json& x) {
  std::string text = "stream " + member(x, "stream", form::text) + " limited to";
  std::string_view joint = " ";
  const auto add = [&](const std::string& value, const char* unit) {
    if (value == "-")
      return;
    text.append(joint).append(value).append(unit);
    joint = " and ";
  };
  add(member(x, "iops", form::count), " IOPS");
  const auto bandwidth = member(x, "bandwidth", form::megabytes);
  add(bandwidth, x.value("bandwidth", nlohmann::json{}).is_number() ? " MB/s" : "");
  const auto until = member(x, "until", form::moment);
  return text + (until == "-" ? " until it is cleared" : " until " + until);
}

} // namespace

exit_code run(const limit_command& x, server_link& server, const console& io) {
  const auto path = stream_path(x.stream) + "/limit";
  const auto how = server.where().output;
  if (x.clear) {
    const auto answer = ask_for(server, {"DELETE", path, {}, {}});
    if (!answer)
      throw failure{exit_code::refused, "no operator limits " + x.stream};
    io.out << (is_structured(how) ? structured_record(*answer, how)
                                  : "stream " + x.stream + " no longer limited by an operator\n");
    return exit_code::done;
  }
  const auto answer = ask(server, {"PUT", path, order_of(x).dump(), "application/json"});
  io.out << (is_structured(how) ? structured_record(answer, how) : sentence(answer) + '\n');
  return exit_code::done;
}

} // namespace sluice::ctl
