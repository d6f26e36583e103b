// What is measured, row by row, and what each round of it gave.
#pragma once

#include "tests/bench/transport/invocation.hpp"
#include "tests/bench/transport/runner.hpp"
#include "tests/bench/transport/subjects.hpp"

#include <string>
#include <vector>

namespace sluice::bench {

/// One line of the table. Its id is `measure/subject/size`, with what is special behind it.
struct row {
  std::string id;
  subject* what = nullptr;
  run_plan plan;
  std::vector<run_result> rounds;
};

/// Owns the subjects, which the rows point to.
struct programme {
  std::vector<subject_ptr> subjects;
  std::vector<row> rows;
  std::vector<std::string> absent; ///< one sentence for each library that the build did not find
};

[[nodiscard]] programme make_programme(const options& wanted);

/// The field `value` of the rounds of a row without fault, its median; a negative number if there is none.
[[nodiscard]] double median_of(const row& x, double run_result::*value);

/// How far the rounds without fault lie apart: largest less smallest, of the median [percent].
[[nodiscard]] double spread_percent_of(const row& x, double run_result::*value);

} // namespace sluice::bench
