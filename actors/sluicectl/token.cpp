// token create, list and revoke. A secret goes to standard output or to a file of its owner's, and nowhere else.
#include "actors/sluicectl/commands.hpp"
#include "actors/sluicectl/figures.hpp"
#include "actors/sluicectl/structured.hpp"
#include "actors/sluicectl/views.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <unistd.h>

namespace sluice::ctl {

namespace {

constexpr std::array token_columns{
    field{"ID", "/id"},
    field{"ROLE", "/role"},
    field{"TENANT", "/tenant"},
    field{"LABEL", "/label"},
    field{"CREATED", "/created", form::moment},
    field{"BY", "/created_by"},
    field{"EXPIRES", "/expires", form::moment},
    field{"REVOKED", "/revoked", form::moment},
    field{"GOOD", "/good", form::yes_no},
};

constexpr auto path = "/api/v1/tokens";

/// A file that did not exist and that its owner alone reads; removed again unless the token is in it.
class secret_file {
public:
  explicit secret_file(std::string name)
      : name_(std::move(name)),
        descriptor_(::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (descriptor_ < 0)
      throw failure{exit_code::usage, printable(name_) + " cannot be made: " + std::strerror(errno)};
  }
  ~secret_file() {
    ::close(descriptor_);
    if (!kept_)
      ::unlink(name_.c_str());
  }
  secret_file(const secret_file&) = delete;
  secret_file& operator=(const secret_file&) = delete;

  /// Whether all of it is on the disk.
  [[nodiscard]] bool keep(const std::string& line) {
    const auto written = ::write(descriptor_, line.data(), line.size());
    kept_ = written == static_cast<ssize_t>(line.size()) && ::fsync(descriptor_) == 0;
    return kept_;
  }

private:
  std::string name_;
  int descriptor_;
  bool kept_ = false;
};

nlohmann::json wanted(const token_command& x) {
  nlohmann::json body{{"role", x.role}, {"label", x.label}};
  if (!x.tenant.empty())
    body["tenant"] = x.tenant;
  if (!x.length.empty())
    body["for"] = x.length;
  return body;
}

std::string text_of(const nlohmann::json& x, const char* key) {
  return shown(x.value(key, nlohmann::json{}), form::text);
}

/// What was made, without the secret.
std::string sentence(const nlohmann::json& x) {
  auto text = "token " + text_of(x, "id") + ": " + text_of(x, "role");
  if (const auto tenant = text_of(x, "tenant"); tenant != "-")
    text += " of " + tenant;
  text += ", for " + text_of(x, "label");
  const auto end = shown(x.value("expires", nlohmann::json{}), form::moment);
  return text + (end == "-" ? ", until it is revoked" : ", until " + end);
}

exit_code create(const token_command& x, server_link& server, const console& io) {
  std::optional<secret_file> file; // made first: a token that can be put nowhere is lost
  if (!x.file.empty())
    file.emplace(x.file);
  auto made = ask(server, {"POST", path, wanted(x).dump(), "application/json"});
  const auto secret = made.value("token", std::string{});
  if (secret.empty() || printable(secret) != secret)
    throw failure{exit_code::unreachable,
                  "what answers at " + server.where().server + " is not Sluice: it made no token"};
  const auto how = server.where().output;
  if (file) {
    if (!file->keep(secret + '\n')) {
      (void)ask(server, {"DELETE", path + ('/' + text_of(made, "id")), {}, {}});
      throw failure{exit_code::refused, printable(x.file) + " could not be written; the token was revoked again"};
    }
    made.erase("token");
    io.out << (is_structured(how) ? structured_record(made, how) : sentence(made) + ", in " + printable(x.file) + '\n');
    return exit_code::done;
  }
  if (is_structured(how)) {
    io.out << structured_record(made, how);
    return exit_code::done;
  }
  io.out << secret << '\n';
  io.err << "sluicectl: " << sentence(made) << "; it is not shown again\n";
  return exit_code::done;
}

exit_code list(server_link& server, const console& io) {
  const auto items = fetch_items(server, path);
  if (const auto how = server.where().output; is_structured(how))
    io.out << structured({{"items", items}}, how);
  else
    io.out << (items.empty() ? std::string{"no tokens but that of the server's token file\n"}
                             : fields_table(token_columns, items));
  return exit_code::done;
}

/// Goes on behind one that is not there.
exit_code revoke(const token_command& x, server_link& server, const console& io) {
  auto result = exit_code::done;
  for (const auto& id : x.ids) {
    const auto found = ask_for(server, {"DELETE", path + ('/' + query_value(id)), {}, {}});
    if (!found) {
      io.err << "sluicectl: there is no token " << printable(id) << '\n';
      result = exit_code::refused;
    } else if (const auto how = server.where().output; is_structured(how)) {
      io.out << structured_record(*found, how);
    } else {
      io.out << "token " << printable(id) << " revoked\n";
    }
  }
  return result;
}

} // namespace

exit_code run(const token_command& x, server_link& server, const console& io) {
  using verb = token_command::verb;
  if (x.what == verb::create)
    return create(x, server, io);
  return x.what == verb::list ? list(server, io) : revoke(x, server, io);
}

} // namespace sluice::ctl
