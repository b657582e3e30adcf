#include "Solver/LinearProgram.h"

#include "gtest/gtest.h"

using namespace st;

namespace {

TEST(LinearProgram, Optimal) {
  // max 3x + 2y, x + y <= 4, x + 3y <= 6, x <= 3: x = 3, y = 1.
  LinearProgram lp;
  int x = lp.addVariable(0, 3, -3), y = lp.addVariable(0, LinearProgram::kInfinity, -2);
  lp.addRow(-LinearProgram::kInfinity, 4, {{x, 1}, {y, 1}});
  lp.addRow(-LinearProgram::kInfinity, 6, {{x, 1}, {y, 3}});
  LpSolution solution = llvm::cantFail(lp.solve());
  ASSERT_EQ(solution.status, LpStatus::Optimal);
  EXPECT_NEAR(solution.objective, -11, 1e-9);
  EXPECT_NEAR(solution.values[x], 3, 1e-9);
  EXPECT_NEAR(solution.values[y], 1, 1e-9);
}

TEST(LinearProgram, RepeatedTermsAreSummed) {
  LinearProgram lp;
  int x = lp.addVariable(0, LinearProgram::kInfinity, 1);
  lp.addRow(6, LinearProgram::kInfinity, {{x, 1}, {x, 2}});
  LpSolution solution = llvm::cantFail(lp.solve());
  ASSERT_EQ(solution.status, LpStatus::Optimal);
  EXPECT_NEAR(solution.values[x], 2, 1e-9);
}

TEST(LinearProgram, InfeasibleAndUnbounded) {
  LinearProgram infeasible;
  int x = infeasible.addVariable(0, 1, 1);
  infeasible.addRow(2, LinearProgram::kInfinity, {{x, 1}});
  EXPECT_EQ(llvm::cantFail(infeasible.solve()).status, LpStatus::Infeasible);

  LinearProgram unbounded;
  int y = unbounded.addVariable(0, LinearProgram::kInfinity, -1);
  unbounded.addRow(1, LinearProgram::kInfinity, {{y, 1}});
  EXPECT_EQ(llvm::cantFail(unbounded.solve()).status, LpStatus::Unbounded);
}

TEST(LinearProgram, MalformedProblemsAreErrors) {
  LinearProgram lp;
  int x = lp.addVariable(0, 1, 1);
  lp.addRow(0, 1, {{x + 1, 1}});
  std::string message = llvm::toString(lp.solve().takeError());
  EXPECT_NE(message.find("variable 1 of 1"), std::string::npos) << message;
}

TEST(LinearProgram, DifferenceConstraintsOf5000Rows) {
  LinearProgram lp;
  std::vector<int> x;
  for (int i = 0; i <= 5000; ++i)
    x.push_back(lp.addVariable(0, LinearProgram::kInfinity, i == 5000 ? 1 : 0));
  for (int i = 0; i < 5000; ++i)
    lp.addRow(i % 7 + 1, LinearProgram::kInfinity, {{x[i + 1], 1}, {x[i], -1}});
  LpSolution solution = llvm::cantFail(lp.solve(10));
  ASSERT_EQ(solution.status, LpStatus::Optimal);
  int64_t sum = 0;
  for (int i = 0; i < 5000; ++i)
    sum += i % 7 + 1;
  EXPECT_NEAR(solution.objective, sum, 1e-6);
}

} // namespace
