// One statement for all verdicts of an import.
#include "actors/database_manager/store/imported_verdicts.hpp"

#include "actors/database_manager/store/history_source.hpp"
#include "actors/database_manager/store/storable.hpp"

namespace sluice::store {

std::uint64_t import_verdicts(pqxx::work& transaction, const verdict_import& x, wall_time now) {
  array_text agreements, versions, points, since, lengths, outcomes, causes, culprits, measured, targets, iops,
      requests, seconds, bases;
  for (const auto& one : x.verdicts) {
    const auto& v = one.what;
    agreements.add(std::string_view{v.agreement});
    versions.add(std::int64_t{v.version});
    points.add(std::int64_t{v.point});
    since.add(v.from);
    lengths.add(std::int64_t{v.length.count()});
    outcomes.add(to_string(v.outcome));
    causes.add(to_string(v.cause));
    culprits.add(std::string_view{v.culprit});
    measured.add(std::int64_t{v.measured.count()});
    targets.add(std::int64_t{v.target.count()});
    iops.add(static_cast<std::int64_t>(v.iops));
    requests.add(static_cast<std::int64_t>(one.requests));
    seconds.add(std::int64_t{one.measured_seconds});
    bases.add(to_string(one.basis));
  }
  return transaction
      .exec_params("INSERT INTO imported_verdicts (agreement, version, point, since, length_ns, outcome, cause, "
                   "culprit, measured_ns, target_ns, iops, requests, measured_seconds, basis, author, imported) SELECT "
                   "v.*, $15, $16::timestamptz FROM unnest($1::text[], $2::integer[], $3::integer[], "
                   "$4::timestamptz[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[], "
                   "$11::bigint[], $12::bigint[], $13::integer[], $14::text[]) AS v ON CONFLICT DO NOTHING",
                   agreements.finish(), versions.finish(), points.finish(), since.finish(), lengths.finish(),
                   outcomes.finish(), causes.finish(), culprits.finish(), measured.finish(), targets.finish(),
                   iops.finish(), requests.finish(), seconds.finish(), bases.finish(), x.author, to_timestamp(now))
      .affected_rows();
}

std::string problem_with(const verdict_import& x) {
  if (x.verdicts.size() > max_imported_verdicts)
    return "there may be at most " + std::to_string(max_imported_verdicts) + " verdicts in one import";
  if (x.author.empty() || !storable(std::string_view{x.author}))
    return "an import has an author, in at most 4096 bytes of UTF-8";
  for (const auto& one : x.verdicts) {
    if (auto found = problem_with(one.what); !found.empty())
      return found;
    constexpr std::uint32_t most_seconds = 3'600;
    if (!storable(one.requests) || one.measured_seconds > most_seconds || one.basis > verdict_basis::finding)
      return "a verdict has requests, measured seconds or a basis that it cannot have";
  }
  return {};
}

} // namespace sluice::store
