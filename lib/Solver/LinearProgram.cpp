#include "Solver/LinearProgram.h"

#include "coin/ClpSimplex.hpp"
#include "coin/ClpSolve.hpp"
#include "coin/CoinError.hpp"
#include "coin/CoinPackedMatrix.hpp"

#include <cmath>
#include <exception>
#include <map>
#include <string>

using namespace st;

int LinearProgram::addVariable(double lower, double upper, double cost) {
  variables.push_back({lower, upper, cost});
  return numVariables() - 1;
}

int LinearProgram::addRow(double lower, double upper, llvm::ArrayRef<Term> terms) {
  // Clp throws on a variable that appears twice in a row.
  std::map<int, double> summed;
  for (auto [variable, factor] : terms)
    summed[variable] += factor;
  rows.push_back({lower, upper, std::vector<Term>(summed.begin(), summed.end())});
  return numRows() - 1;
}

static llvm::Error malformed(const std::string &message) {
  return llvm::createStringError("linear program: " + message);
}

llvm::Error LinearProgram::check() const {
  for (const Variable &variable : variables)
    if (std::isnan(variable.lower) || std::isnan(variable.upper) || !std::isfinite(variable.cost))
      return malformed("the bounds or the cost of a variable are not numbers");
  for (const Row &row : rows) {
    if (std::isnan(row.lower) || std::isnan(row.upper))
      return malformed("the bounds of a row are not numbers");
    for (auto [variable, factor] : row.terms) {
      if (variable < 0 || variable >= numVariables())
        return malformed("a row uses variable " + std::to_string(variable) + " of " + std::to_string(numVariables()));
      if (!std::isfinite(factor))
        return malformed("a coefficient is not a finite number");
    }
  }
  return llvm::Error::success();
}

/// Clp's infinity is the largest double.
static double toClp(double bound) {
  if (std::isinf(bound))
    return bound > 0 ? COIN_DBL_MAX : -COIN_DBL_MAX;
  return bound;
}

llvm::Expected<LpSolution> LinearProgram::solve(double limitSeconds) const {
  if (llvm::Error error = check())
    return std::move(error);
  try {
    ClpSimplex model;
    model.setLogLevel(0);
    model.resize(0, numVariables());
    for (int i = 0; i < numVariables(); ++i) {
      model.setColumnBounds(i, toClp(variables[i].lower), toClp(variables[i].upper));
      model.setObjectiveCoefficient(i, variables[i].cost);
    }
    std::vector<CoinBigIndex> starts{0};
    std::vector<int> columns;
    std::vector<double> factors, lower, upper;
    for (const Row &row : rows) {
      for (auto [variable, factor] : row.terms) {
        columns.push_back(variable);
        factors.push_back(factor);
      }
      starts.push_back(static_cast<CoinBigIndex>(columns.size()));
      lower.push_back(toClp(row.lower));
      upper.push_back(toClp(row.upper));
    }
    model.addRows(numRows(), lower.data(), upper.data(), starts.data(), columns.data(), factors.data());
    if (std::isfinite(limitSeconds))
      model.setMaximumWallSeconds(limitSeconds);
    // Presolve removes the chains that scheduling problems are made of.
    ClpSolve options;
    options.setSolveType(ClpSolve::useDual);
    options.setPresolveType(ClpSolve::presolveOn);
    model.initialSolve(options);

    LpSolution solution;
    switch (model.status()) {
    case 0:
      solution.status = LpStatus::Optimal;
      solution.objective = model.objectiveValue();
      solution.values.assign(model.primalColumnSolution(), model.primalColumnSolution() + numVariables());
      return solution;
    case 1:
      solution.status = LpStatus::Infeasible;
      return solution;
    case 2:
      solution.status = LpStatus::Unbounded;
      return solution;
    case 3:
      solution.status = LpStatus::Limit;
      return solution;
    default:
      return malformed("Clp ended with status " + std::to_string(model.status()));
    }
  } catch (CoinError &error) {
    return malformed("Clp: " + error.message());
  } catch (const std::exception &error) {
    return malformed(std::string("Clp: ") + error.what());
  }
}
