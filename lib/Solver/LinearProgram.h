// A thin face over COIN-OR Clp. Only this library sees COIN-OR's headers, and no exception of theirs leaves it.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <limits>
#include <utility>
#include <vector>

namespace st {

/// How a solve ended.
enum class LpStatus {
  Optimal,
  Infeasible,
  Unbounded,
  /// The time limit was reached first.
  Limit,
};

struct LpSolution {
  LpStatus status = LpStatus::Infeasible;
  /// Meaningful only when optimal.
  double objective = 0;
  /// By variable; empty unless optimal.
  std::vector<double> values;
};

/// minimise cost · x, subject to bounds on every x and on linear combinations of them.
class LinearProgram {
public:
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();
  /// A coefficient of a row: variable and factor.
  using Term = std::pair<int, double>;

  /// Adds a variable and returns its index.
  int addVariable(double lower, double upper, double cost);
  /// Adds lower <= sum of terms <= upper and returns its index. Terms of one variable are summed.
  int addRow(double lower, double upper, llvm::ArrayRef<Term> terms);

  int numVariables() const { return static_cast<int>(variables.size()); }
  int numRows() const { return static_cast<int>(rows.size()); }

  /// Solves by the dual simplex method. `limitSeconds` bounds the elapsed time. An error is a malformed problem (a
  /// variable that does not exist, bounds that are not numbers) or a failure of the solver; every other end is a
  /// status.
  llvm::Expected<LpSolution> solve(double limitSeconds = kInfinity) const;

private:
  struct Variable {
    double lower, upper, cost;
  };
  struct Row {
    double lower, upper;
    std::vector<Term> terms;
  };

  llvm::Error check() const;

  std::vector<Variable> variables;
  std::vector<Row> rows;
};

} // namespace st
