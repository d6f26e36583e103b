// From file names to values.
#include "tests/sim/what_if/question.hpp"

#include "actors/domain/promise.hpp"
#include "actors/domain/quantity.hpp"
#include "actors/domain/selection.hpp"
#include "tests/sim/scenario/file_text.hpp"
#include "tests/sim/scenario/parts.hpp"
#include "tests/sim/what_if/documents.hpp"

#include <algorithm>

namespace sluice::sim {

namespace {

/// What a stand-in asks for where nothing is promised [I/O per second]. Chosen: twice the best-effort floor.
constexpr std::uint64_t load_without_promise = 100;

bool complain(std::ostream& to, const std::vector<complaint>& problems, const std::string& file) {
  for (const auto& x : problems)
    to << to_string(x, file) << '\n';
  return problems.empty();
}

/// `backends` and `gateways` as in a scenario file; without gateways there must be one backend.
bool read_device(const std::string& file, question& to, std::ostream& complaints) {
  std::vector<complaint> problems;
  std::string problem;
  const auto text = file_text(file, max_file_bytes, problem);
  if (!text)
    return complain(complaints, {{0, "", problem}}, file);
  const auto root = read_tree(*text, problems);
  scenario read;
  if (problems.empty()) {
    section top{root, "", problems};
    read_backends(top, read);
    if (top.has("gateways"))
      read_gateways(top, read);
    else if (read.backends.size() > 1)
      top.complain("gateways", "must say which volume lies on which of the backends");
  }
  to.any_gateway = read.gateways.empty();
  to.backends = std::move(read.backends);
  to.gateways = std::move(read.gateways);
  return complain(complaints, problems, file);
}

bool device_from_options(const what_if_command& x, question& to, std::ostream& complaints) {
  device_spec device;
  device.name = "storage";
  device.servers = static_cast<std::uint32_t>(x.servers);
  device.service = parse_duration(x.service).value_or(duration::zero());
  device.per_mib = x.per_mib.empty() ? duration::zero() : parse_duration(x.per_mib).value_or(duration{-1});
  if (device.servers == 0 || device.service <= duration::zero() || device.per_mib < duration::zero()) {
    complaints
        << "sluice-sim: say what the storage does: --device FILE, or --servers N (how many requests it serves at "
           "once) and --service TIME (such as 1ms)\n";
    return false;
  }
  to.backends.push_back(device);
  to.any_gateway = true;
  return true;
}

bool take_in_force(const std::string& path, question& to, std::ostream& complaints) {
  std::vector<placed_document> documents;
  if (!read_documents(path, documents, complaints))
    return false;
  for (auto& [place, what] : documents) {
    if (auto* policy = std::get_if<policy_document>(&what)) {
      if (to.policy) {
        complaints << place << ": kind is Policy a second time; one policy is in force\n";
        return false;
      }
      to.policy = std::move(*policy);
      continue;
    }
    auto& its = std::get<agreement>(what);
    const auto twice = std::any_of(to.in_force.begin(), to.in_force.end(), [&](const agreement& x) {
      return x.name == its.name;
    });
    if (twice) {
      complaints << place << ": metadata.name must not be that of another agreement, " << its.name << '\n';
      return false;
    }
    to.in_force.push_back(std::move(its));
  }
  to.in_force = in_force(std::move(to.in_force)); // as listed by the server they may be suspended
  return true;
}

bool take_new(const std::string& path, question& to, std::ostream& complaints) {
  std::vector<placed_document> documents;
  if (!read_documents(path, documents, complaints))
    return false;
  if (documents.size() != 1) {
    complaints << path << ": must hold one document, holds " << documents.size() << '\n';
    return false;
  }
  if (auto* policy = std::get_if<policy_document>(&documents.front().what))
    to.new_policy = std::move(*policy);
  else
    to.new_agreement = std::move(std::get<agreement>(documents.front().what));
  return true;
}

/// The volume of a stream, made if any is taken for granted.
bool place(const stream_id& id, question& to) {
  auto at = std::find_if(to.gateways.begin(), to.gateways.end(), [&](const gateway_spec& x) {
    return x.name == id.gateway;
  });
  if (at == to.gateways.end()) {
    if (!to.any_gateway)
      return false;
    to.gateways.push_back({id.gateway, {}, {}, {}});
    at = to.gateways.end() - 1;
  }
  const auto known = std::any_of(at->volumes.begin(), at->volumes.end(), [&](const volume_spec& x) {
    return x.name == id.volume;
  });
  if (!known && to.any_gateway)
    at->volumes.push_back({id.volume, 0});
  return known || to.any_gateway;
}

/// A name that the pattern matches.
std::string name_for(const std::string& pattern) {
  std::string result;
  for (const auto c : pattern)
    result += c == '*' ? std::string{"new"} : std::string{c == '?' ? 'x' : c};
  return result;
}

/// A stream of the new agreement, at a volume that there is if one matches.
stream_id stand_in_for(const selector& x, const question& in) {
  stream_id result{name_for(x.gateway), name_for(x.volume), name_for(x.client)};
  for (const auto& gateway : in.gateways)
    if (matches(x.gateway, gateway.name)) {
      for (const auto& volume : gateway.volumes)
        if (matches(x.volume, volume.name))
          return {gateway.name, volume.name, result.client};
      result.gateway = gateway.name;
    }
  return result;
}

std::vector<agreement> afterwards(const question& x) {
  auto all = x.in_force;
  std::erase_if(all, [&](const agreement& its) {
    return its.name == x.new_agreement->name;
  });
  all.push_back(*x.new_agreement);
  return all;
}

/// If nothing of what was recorded falls under the new agreement, somebody has to stand for its tenant.
bool find_stand_in(const what_if_command& x, question& to, std::ostream& complaints) {
  if (!to.new_agreement || to.new_agreement->suspended) // what if there were none
    return true;
  const auto all = afterwards(to);
  const auto its = [&](const stream_id& id) {
    const auto* found = agreement_for(all, id);
    return found != nullptr && found->name == to.new_agreement->name;
  };
  const auto recorded =
      std::any_of(to.traffic.streams.begin(), to.traffic.streams.end(), [&](const recorded_stream& s) {
        return its(s.id);
      });
  if (recorded || x.new_load == 0)
    return true;
  const auto id = stand_in_for(to.new_agreement->streams, to);
  if (!its(id) || !place(id, to)) {
    complaints << x.new_document << ": spec.streams must match a recorded stream or a volume of --device"
               << (its(id) ? "" : ", and be more specific than the agreements in force there") << '\n';
    return false;
  }
  to.stand_in = id;
  const auto promised = static_cast<std::uint64_t>(promise_of(to.new_agreement->objective, {}).hard);
  to.new_load = x.new_load.value_or(promised > 0 ? promised : load_without_promise);
  return true;
}

} // namespace

std::optional<question> read_question(const what_if_command& x, std::ostream& complaints) {
  question result;
  result.seed = x.seed;
  auto good = x.device.empty() ? device_from_options(x, result, complaints) : read_device(x.device, result, complaints);
  good = take_in_force(x.agreements, result, complaints) && good;
  good = take_new(x.new_document, result, complaints) && good;
  std::optional<stream_id> otherwise;
  if (!x.stream.empty() && !(otherwise = parse_stream_id(x.stream))) {
    complaints << "sluice-sim: --stream must be gateway/volume/client, got " << x.stream << '\n';
    good = false;
  }
  for (const auto& file : x.traces) {
    std::vector<complaint> problems;
    read_recording(file, otherwise, result.traffic, problems);
    good = complain(complaints, problems, file) && good;
  }
  if (!good)
    return std::nullopt;
  finish(result.traffic);
  for (const auto& its : result.traffic.streams)
    if (!place(its.id, result)) {
      complaints << x.device << ": gateways has no volume for the recorded stream " << to_string(its.id) << '\n';
      good = false;
    }
  if (result.traffic.streams.empty()) {
    complaints << x.traces.front() << ": holds no request\n";
    good = false;
  }
  if (!good || !find_stand_in(x, result, complaints))
    return std::nullopt;
  return result;
}

} // namespace sluice::sim
