// Lays out the page.
#include "shm/inspect/page.hpp"

#include "shm/inspect/figures.hpp"
#include "shm/inspect/names.hpp"

#include <algorithm>

namespace sluice::shm::inspect {

namespace {

enum class tone : std::uint8_t { plain, heading, good, odd, bad };

struct cell {
  std::string text;
  tone how = tone::plain;
};

class painter {
public:
  explicit painter(bool colours) : colours_(colours) {}

  [[nodiscard]] std::string operator()(const std::string& text, tone how) const {
    constexpr const char* sequences[] = {"", "\033[1m", "\033[32m", "\033[33m", "\033[31m"};
    if (!colours_ || how == tone::plain || text.empty())
      return text;
    return sequences[static_cast<std::size_t>(how)] + text + "\033[0m";
  }

private:
  bool colours_;
};

/// Rows of cells as aligned columns, the first `left` of them to the left; no blanks at the end of a line.
void add_table(std::vector<std::string>& out, const std::vector<std::vector<cell>>& rows, std::size_t left,
               const std::string& indent, const painter& paint) {
  std::vector<std::size_t> wide;
  for (const auto& row : rows) {
    wide.resize(std::max(wide.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i)
      wide[i] = std::max(wide[i], row[i].text.size());
  }
  for (const auto& row : rows) {
    std::string line = indent;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(wide[i] - row[i].text.size(), ' ');
      const auto text = paint(row[i].text, row[i].how);
      line += (i == 0 ? "" : "  ") + (i < left ? text + (i + 1 < row.size() ? space : "") : space + text);
    }
    while (line.ends_with(' '))
      line.pop_back();
    out.push_back(std::move(line));
  }
}

cell state_cell(liveness x) {
  return {name_of(x), x == liveness::alive ? tone::good : x == liveness::dead ? tone::bad : tone::odd};
}

cell heartbeat_cell(const mailbox_found& box, const compared_look& x) {
  const auto moved = heartbeat_moved(box, x.beats);
  if (box.state == liveness::dead || !moved)
    return {"-"};
  if (*moved)
    return {"moving"};
  const auto over =
      std::chrono::duration_cast<std::chrono::milliseconds>(x.now.when.monotonic - x.beats->when.monotonic);
  return {"still " + span_text(over), tone::bad};
}

std::string up_text(const mailbox_found& box, const moment& when) {
  if (!box.since || box.state != liveness::alive)
    return "-";
  const auto up = std::chrono::floor<std::chrono::milliseconds>(when.wall - *box.since);
  return span_text(std::max(up, std::chrono::milliseconds{0}));
}

/// The row of a role: what the roster knows, and what its mailbox adds if it is of the same life.
std::vector<cell> role_row(const role_found& role, const compared_look& x) {
  std::vector<cell> row{{role.name}, state_cell(role.state), {std::to_string(role.life)}};
  const auto box = std::find_if(x.now.mailboxes.begin(), x.now.mailboxes.end(), [&](const mailbox_found& b) {
    return b.problem.empty() && b.role == role.number && b.life() == role.life;
  });
  if (box == x.now.mailboxes.end()) {
    row.insert(row.end(), {{"-"}, {"-"}, {"-"}, {"none"}});
    return row;
  }
  row.push_back({up_text(*box, x.now.when)});
  row.push_back(heartbeat_cell(*box, x));
  if (box->state == liveness::dead)
    row.push_back({"-"});
  else
    row.push_back(box->closing ? cell{"closing", tone::odd} : cell{box->sleeping ? "asleep" : "awake"});
  row.push_back({std::to_string(box->sizes.lanes) + " x " + std::to_string(box->sizes.slots_per_lane) + " x "
                 + std::to_string(box->sizes.slot_bytes) + " B"});
  return row;
}

bool never_used(const lane_found& x) {
  return x.used() == 0 && x.messages + x.recovered + x.refused + x.full == 0;
}

std::vector<cell> lane_row(const mailbox_found& box, std::size_t index, const compared_look& x) {
  const auto& from = box.lanes[index];
  const bool crowded = from.used() * 2 > box.sizes.slots_per_lane;
  std::vector<cell> row{
      {from.sender_name},
      {std::to_string(from.used()) + "/" + std::to_string(box.sizes.slots_per_lane), crowded ? tone::odd : tone::plain},
      {from.oldest ? span_text(*from.oldest) : "-"},
      {count_text(from.messages)},
      {bytes_text(static_cast<double>(from.bytes))}};
  if (x.rates != nullptr) {
    const auto rate = rate_of(box, index, x.now.when, x.rates);
    row.push_back({rate ? rate_text(rate->messages) : "-"});
    row.push_back({rate ? bytes_text(rate->bytes) : "-"});
  }
  return row;
}

/// Parts with commas between them, in as many lines as it takes.
void add_list(std::vector<std::string>& out, const std::string& indent, const std::string& title,
              const std::vector<std::string>& parts, tone how, const painter& paint) {
  std::string line = title;
  bool fresh = true;
  for (const auto& part : parts) {
    if (!fresh && indent.size() + line.size() + 3 + part.size() > page_columns) {
      out.push_back(indent + paint(line + ",", how));
      line = std::string(title.size(), ' ');
      fresh = true;
    }
    line += (fresh ? "" : ", ") + part;
    fresh = false;
  }
  if (!parts.empty())
    out.push_back(indent + paint(line, how));
}

/// What waits in the lane, by operation.
std::vector<std::string> waiting_parts(const lane_found& x) {
  std::vector<std::string> parts;
  std::uint64_t others = x.waiting_others;
  for (std::size_t i = 0; i < x.waiting.size(); ++i) {
    if (i < codes_on_page)
      parts.push_back(count_text(x.waiting[i].slots) + " " + operation_name(x.waiting[i].operation));
    else
      others += x.waiting[i].slots;
  }
  if (others != 0)
    parts.push_back(count_text(others) + " others");
  return parts;
}

std::string holding_text(const holding& h, const snapshot& x) {
  const auto role = std::find_if(x.roles.begin(), x.roles.end(), [&](const role_found& r) {
    return r.number == h.who.role();
  });
  const auto who = role == x.roles.end() ? "role-" + std::to_string(h.who.role()) : role->name;
  return "slot " + std::to_string(h.slot) + " is being " + (h.content == slot_content::writing ? "written" : "read")
         + " by " + who + ", life " + std::to_string(h.who.life()) + ", " + name_of(h.state);
}

/// What went wrong on the lane since its receiver started.
std::vector<std::string> trouble_parts(const lane_found& x) {
  std::vector<std::string> parts;
  if (x.full != 0)
    parts.push_back("found full " + count_text(x.full) + (x.full == 1 ? " time" : " times"));
  if (x.recovered != 0)
    parts.push_back(count_text(x.recovered) + " recovered from dead writers");
  if (x.refused != 0)
    parts.push_back(count_text(x.refused) + " refused");
  if (x.impossible != 0)
    parts.push_back(count_text(x.impossible) + " slots in no possible state");
  if (x.writers_wait)
    parts.push_back("writers wait for room");
  return parts;
}

void add_lane_details(std::vector<std::string>& out, const lane_found& from, const snapshot& x, const painter& paint) {
  const std::string indent = "      ";
  if (from.used() != 0)
    out.push_back(indent + "head " + std::to_string(from.head) + " " + name_of(from.head_slot) + ", tail "
                  + std::to_string(from.tail));
  add_list(out, indent, "waiting: ", waiting_parts(from), tone::plain, paint);
  for (const auto& h : from.holders)
    out.push_back(indent + paint(holding_text(h, x), h.state == liveness::dead ? tone::bad : tone::plain));
  if (from.holders_not_named != 0)
    out.push_back(indent + count_text(from.holders_not_named) + " more slots are held");
  add_list(out, indent, "", trouble_parts(from), tone::odd, paint);
}

void add_mailbox(std::vector<std::string>& out, const mailbox_found& box, const compared_look& x,
                 const painter& paint) {
  out.emplace_back();
  if (!box.problem.empty()) {
    out.push_back(paint("to " + box.name, tone::heading));
    out.push_back("  " + paint(box.problem, tone::bad));
    return;
  }
  const auto left_over = ", left over from life " + std::to_string(box.life()) + ", which is dead";
  out.push_back(paint("to " + box.name, tone::heading)
                + (box.state == liveness::dead ? paint(left_over, tone::bad) : ""));
  std::vector<std::vector<cell>> rows{{{"FROM"}, {"USED"}, {"OLDEST"}, {"MESSAGES"}, {"BYTES"}}};
  if (x.rates != nullptr)
    rows[0].insert(rows[0].end(), {{"MSG/S"}, {"BYTES/S"}});
  std::vector<std::string> unused;
  std::vector<const lane_found*> shown;
  for (std::size_t i = 0; i < box.lanes.size(); ++i) {
    if (never_used(box.lanes[i])) {
      if (box.lanes[i].sender != box.role) // nobody writes to himself
        unused.push_back(box.lanes[i].sender_name);
    } else {
      rows.push_back(lane_row(box, i, x));
      shown.push_back(&box.lanes[i]);
    }
  }
  std::vector<std::string> lines;
  add_table(lines, rows, 1, "  ", paint);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (i == 0)
      out.push_back(lines[0]);
    out.push_back(lines[i + 1]);
    add_lane_details(out, *shown[i], x.now, paint);
  }
  add_list(out, "  ", "never used: ", unused, tone::plain, paint);
}

} // namespace

std::vector<std::string> page(const compared_look& x, bool colours) {
  const painter paint{colours};
  std::vector<std::string> out{paint("instance " + x.now.instance, tone::heading) + " in " + x.now.directory.string()
                               + ", " + time_text(x.now.when.wall)};
  out.emplace_back();
  if (!x.now.roster_problem.empty())
    out.push_back(paint("Nobody can say who is alive: " + x.now.roster_problem + ".", tone::bad));
  if (!x.now.roles.empty()) {
    std::vector<std::vector<cell>> rows{
        {{"ROLE"}, {"STATE"}, {"LIFE"}, {"UP"}, {"HEARTBEAT"}, {"RECEIVER"}, {"LANES x SLOTS x SIZE"}}};
    for (const auto& role : x.now.roles)
      rows.push_back(role_row(role, x));
    add_table(out, rows, 2, "", paint);
  }
  for (const auto& box : x.now.mailboxes)
    if (x.shows(box))
      add_mailbox(out, box, x, paint);
  return out;
}

} // namespace sluice::shm::inspect
