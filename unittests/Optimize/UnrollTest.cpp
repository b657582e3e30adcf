#include "Optimize/UnrollProblem.h"

#include "gtest/gtest.h"

#include <random>

using namespace st;

namespace {

TEST(Unroll, TheSlowestIsRaisedFirst) {
  UnrollProblem problem(24);
  problem.addKernel("matmul", 64 * 64 * 64, {1, 2, 4, 8, 16});
  problem.addKernel("relu", 64 * 64, {1, 2, 4, 8, 16});
  UnrollSolution solution = llvm::cantFail(problem.solve());
  // At factor 16 the product still takes 16384 cycles, relu 4096; what is left goes to relu.
  EXPECT_EQ(solution.factors, (std::vector<int64_t>{16, 8}));
  EXPECT_EQ(solution.spent, 24);
  EXPECT_EQ(solution.slowestCycles, 16384);
  EXPECT_EQ(llvm::toString(problem.verify(solution)), "");
}

TEST(Unroll, EqualKernelsShareTheBudget) {
  UnrollProblem problem(32);
  for (int i = 0; i < 4; ++i)
    problem.addKernel("k" + std::to_string(i), 4096, {1, 2, 4, 8, 16, 32});
  EXPECT_EQ(llvm::cantFail(problem.solve()).factors, (std::vector<int64_t>{8, 8, 8, 8}));
}

TEST(Unroll, LanesHaveACost) {
  UnrollProblem problem(40);
  problem.addKernel("mac", 4096, {1, 2, 4, 8}, 5);
  problem.addKernel("copy", 4096, {1, 2, 4, 8}, 0);
  UnrollSolution solution = llvm::cantFail(problem.solve());
  EXPECT_EQ(solution.factors, (std::vector<int64_t>{8, 8}));
  EXPECT_EQ(solution.spent, 40);
}

TEST(Unroll, TooSmallABudgetIsInfeasible) {
  UnrollProblem problem(2);
  for (const char *name : {"a", "b", "c"})
    problem.addKernel(name, 16, {1, 2});
  llvm::handleAllErrors(problem.solve().takeError(), [](const InfeasibleError &error) {
    EXPECT_EQ(error.kind, InfeasibleError::Kind::Budget);
    EXPECT_EQ(error.culprits, (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_NE(error.message.find("need 3 of the unroll budget"), std::string::npos) << error.message;
  });
}

TEST(Unroll, VerifyRejectsWhatBreaksARule) {
  UnrollProblem problem(8);
  problem.addKernel("a", 64, {1, 2, 4});
  problem.addKernel("b", 64, {1, 2, 4});
  EXPECT_EQ(llvm::toString(problem.verify({{4, 4}, 8, 16})), "");
  EXPECT_NE(llvm::toString(problem.verify({{4, 3}, 7, 22})).find("unroll_c1"), std::string::npos);
  EXPECT_NE(llvm::toString(problem.verify({{4, 4}, 7, 16})).find("unroll_c2"), std::string::npos);
  EXPECT_NE(llvm::toString(problem.verify({{4, 2}, 6, 32})).find("unroll_c3"), std::string::npos);
  UnrollProblem malformed(8);
  malformed.addKernel("a", 64, {2, 2});
  EXPECT_NE(llvm::toString(malformed.check()).find("unroll_c1"), std::string::npos);
}

TEST(Unroll, NeverSlowerWithMoreBudget) {
  std::mt19937 rng(5);
  for (int i = 0; i < 50; ++i) {
    std::vector<int64_t> points;
    for (int k = 0; k < 8; ++k)
      points.push_back(int64_t(1) << std::uniform_int_distribution<int>(4, 20)(rng));
    int64_t previous = INT64_MAX;
    for (int64_t budget = 8; budget <= 512; budget *= 2) {
      UnrollProblem problem(budget);
      for (int64_t p : points)
        problem.addKernel("k", p, {1, 2, 4, 8, 16, 32, 64});
      UnrollSolution solution = llvm::cantFail(problem.solve());
      EXPECT_EQ(llvm::toString(problem.verify(solution)), "");
      EXPECT_LE(solution.slowestCycles, previous);
      previous = solution.slowestCycles;
    }
  }
}

} // namespace
