#include "explore.hpp"

#include <exception>

#include "execution.hpp"

namespace troupe::model {

outcome explore(const std::function<std::unique_ptr<scenario>()>& make, const limits& within) {
  outcome sum;
  search among(within.reduce, within.preemptions_max);
  execution one(within);
  do {
    switch (one.run(make, among)) {
      case execution::end::complete:
        ++sum.executions;
        break;
      case execution::end::cut_short:
        ++sum.cut_short;
        break;
      case execution::end::failed:
        ++sum.executions;
        sum.failure = one.failure();
        break;
    }
    sum.steps += one.steps();
    if (sum.failure.empty() && sum.executions + sum.cut_short >= within.executions_max) {
      sum.failure = "there are more executions than executions_max";
    }
  } while (sum.failure.empty() && among.advance());
  return sum;
}

void check(bool holds, const char* what) {
  if (!holds) execution::here().fail(what);
}

void yield() {
  execution::here().yield(std::source_location::current());
}

}  // namespace troupe::model
